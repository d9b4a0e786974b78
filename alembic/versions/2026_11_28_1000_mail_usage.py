"""Status history of accounts, leave, and what mailboxes are used for. Before deploy.

A usage rate asks how things were: in which status a mailbox was on a day, who was on leave. The
periods are kept by triggers, so that no code path can forget them. Usage is stored by month:
partitions are made when the first event of a month arrives (mail_admin/usage/partitions.py).
"""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"

PERIODS = """
CREATE FUNCTION identity_account_period_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO identity_account_period (id, account_id, status, began_at)
        SELECT gen_random_uuid(), id, status, status_changed_at FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER account_period_added AFTER INSERT ON identity_account
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_account_period_added();

CREATE FUNCTION identity_account_period_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM old_rows JOIN new_rows USING (id) WHERE old_rows.status <> new_rows.status
    ) THEN
        RETURN NULL;
    END IF;
    -- a clock that was set back must not make a period end before it began
    UPDATE identity_account_period AS period
        SET ended_at = greatest(new_rows.status_changed_at, period.began_at)
        FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.status <> new_rows.status
            AND period.account_id = new_rows.id AND period.ended_at IS NULL;
    INSERT INTO identity_account_period (id, account_id, status, began_at)
        SELECT gen_random_uuid(), new_rows.id, new_rows.status,
            greatest(new_rows.status_changed_at, (
                SELECT max(ended_at) FROM identity_account_period AS period
                WHERE period.account_id = new_rows.id
            ))
        FROM old_rows JOIN new_rows USING (id) WHERE old_rows.status <> new_rows.status;
    RETURN NULL;
END $$;
CREATE TRIGGER account_period_changed AFTER UPDATE ON identity_account
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION identity_account_period_changed();

-- what is known of the time before: the day an account was made, and its latest status
INSERT INTO identity_account_period (id, account_id, status, began_at, ended_at)
    SELECT gen_random_uuid(), id, 'pending', created_at, status_changed_at
    FROM identity_account WHERE status <> 'pending' AND status_changed_at > created_at;
INSERT INTO identity_account_period (id, account_id, status, began_at)
    SELECT gen_random_uuid(), id, status, greatest(created_at, status_changed_at)
    FROM identity_account;
"""

COUNTS = (
    "web_sign_ins",
    "program_sign_ins",
    "service_sign_ins",
    "failed_sign_ins",
    "sent",
    "sent_outside",
    "delivered",
    "read",
)
MASKS = ("web_days", "program_days", "sent_days", "read_days")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "identity_account_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_identity_account_period"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["identity_account.id"],
            name="fk_identity_account_period_account_id",
        ),
    )
    op.create_index(
        "ix_identity_account_period_account_id", "identity_account_period", ["account_id"]
    )
    op.create_index(
        "uq_identity_account_period_present",
        "identity_account_period",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute(PERIODS)
    _create_leave()
    _create_usage()


def _create_leave() -> None:
    op.create_table(
        "identity_leave",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("document_number", sa.String(100)),
        sa.Column("document_date", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_identity_leave"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["identity_person.id"], name="fk_identity_leave_person_id"
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name="ck_identity_leave_validity"
        ),
    )
    op.create_index("ix_identity_leave_person_id", "identity_leave", ["person_id"])
    op.execute(
        "ALTER TABLE identity_leave ADD CONSTRAINT ex_identity_leave_overlap EXCLUDE USING gist"
        " (person_id WITH =, daterange(valid_from, valid_to) WITH &&)"
    )


def _create_usage() -> None:
    op.create_table(
        "mail_admin_usage_event",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("day", "id", name="pk_mail_admin_usage_event"),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_table(
        "mail_admin_usage_day",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("sent_bytes", sa.BigInteger(), nullable=False),
        sa.Column("delivered_bytes", sa.BigInteger(), nullable=False),
        *_stored(),
        sa.PrimaryKeyConstraint("account_id", "day", name="pk_mail_admin_usage_day"),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_table(
        "mail_admin_usage_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in (*MASKS, *COUNTS)),
        *_stored(),
        sa.PrimaryKeyConstraint("month", "account_id", name="pk_mail_admin_usage_month"),
        postgresql_partition_by="RANGE (month)",
    )
    op.create_table(
        "mail_admin_usage_import",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("sent_bytes", sa.BigInteger(), nullable=False),
        sa.Column("delivered_bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored_bytes", sa.BigInteger()),
        sa.PrimaryKeyConstraint("day", "source", "account_id", name="pk_mail_admin_usage_import"),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_table(
        "mail_admin_queued_message",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("queue_id", sa.String(40), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "queue_id", name="pk_mail_admin_queued_message"),
    )
    op.create_table(
        "mail_admin_log_position",
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_mail_admin_log_position"),
    )


def _stored() -> list[sa.Column[object]]:
    return [
        sa.Column("stored_bytes", sa.BigInteger()),
        sa.Column("stored_at", sa.DateTime(timezone=True)),
    ]


def downgrade() -> None:
    for table in (
        "log_position",
        "queued_message",
        "usage_import",
        "usage_month",
        "usage_day",
        "usage_event",
    ):
        op.drop_table(f"mail_admin_{table}")
    op.drop_table("identity_leave")
    op.execute("DROP TRIGGER account_period_changed ON identity_account")
    op.execute("DROP TRIGGER account_period_added ON identity_account")
    op.execute("DROP FUNCTION identity_account_period_changed()")
    op.execute("DROP FUNCTION identity_account_period_added()")
    op.drop_table("identity_account_period")
