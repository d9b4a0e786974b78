"""PostgreSQL takes 65,535 parameters of a statement; a province may have more mailboxes."""

from uuid import uuid4

from identity.accounts.queries import addresses_of
from identity.people.queries import appointments_on, places_on
from kernel.database import Database
from mail_admin.reminders.rules import _notices
from mail_admin.reminders.settings import RuleSettings
from tests.support.registry import TODAY

MANY = 70_000


def test_notices_addresses_and_places_of_more_ids_than_a_statement_has_parameters(
    db: Database,
) -> None:
    ids = {uuid4() for _ in range(MANY)}
    with db.transaction() as session:
        assert not _notices(session, [], ids, RuleSettings(), TODAY)
        assert not addresses_of(session, ids)
        assert not places_on(session, ids, TODAY)
        assert not appointments_on(session, ids, TODAY)
