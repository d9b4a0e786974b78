"""How far logs are read, and the lines that could not be counted. Before deploy: adds tables."""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "mail_admin_log_reading",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("unread_bytes", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("current_as_of", sa.DateTime(timezone=True)),
        sa.Column("last_event_at", sa.DateTime(timezone=True)),
        sa.Column("fault", sa.String(80)),
        sa.Column("fault_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("source", name="pk_mail_admin_log_reading"),
    )
    op.create_table(
        "mail_admin_parked_line",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("fault", sa.String(80), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "inode", "position", name="pk_mail_admin_parked_line"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("mail_admin_parked_line")
    op.drop_table("mail_admin_log_reading")
