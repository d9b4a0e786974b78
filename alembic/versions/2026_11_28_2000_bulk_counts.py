"""What plans for many accounts come to, beside the plan; own rows by index. Before deploy: adds."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0036"
down_revision = "0035"

PLAN, ROW = "identity_bulk_plan", "identity_bulk_row"
COUNTED = sa.text("""
    UPDATE identity_bulk_plan AS plan SET totals = counted.totals
    FROM (
        SELECT plan_id, jsonb_object_agg(verdict, rows) AS totals
        FROM (SELECT plan_id, verdict, count(*) AS rows FROM identity_bulk_row GROUP BY 1, 2) AS one
        GROUP BY plan_id
    ) AS counted
    WHERE counted.plan_id = plan.id
""")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        PLAN, sa.Column("totals", postgresql.JSONB(), server_default="{}", nullable=False)
    )
    op.execute(COUNTED)
    op.create_index("ix_identity_bulk_row_account", ROW, ["plan_id", "account_id"])
    op.create_index(
        "ix_identity_bulk_row_person",
        ROW,
        ["plan_id", "person_id"],
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_identity_bulk_row_person", ROW)
    op.drop_index("ix_identity_bulk_row_account", ROW)
    op.drop_column(PLAN, "totals")
