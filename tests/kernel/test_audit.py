import enum
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel import audit
from kernel.access import Actor
from kernel.database import Database
from tests.support.registry import BASIS, TODAY


class Tag(enum.StrEnum):
    THING_DONE = "thing:done"


def test_a_record_names_who_what_why_and_the_document(db: Database, officer: Actor) -> None:
    subject = uuid4()
    with db.transaction() as session:
        audit.record(session, officer, Tag.THING_DONE, subject, BASIS, before="a")
    with db.transaction() as session:
        (row,) = session.scalars(select(audit.AuditRecord))
    assert (row.actor_label, row.tag, row.subject_id) == ("officer", "thing:done", subject)
    assert (row.reason, row.document_number, row.document_date) == ("test", "12/QĐ-SNV", TODAY)
    assert row.details == {"before": "a"}


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session.execute(update(audit.AuditRecord).values(reason="other")),
        lambda session: session.execute(delete(audit.AuditRecord)),
        lambda session: session.execute(text("TRUNCATE kernel_audit_record")),
    ],
)
def test_nobody_can_change_or_remove_a_record(
    db: Database, officer: Actor, change: Callable[[Session], None]
) -> None:
    with db.transaction() as session:
        audit.record(session, officer, Tag.THING_DONE, None, BASIS)
    with (
        pytest.raises(IntegrityError, match="kept as they were written"),
        db.transaction() as session,
    ):
        change(session)


def test_a_record_disappears_with_the_change_it_was_about(db: Database, officer: Actor) -> None:
    with pytest.raises(RuntimeError), db.transaction() as session:  # noqa: PT012  # both in one
        audit.record(session, officer, Tag.THING_DONE, None, BASIS)
        raise RuntimeError
    with db.transaction() as session:
        assert session.scalars(select(audit.AuditRecord)).all() == []
