"""Participations are found by their session and, while they last, by their account. Adds only.

Forgetting a session looks for those that refer to it, ended ones too, and closing an account for
those in force: both read the whole table.
"""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"

TABLE = "sso_participation"
BY_SESSION = "ix_sso_participation_session_id"
LIVE = "ix_sso_participation_account_live"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # fail rather than queue behind traffic
    op.create_index(op.f(BY_SESSION), TABLE, ["session_id"])
    op.create_index(LIVE, TABLE, ["account_id"], postgresql_where=sa.text("ended_at IS NULL"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(LIVE, TABLE)
    op.drop_index(op.f(BY_SESSION), TABLE)
