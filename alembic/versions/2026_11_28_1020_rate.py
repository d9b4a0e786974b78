"""Closed months and kept figures of the usage rate. Before deploy.

Triggers write down which days' figures a change makes stale, so that no code path can forget it,
and refuse every change of a closed month (docs/decisions/0020-kept-figures.md).
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision = "0013"
down_revision = "0012"

MEASURES = [
    "issued",
    "present",
    "in_service",
    "active",
    "service_days",
    "active_service_days",
    "locked",
    "on_leave",
    "never_activated",
    "polling_only",
    "weekly_active",
    "dormant_30",
    "dormant_60",
    "dormant_90",
    "nearly_full",
    "sent",
    "sent_outside",
    "delivered",
    "read",
    "moved_in",
    "moved_out",
    "moved_within",
    "officials",
    "officials_with_account",
]
MASKS = ("web_days", "program_days", "sent_days", "read_days", "service_days")

STALE = """
CREATE FUNCTION mail_admin_rate_usage_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mail_admin_rate_stale (since, until)
        SELECT DISTINCT month, (month + interval '1 month')::date FROM changed_rows;
    RETURN NULL;
END $$;

-- of tables with valid_from and valid_to: from the first day on which something is different
CREATE FUNCTION mail_admin_rate_period_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(valid_from) FROM new_rows HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(valid_from) FROM old_rows HAVING count(*) > 0;
    ELSE
        INSERT INTO mail_admin_rate_stale (since)
            SELECT min(CASE
                WHEN to_jsonb(old_rows) - 'valid_to' = to_jsonb(new_rows) - 'valid_to'
                    THEN least(old_rows.valid_to, new_rows.valid_to)
                ELSE least(old_rows.valid_from, new_rows.valid_from)
            END)
            FROM old_rows JOIN new_rows USING (id)
            WHERE old_rows IS DISTINCT FROM new_rows
            HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION mail_admin_rate_status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(began_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM new_rows
            HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(began_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM old_rows
            HAVING count(*) > 0;
    ELSE
        INSERT INTO mail_admin_rate_stale (since)
            SELECT (min(CASE
                WHEN old_rows.began_at = new_rows.began_at AND old_rows.status = new_rows.status
                    THEN least(old_rows.ended_at, new_rows.ended_at)
                ELSE least(old_rows.began_at, new_rows.began_at)
            END) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
            FROM old_rows JOIN new_rows USING (id)
            WHERE old_rows IS DISTINCT FROM new_rows
            HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;

-- whose an organisation account is has no history
CREATE FUNCTION mail_admin_rate_account_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mail_admin_rate_stale (since)
        SELECT (min(new_rows.created_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        FROM old_rows JOIN new_rows USING (id)
        WHERE old_rows.organisation_id IS DISTINCT FROM new_rows.organisation_id
        HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION mail_admin_rate_quota_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mail_admin_rate_stale (since)
        VALUES ((now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date);
    RETURN NULL;
END $$;

CREATE TRIGGER rate_account_moved AFTER UPDATE ON identity_account
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mail_admin_rate_account_moved();
CREATE TRIGGER rate_quota_changed AFTER UPDATE ON identity_mailbox
    FOR EACH STATEMENT EXECUTE FUNCTION mail_admin_rate_quota_changed();
CREATE TRIGGER rate_usage_added AFTER INSERT ON mail_admin_usage_month
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mail_admin_rate_usage_changed();
CREATE TRIGGER rate_usage_updated AFTER UPDATE ON mail_admin_usage_month
    REFERENCING NEW TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mail_admin_rate_usage_changed();
CREATE TRIGGER rate_usage_removed AFTER DELETE ON mail_admin_usage_month
    REFERENCING OLD TABLE AS changed_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mail_admin_rate_usage_changed();
"""

REGISTRY = {
    "identity_account_period": "status",
    "identity_leave": "period",
    "identity_appointment": "period",
    "identity_organisation_period": "period",
    "identity_agency_code": "period",
}
ROWS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}

CLOSED = """
CREATE FUNCTION mail_admin_rate_refuse_when_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM mail_admin_rate_window
        WHERE closed_at IS NOT NULL AND id = (CASE TG_OP WHEN 'INSERT' THEN NEW.window_id
            ELSE OLD.window_id END)
    ) THEN
        RAISE EXCEPTION '% of % is refused: the month is closed', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER closed_is_kept BEFORE UPDATE OR DELETE ON mail_admin_rate_window
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER closed_is_kept_whole BEFORE TRUNCATE ON mail_admin_rate_window
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
"""
KEPT = ("mail_admin_rate_organisation", "mail_admin_rate_figure", "mail_admin_rate_mailbox")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "mail_admin_rate_window",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reference_day", sa.Date(), nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stale", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_rate_window"),
        sa.UniqueConstraint(
            "starts_on", "ends_on", name="uq_mail_admin_rate_window_starts_on_ends_on"
        ),
    )
    op.create_table(
        "mail_admin_rate_organisation",
        _window(),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("code", sa.String(35)),
        sa.PrimaryKeyConstraint(
            "window_id", "organisation_id", name="pk_mail_admin_rate_organisation"
        ),
        _of_window("mail_admin_rate_organisation"),
    )
    op.create_table(
        "mail_admin_rate_figure",
        _window(),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_kind", sa.String(40), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint(
            "window_id", "organisation_id", "account_kind", name="pk_mail_admin_rate_figure"
        ),
        _of_window("mail_admin_rate_figure"),
    )
    _create_mailboxes()
    op.create_table(
        "mail_admin_rate_stale",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_mail_admin_rate_stale"),
    )
    _create_triggers()


def _create_mailboxes() -> None:
    flags = ("in_service", "active", "polling_only", "weekly_active", "nearly_full", "on_leave")
    op.create_table(
        "mail_admin_rate_mailbox",
        _window(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("moved_from", sa.Uuid()),
        sa.Column("status", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in flags),
        sa.Column("days_in_service", sa.Integer(), nullable=False),
        sa.Column("active_days", sa.Integer(), nullable=False),
        sa.Column("dormant_days", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MASKS),
        sa.PrimaryKeyConstraint("window_id", "account_id", name="pk_mail_admin_rate_mailbox"),
        _of_window("mail_admin_rate_mailbox"),
    )
    op.create_index(
        "ix_mail_admin_rate_mailbox_organisation", "mail_admin_rate_mailbox", ["organisation_id"]
    )


def _create_triggers() -> None:
    op.execute(STALE)
    op.execute(CLOSED)
    for table, kind in REGISTRY.items():
        for event, rows in ROWS.items():
            op.execute(
                f"CREATE TRIGGER rate_{event.lower()} AFTER {event} ON {table} REFERENCING {rows}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION mail_admin_rate_{kind}_changed()"
            )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER closed_is_kept BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION mail_admin_rate_refuse_when_closed()"
        )
        op.execute(
            f"CREATE TRIGGER closed_is_kept_whole BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change()"
        )


def _window() -> sa.Column[object]:
    return sa.Column("window_id", sa.Uuid(), nullable=False)


def _of_window(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["window_id"],
        ["mail_admin_rate_window.id"],
        name=f"fk_{table}_window_id",
        ondelete="CASCADE",
    )


FUNCTIONS = ("usage_changed", "period_changed", "status_changed", "account_moved", "quota_changed")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for function in FUNCTIONS:
        # and the triggers that call it
        op.execute(f"DROP FUNCTION mail_admin_rate_{function}() CASCADE")
    for table in ("stale", "mailbox", "figure", "organisation", "window"):
        op.drop_table(f"mail_admin_rate_{table}")
    op.execute("DROP FUNCTION mail_admin_rate_refuse_when_closed()")
