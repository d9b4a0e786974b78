"""What the rules did at each run, and accounts locked for sending too much. Before deploy.

Dormant mailboxes are counted otherwise than before (docs/decisions/0023-one-definition-of-use.md):
figures of months that are not closed are computed anew.
"""

import sqlalchemy as sa

from alembic import op

revision = "0019"
down_revision = "0015"

ALL_FIGURES = "INSERT INTO mail_admin_rate_stale (since) VALUES ('2000-01-01')"
LOCKS_BEFORE = """
    INSERT INTO mail_admin_limit_lock (id, account_id, locked_at)
    SELECT gen_random_uuid(), account.id, max(record.at) FROM kernel_audit_record AS record
    JOIN identity_account AS account ON account.id = record.subject_id
    WHERE record.tag = 'outgoing-limit:exceeded' GROUP BY account.id, record.id
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "mail_admin_rule_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("ready", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Integer(), nullable=False),
        sa.Column("revoked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_rule_run"),
    )
    op.create_table(
        "mail_admin_limit_lock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_limit_lock"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name="fk_mail_admin_limit_lock_account_id"
        ),
    )
    op.create_index("ix_mail_admin_limit_lock_account_id", "mail_admin_limit_lock", ["account_id"])
    op.create_index("ix_mail_admin_notice_claimed_at", "mail_admin_notice", ["claimed_at", "id"])
    op.create_index("ix_mail_admin_notice_kind_state", "mail_admin_notice", ["kind", "state"])
    op.execute(LOCKS_BEFORE)
    op.execute(ALL_FIGURES)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_mail_admin_notice_kind_state", "mail_admin_notice")
    op.drop_index("ix_mail_admin_notice_claimed_at", "mail_admin_notice")
    op.drop_table("mail_admin_limit_lock")
    op.drop_table("mail_admin_rule_run")
    op.execute(ALL_FIGURES)
