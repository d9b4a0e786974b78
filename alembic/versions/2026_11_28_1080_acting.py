"""Dormant mailboxes are counted otherwise: figures of open months are computed anew.

Nothing in the schema changes (docs/decisions/0023-one-definition-of-use.md).
"""

from alembic import op

revision = "0019"
down_revision = "0015"

EVERYTHING = "INSERT INTO mail_admin_rate_stale (since) VALUES ('2000-01-01')"


def upgrade() -> None:
    op.execute(EVERYTHING)


def downgrade() -> None:
    op.execute(EVERYTHING)
