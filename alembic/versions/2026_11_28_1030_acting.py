"""Notices to people, mailboxes locked by rule, what went outside, keys of DKIM. Before deploy."""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "mail_admin_dkim_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("domain_id", sa.Uuid(), nullable=False),
        sa.Column("selector", sa.String(63), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_dkim_key"),
        sa.ForeignKeyConstraint(
            ["domain_id"], ["identity_mail_domain.id"], name="fk_mail_admin_dkim_key_domain_id"
        ),
        sa.UniqueConstraint(
            "domain_id", "selector", name="uq_mail_admin_dkim_key_domain_id_selector"
        ),
    )
    op.create_table(
        "mail_admin_outgoing",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_mail_admin_outgoing"),
    )
    op.create_index(
        "ix_mail_admin_outgoing_account_id_at", "mail_admin_outgoing", ["account_id", "at"]
    )
    op.create_index("ix_mail_admin_outgoing_at", "mail_admin_outgoing", ["at"])
    _create_notices()
    op.create_table(
        "mail_admin_rule_lock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_rule_lock"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["identity_account.id"], name="fk_mail_admin_rule_lock_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["mail_admin_notice.id"], name="fk_mail_admin_rule_lock_notice_id"
        ),
    )
    op.create_index("ix_mail_admin_rule_lock_account_id", "mail_admin_rule_lock", ["account_id"])


def _create_notices() -> None:
    op.create_table(
        "mail_admin_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("lane", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("next_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("address_hash", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_notice"),
        sa.CheckConstraint("next_day >= day", name=op.f("ck_mail_admin_notice_days")),
    )
    op.execute(
        "ALTER TABLE mail_admin_notice ADD CONSTRAINT ex_mail_admin_notice_pace EXCLUDE USING gist"
        " (lane WITH =, subject_id WITH =, daterange(day, next_day) WITH &&)"
    )
    op.create_index(
        "ix_mail_admin_notice_subject_id_day", "mail_admin_notice", ["subject_id", "day"]
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("rule_lock", "notice", "outgoing", "dkim_key"):
        op.drop_table(f"mail_admin_{table}")
