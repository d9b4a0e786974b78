"""When certificates end. Before deploy: only adds tables."""

import sqlalchemy as sa

from alembic import op

revision = "0034"
down_revision = "0033"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "kernel_certificate",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40)),
        sa.Column("subject", sa.Text()),
        sa.Column("ends_at", MOMENT),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("failure", sa.String(40)),
        sa.PrimaryKeyConstraint("source", name="pk_kernel_certificate"),
    )
    op.create_table(
        "sso_published_certificate",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_sso_published_certificate"),
    )


def downgrade() -> None:
    op.drop_table("sso_published_certificate")
    op.drop_table("kernel_certificate")
