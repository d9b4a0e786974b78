"""State of what the mail servers were told. Before deploy: adds a table and an index."""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "mail_server_account",
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("identity_account.id"), primary_key=True),
        sa.Column("applied_revision", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("retry_at", sa.DateTime(timezone=True)),
        sa.Column("purged_at", sa.DateTime(timezone=True)),
    )
    # The mail servers are told of these alone: a handful among all accounts.
    op.create_index(
        "ix_identity_account_to_follow",
        "identity_account",
        ["id"],
        postgresql_where=sa.text("status IN ('suspended', 'closed') OR kind = 'organisation'"),
    )


def downgrade() -> None:
    op.drop_index("ix_identity_account_to_follow", "identity_account")
    op.drop_table("mail_server_account")
