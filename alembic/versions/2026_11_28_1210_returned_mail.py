"""Why a mail of ours came back, and an index of those that failed. Before deploy."""

import sqlalchemy as sa

from alembic import op

revision = "0017"
down_revision = "0020"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("mail_admin_notice", sa.Column("failure", sa.String(11)))
    op.create_index(
        "ix_mail_admin_notice_failed",
        "mail_admin_notice",
        ["subject_id"],
        postgresql_where=sa.text("state IN ('refused', 'undelivered')"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_mail_admin_notice_failed", "mail_admin_notice")
    # what was given up counts as sent again, as it did before
    op.execute("UPDATE mail_admin_notice SET state = 'sent' WHERE state = 'undelivered'")
    op.drop_column("mail_admin_notice", "failure")
