"""Roles of people, and the console's own sessions. Before deploy: only new tables."""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "identity_role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_identity_role_grant"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name="fk_identity_role_grant_account_id"
        ),
    )
    op.create_index(
        "uq_identity_role_grant_live",
        "identity_role_grant",
        ["account_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "console_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_console_session"),
        sa.UniqueConstraint("secret_hash", name="uq_console_session_secret_hash"),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["sso_participation.id"],
            name="fk_console_session_participation_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_console_session_participation_id", "console_session", ["participation_id"])


def downgrade() -> None:
    op.drop_table("console_session")
    op.drop_table("identity_role_grant")
