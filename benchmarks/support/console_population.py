"""What pages of the console show besides mailboxes: addresses, moves, an audit trail, figures."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from benchmarks.support.importing import ACTOR, BASIS
from benchmarks.support.usage_population import populate
from entrypoints.wiring import Services
from identity.accounts.models import Account, AccountKind
from identity.bulk.models import BulkAction
from identity.bulk.service import make_plan
from mail_admin.rate.service import refresh

ORGANISATIONS = 1000
RECORDS_EACH = 5
"""Of the audit trail, for each account."""
PLANNED = 6_400
"""Accounts of the bulk plan."""
MONTHS_COPIED = 22
"""Of figures, before the two that are computed: 24 months stand in a heat map."""
FILLED = (
    "identity_account",
    "identity_account_period",
    "identity_address",
    "identity_appointment",
)
MORE = """
INSERT INTO identity_mail_domain (id, name, is_default)
VALUES (gen_random_uuid(), 'tinh.gov.vn', true);
INSERT INTO identity_address (id, domain_id, local_part, account_id, role, given_on)
SELECT gen_random_uuid(), domain.id, account.login, account.id, 'primary', '2024-01-05'
FROM identity_account AS account CROSS JOIN identity_mail_domain AS domain;
UPDATE identity_account SET status = 'suspended'
WHERE status = 'active' AND hashtext(login) % 50 = 0;
UPDATE identity_account SET status = 'closed'
WHERE status = 'active' AND hashtext(login) % 50 = 1;
UPDATE identity_account_period AS period SET status = account.status
FROM identity_account AS account
WHERE account.id = period.account_id AND account.status <> period.status;
UPDATE identity_appointment SET valid_to = '2026-06-01' WHERE hashtext(person_id::text) % 100 = 7;
INSERT INTO identity_appointment (id, person_id, organisation_id, valid_from, is_primary, position)
SELECT gen_random_uuid(), person.id, organisation.id, '2025-01-01', false, 'Kiêm nhiệm'
FROM (SELECT id, row_number() OVER () AS number FROM identity_organisation) AS organisation
JOIN (SELECT id, row_number() OVER () AS number FROM identity_person) AS person
    ON person.number % (SELECT count(*) FROM identity_organisation) = organisation.number - 1
WHERE hashtext(person.id::text) % 50 = 9;
INSERT INTO kernel_audit_record (at, actor_kind, actor_label, tag, subject_id, reason,
    document_number, details)
SELECT '2026-11-20'::timestamptz - number * interval '1 minute', 'account',
    'admin' || number % 40,
    (ARRAY['account:created', 'account:activated', 'sign-on:signed-in', 'person:moved',
        'account:quota-changed'])[1 + number % 5],
    account.id, 'theo quyết định',
    CASE WHEN number % 50 = 0 THEN number % 997 || '/QĐ-SNV' END, '{}'
FROM (SELECT id, row_number() OVER () AS place FROM identity_account) AS account
CROSS JOIN LATERAL generate_series(account.place * :records, (account.place + 1) * :records - 1)
    AS number
"""
COPIED_WINDOW = """
INSERT INTO mail_admin_rate_window (id, starts_on, ends_on, reference_day, definition, computed_at,
    confirmed_at)
SELECT gen_random_uuid(), starts_on - make_interval(months => number),
    starts_on - make_interval(months => number - 1),
    (starts_on - make_interval(months => number - 1))::date - 1,
    definition, computed_at, confirmed_at
FROM mail_admin_rate_window CROSS JOIN generate_series(1, :months) AS number
WHERE starts_on = '2026-09-01'
"""
COPIED_ROWS = """
INSERT INTO {table} SELECT copied.id, {columns} FROM {table} AS source
JOIN mail_admin_rate_window AS known ON known.id = source.window_id
    AND known.starts_on = '2026-09-01'
JOIN mail_admin_rate_window AS copied ON copied.starts_on < '2026-09-01'
"""
COLUMNS = text("""
SELECT string_agg('source.' || quote_ident(column_name), ', ' ORDER BY ordinal_position)
FROM information_schema.columns WHERE table_name = :table AND column_name <> 'window_id'
""")
OF_A_WINDOW = (
    "mail_admin_rate_organisation",
    "mail_admin_rate_figure",
    "mail_admin_rate_total",
)
NOW = datetime(2026, 11, 3, tzinfo=UTC)


def populate_console(services: Services, people: int) -> None:
    """A settled province: nothing waits for the directory."""
    with services.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        populate(
            connection,
            mailboxes=people * 20 // 19,  # the others are of organisations
            organisations=ORGANISATIONS,
            events_a_day=0,
        )
        # triggers of the product follow single changes; a whole province at once is no change
        _triggers(connection, "DISABLE")
        for statement in MORE.split(";"):
            values = {"records": RECORDS_EACH} if ":records" in statement else {}
            connection.execute(text(statement), values)
        _triggers(connection, "ENABLE")
    vacuum(services.engine)
    with services.database.transaction() as session:
        refresh(session, services.settings.usage_rate, now=NOW)
        _copy_months(session)
        _plan(session)
    vacuum(services.engine)


def vacuum(engine: Engine) -> None:
    with engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.execute(text("SET statement_timeout = 0"))
        plain.execute(text("VACUUM ANALYZE"))
        plain.execute(text("RESET statement_timeout"))


def _triggers(connection: Connection, what: str) -> None:
    for table in FILLED:
        connection.execute(text(f"ALTER TABLE {table} {what} TRIGGER USER"))


def _copy_months(session: Session) -> None:
    session.execute(text(COPIED_WINDOW), {"months": MONTHS_COPIED})
    for table in OF_A_WINDOW:
        columns = session.scalar(COLUMNS, {"table": table})
        session.execute(text(COPIED_ROWS.format(table=table, columns=columns)))


def _plan(session: Session) -> None:
    chosen = (
        select(Account.id)
        .where(Account.kind == AccountKind.PERSONAL)
        .order_by(Account.login)
        .limit(PLANNED)
    )
    accounts = list(session.scalars(chosen))
    make_plan(
        session,
        ACTOR,
        BulkAction.QUOTA,
        accounts,
        quota_bytes=5 * 2**30,
        now=NOW,
        basis=BASIS,
    )
