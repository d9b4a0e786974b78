"""Plans that are corrected, confirmed and watched. Before deploy: only adds."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0021"
down_revision = "0022"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    plan, row = "identity_import_plan", "identity_import_row"
    op.add_column(plan, sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column(plan, sa.Column("layout", postgresql.JSONB()))
    op.add_column(plan, sa.Column("corrections_sealed", sa.LargeBinary()))
    op.add_column(plan, sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.add_column(plan, sa.Column("asked_by", sa.Text()))
    op.add_column(row, sa.Column("cells_sealed", sa.LargeBinary()))
    proposed = sa.Column("proposed", postgresql.JSONB(), server_default="[]", nullable=False)
    op.add_column(row, proposed)
    op.add_column(row, sa.Column("account_id", sa.Uuid()))
    op.create_table(
        "identity_import_progress",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_identity_import_progress"),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["identity_import_plan.id"],
            name="fk_identity_import_progress_plan_id",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("identity_import_progress")
    for column in ("account_id", "proposed", "cells_sealed"):
        op.drop_column("identity_import_row", column)
    for column in ("asked_by", "asked_at", "corrections_sealed", "layout", "revision"):
        op.drop_column("identity_import_plan", column)
