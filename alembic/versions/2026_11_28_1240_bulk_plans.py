"""Plans for many accounts at once. Before deploy: only new tables."""

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0016"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "identity_bulk_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("quota_bytes", sa.BigInteger()),
        sa.Column("undoes", sa.Uuid()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("maker_id", sa.Uuid()),
        sa.Column("replanned_at", sa.DateTime(timezone=True)),
        sa.Column("applied_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text()),
        sa.Column("document_date", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_identity_bulk_plan"),
        sa.ForeignKeyConstraint(
            ["undoes"], ["identity_bulk_plan.id"], name="fk_identity_bulk_plan_undoes"
        ),
    )
    op.create_table(
        "identity_bulk_row",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("code", sa.String(40)),
        sa.Column("quota_before", sa.BigInteger()),
        sa.Column("quota_after", sa.BigInteger()),
        sa.PrimaryKeyConstraint("plan_id", "position", name="pk_identity_bulk_row"),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["identity_bulk_plan.id"],
            name="fk_identity_bulk_row_plan_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name="fk_identity_bulk_row_account_id"
        ),
    )


def downgrade() -> None:
    op.drop_table("identity_bulk_row")
    op.drop_table("identity_bulk_plan")
