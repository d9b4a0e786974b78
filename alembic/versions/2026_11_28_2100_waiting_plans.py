"""Plans that wait and addresses that are kept, by index. Before deploy: only adds indexes."""

import sqlalchemy as sa

from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "ix_identity_bulk_plan_waiting",
        "identity_bulk_plan",
        ["id"],
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.create_index(
        "ix_identity_address_reserved",
        "identity_address",
        ["domain_id", "local_part"],
        postgresql_where=sa.text("role = 'reserved'"),
    )


def downgrade() -> None:
    op.drop_index("ix_identity_address_reserved", "identity_address")
    op.drop_index("ix_identity_bulk_plan_waiting", "identity_bulk_plan")
