"""All that is wrong with a row of a list. Before deploy: only adds a column with a default."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "identity_import_row",
        sa.Column("further", JSONB(), server_default="[]", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("identity_import_row", "further")
