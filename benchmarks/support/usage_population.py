"""A province of any size with a month of use, made inside the database by set statements."""

from sqlalchemy import Connection, text

from identity.names.text import fold

MONTH, BEFORE = "2026-10-01", "2026-09-01"
DEPARTMENTS = 60
PERSONS_OF_20 = 19
"""Of twenty mailboxes; the twentieth is an organisation's."""
MONTH_COLUMNS = (
    "month, account_id, web_days, program_days, sent_days, read_days, web_sign_ins,"
    " program_sign_ins, service_sign_ins, failed_sign_ins, sent, sent_outside, delivered, read,"
    " stored_bytes, stored_at"
)
FILLED = (
    "identity_organisation",
    "identity_organisation_period",
    "identity_agency_code",
    "identity_person",
    "identity_appointment",
    "identity_account",
    "identity_account_period",
    "identity_mailbox",
)
NUMBERED = "('00000000-0000-4000-{kind}-' || lpad(to_hex({number}), 12, '0'))::uuid"
ORGANISATION = NUMBERED.format(kind="8001", number="{0}")
PERSON = NUMBERED.format(kind="8002", number="number")
ACCOUNT = NUMBERED.format(kind="8003", number="number")
SCATTERED = "(number * 7919::bigint % 1000003)"
"""So that people of one name are not neighbours in the table."""
SINCE = "'2024-01-05 02:00+00'::timestamptz"


def _words(text: str) -> list[str]:
    return text.split()


FAMILIES = _words("Nông Hoàng Triệu Nguyễn Lý Bàn Hà Đặng Phùng Lường Ma Vi Trần Phạm")
MIDDLES = _words("Thị Văn Hồng Minh Thanh Đức Quang Thu Ngọc Xuân Hữu Bích")
GIVENS = _words(
    "Nga Bình Mai Sơn Huệ An Chi Dung Giang Hạnh Hùng Khánh Lan Linh Long Nam Nhung Oanh Phúc"
    " Quyên Sáng Thảo Tùng Uyên Vân Vinh Xuyến Yến Thơ Đạt"
)


def _word(words: list[str], divisor: int) -> str:
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"(ARRAY[{quoted}])[1 + {SCATTERED} / {divisor} % {len(words)}]"


FAMILY = _word(FAMILIES, 1)
MIDDLE = _word(MIDDLES, len(FAMILIES))
GIVEN = _word(GIVENS, len(FAMILIES) * len(MIDDLES))
FAMILY_KEY = _word([fold(word) for word in FAMILIES], 1)
MIDDLE_KEY = _word([fold(word) for word in MIDDLES], len(FAMILIES))
GIVEN_KEY = _word([fold(word) for word in GIVENS], len(FAMILIES) * len(MIDDLES))
LOGIN = f"{GIVEN_KEY} || left({FAMILY_KEY}, 1) || left({MIDDLE_KEY}, 1) || number"
ABOVE = f"""CASE WHEN number = 1 THEN NULL
        WHEN number <= {DEPARTMENTS} THEN {ORGANISATION.format("1")}
        ELSE {ORGANISATION.format(f"2 + number % {DEPARTMENTS - 1}")} END"""

ORGANISATIONS = f"""
INSERT INTO identity_organisation (id, kind, name, search_key, display_order, valid_from, parent_id,
    projected_revision)
SELECT {ORGANISATION.format("number")}, 'unit', 'Cơ quan ' || number, 'co quan ' || number, number,
    '2020-01-01', {ABOVE}, 1
FROM generate_series(1, :organisations) AS number;
INSERT INTO identity_organisation_period (id, organisation_id, parent_id, kind, name, valid_from)
SELECT gen_random_uuid(), {ORGANISATION.format("number")}, {ABOVE}, 'unit',
    'Cơ quan ' || number, '2020-01-01'
FROM generate_series(1, :organisations) AS number;
INSERT INTO identity_agency_code (id, organisation_id, code, canonical, form, valid_from)
SELECT gen_random_uuid(), {ORGANISATION.format("number")}, 'H03.' || number, 'H03.' || number,
    'decision_20', '2020-01-01'
FROM generate_series(1, :organisations) AS number
"""
MAILBOXES = f"""
INSERT INTO identity_person (id, full_name, search_key, sort_key, staff_number)
SELECT {PERSON}, {FAMILY} || ' ' || {MIDDLE} || ' ' || {GIVEN},
    {FAMILY_KEY} || ' ' || {MIDDLE_KEY} || ' ' || {GIVEN_KEY},
    {GIVEN_KEY} || ' ' || {FAMILY_KEY} || ' ' || {MIDDLE_KEY} || ' ' || number, 'BK' || number
FROM generate_series(1, :mailboxes) AS number
WHERE number % 20 < {PERSONS_OF_20};
INSERT INTO identity_appointment (id, person_id, organisation_id, valid_from)
SELECT gen_random_uuid(), {PERSON}, {ORGANISATION.format("1 + number % :organisations")},
    '2024-01-01'
FROM generate_series(1, :mailboxes) AS number WHERE number % 20 < {PERSONS_OF_20};
INSERT INTO identity_account (id, kind, login, display_name, status, status_changed_at, created_at,
    person_id, organisation_id, password_hash, projected_revision)
SELECT {ACCOUNT}, CASE WHEN number % 20 < {PERSONS_OF_20} THEN 'personal' ELSE 'organisation' END,
    {LOGIN}, CASE WHEN number % 20 < {PERSONS_OF_20} THEN '' ELSE 'Hộp thư ' || number END,
    CASE WHEN number % 23 = 0 THEN 'pending' ELSE 'active' END,
    {SINCE}, {SINCE},
    CASE WHEN number % 20 < {PERSONS_OF_20} THEN {PERSON} END,
    CASE WHEN number % 20 >= {PERSONS_OF_20}
        THEN {ORGANISATION.format("1 + number % :organisations")} END,
    CASE WHEN number % 23 = 0 THEN NULL ELSE 'x' END, 1
FROM generate_series(1, :mailboxes) AS number;
INSERT INTO identity_account_period (id, account_id, status, began_at)
SELECT gen_random_uuid(), id, status, created_at FROM identity_account;
INSERT INTO identity_mailbox (account_id, quota_bytes) SELECT id, 2147483648 FROM identity_account
"""
EVENTS = """
INSERT INTO mail_admin_usage_event (day, id, at, account_id, kind, amount, bytes, source)
SELECT day, gen_random_uuid(), day + interval '9 hours', account.id,
    (ARRAY['web_sign_in', 'read', 'sent', 'delivered', 'program_sign_in'])[1 + number % 5], 1, 2000,
    'dovecot'
FROM identity_account AS account
CROSS JOIN generate_series('2026-10-01'::date, '2026-10-31'::date, interval '1 day') AS days(moment)
CROSS JOIN LATERAL (SELECT moment::date AS day) AS told
CROSS JOIN generate_series(1, :share) AS number
WHERE account.status = 'active' AND hashint8(hashtext(account.login) + number) % 9 <> 0
    AND random() < 0.5
"""
BIT = "1 << (extract(day FROM day)::integer - 1)"


def _bits(kind: str) -> str:
    return f"coalesce(bit_or({BIT}) FILTER (WHERE kind = '{kind}'), 0)"


def _count(kind: str) -> str:
    return f"count(*) FILTER (WHERE kind = '{kind}')"


MONTH_OF_EVENTS = f"""
INSERT INTO mail_admin_usage_month ({MONTH_COLUMNS})
SELECT '{MONTH}', account_id, {_bits("web_sign_in")}, {_bits("program_sign_in")}, {_bits("sent")},
    {_bits("read")}, {_count("web_sign_in")}, {_count("program_sign_in")}, 0, 0, {_count("sent")},
    0, {_count("delivered")}, {_count("read")}, 1000000, '2026-10-30'
FROM mail_admin_usage_event WHERE day >= '{MONTH}' AND day < '2026-11-01' GROUP BY account_id
"""
MONTH_ALONE = f"""
INSERT INTO mail_admin_usage_month ({MONTH_COLUMNS})
SELECT '{MONTH}', id, (random() * 1073741824)::integer, 7, 3, 5, 20, 60, 0, 0, 9, 1, 60, 30,
    1000000, '2026-10-30'
FROM identity_account WHERE status = 'active' AND hashtext(login) % 9 <> 0
"""
MONTH_BEFORE = f"""
INSERT INTO mail_admin_usage_month ({MONTH_COLUMNS})
SELECT '{BEFORE}', account_id, web_days & 1073741823, program_days & 1073741823,
    sent_days & 1073741823, read_days & 1073741823, web_sign_ins, program_sign_ins, 0, 0, sent, 0,
    delivered, read, stored_bytes, '2026-09-30'
FROM mail_admin_usage_month WHERE month = '{MONTH}'
"""
DAYS_OF_MONTH = f"""
INSERT INTO mail_admin_usage_day (account_id, day, web_sign_ins, program_sign_ins, service_sign_ins,
    failed_sign_ins, sent, sent_outside, delivered, read, sent_bytes, delivered_bytes, stored_bytes,
    stored_at)
SELECT account_id, month + number, web_days >> number & 1, program_days >> number & 1, 0, 0,
    sent_days >> number & 1, 0, 2, read_days >> number & 1, 2000, 4000, stored_bytes, month + number
FROM mail_admin_usage_month CROSS JOIN generate_series(0, 30) AS number
WHERE month = '{MONTH}' AND (web_days | program_days | sent_days | read_days) >> number & 1 = 1
"""
PARTITIONS = "\n".join(
    f"CREATE TABLE {table}_{name} PARTITION OF {table} FOR VALUES FROM ('{first}') TO ('{after}');"
    for table in ("mail_admin_usage_event", "mail_admin_usage_day", "mail_admin_usage_month")
    for name, first, after in (
        ("202609", BEFORE, MONTH),
        ("202610", MONTH, "2026-11-01"),
    )
)


def populate(
    connection: Connection, *, mailboxes: int, organisations: int, events_a_day: int
) -> None:
    """With `events_a_day` of 0 there are no raw events, only rows of days and months."""
    values = {"mailboxes": mailboxes, "organisations": organisations, "share": 2 * events_a_day}
    _run(connection, PARTITIONS, {})
    _triggers(connection, "DISABLE")
    _run(connection, ORGANISATIONS, values)
    _run(connection, MAILBOXES, values)
    _triggers(connection, "ENABLE")
    if events_a_day:
        _run(connection, EVENTS, values)
        _run(connection, MONTH_OF_EVENTS, {})
    else:
        _run(connection, MONTH_ALONE, {})
    _run(connection, DAYS_OF_MONTH, {})
    _run(connection, MONTH_BEFORE, {})


def _run(connection: Connection, statements: str, values: dict[str, int]) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), named)


def _triggers(connection: Connection, what: str) -> None:
    """Those of the product follow single changes; a whole province at once is no change."""
    for table in FILLED:
        connection.execute(text(f"ALTER TABLE {table} {what} TRIGGER USER"))
