"""Former passwords, the age of the present one, codes to reset it. Before deploy: only adds."""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")  # fail rather than queue behind traffic
    op.add_column("identity_account", sa.Column("password_set_at", sa.DateTime(timezone=True)))
    op.add_column(
        "identity_account",
        sa.Column(
            "password_must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    # the last change of status is the nearest moment known; neither column is one of those that
    # raise the revision, so the directory has nothing to follow
    op.execute(
        "UPDATE identity_account SET password_set_at = status_changed_at "
        "WHERE password_hash IS NOT NULL"
    )
    _create_former_passwords()
    _create_resets()


def _create_former_passwords() -> None:
    op.create_table(
        "identity_password",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name=op.f("fk_identity_password_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_password")),
    )
    op.create_index(
        "ix_identity_password_account",
        "identity_password",
        ["account_id", "replaced_at"],
        unique=False,
    )


def _create_resets() -> None:
    op.create_table(
        "identity_password_reset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("mail", "office", name="resetchannel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name=op.f("fk_identity_password_reset_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_password_reset")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_identity_password_reset_code_hash")),
    )
    op.create_index(
        op.f("ix_identity_password_reset_account_id"),
        "identity_password_reset",
        ["account_id"],
        unique=False,
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("identity_password_reset")
    op.drop_table("identity_password")
    op.drop_column("identity_account", "password_must_change")
    op.drop_column("identity_account", "password_set_at")
