"""What rows that LDAP mirrors have in common."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, text
from sqlalchemy.orm import Mapped, Session, mapped_column

GROUP_QUEUE = text("SELECT pg_advisory_xact_lock(hashtext('identity_group'))")


def queue_group_changes(session: Session) -> None:
    """Wait for whoever changes memberships just now, before this transaction locks any row.

    Nearly every such change ends in the group of the root. Queueing first, in all of them, is
    what keeps two from holding each other's rows. The triggers take the same lock.
    """
    session.execute(GROUP_QUEUE)


class Projected:
    """A row whose copy stands in the directory.

    Database triggers raise `revision` in the transaction of any change that shows in the entry,
    also when it happens in a neighbouring row (docs/decisions/0002-revisions-by-trigger.md). The
    reconciler writes the entry and then sets `projected_revision` to the revision it read.
    """

    revision: Mapped[int] = mapped_column(BigInteger, default=1, server_default="1")
    projected_revision: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    projected_dn: Mapped[str | None]
    """Where the copy stands; None when there is none."""
    projection_error: Mapped[str | None]
    """Code of the last refusal; None when the last write succeeded."""
    projection_attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    projection_retry_at: Mapped[datetime | None]
    """Not before this moment; None means at once."""
