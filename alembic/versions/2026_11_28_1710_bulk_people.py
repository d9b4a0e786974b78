"""Rows of bulk plans for people without an account. Before deploy: only adds and loosens."""

import sqlalchemy as sa

from alembic import op

revision = "0033"
down_revision = "0032"

ROW = "identity_bulk_row"
OF_PEOPLE = sa.text("DELETE FROM identity_bulk_row WHERE account_id IS NULL")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(ROW, sa.Column("person_id", sa.Uuid()))
    op.alter_column(ROW, "account_id", nullable=True)
    op.create_foreign_key(
        "fk_identity_bulk_row_person_id", ROW, "identity_person", ["person_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_identity_bulk_row_account_or_person"),
        ROW,
        "num_nonnulls(account_id, person_id) = 1",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_identity_bulk_row_account_or_person"), ROW, type_="check")
    op.drop_constraint("fk_identity_bulk_row_person_id", ROW, type_="foreignkey")
    op.execute(OF_PEOPLE)
    op.alter_column(ROW, "account_id", nullable=False)
    op.drop_column(ROW, "person_id")
