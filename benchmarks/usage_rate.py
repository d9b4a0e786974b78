"""The usage rate of a month: computed, read from kept figures, and by GROUP BY over raw events."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.support.installation import installation
from benchmarks.support.report import Row, Section, Verdict, as_json, new_console
from benchmarks.support.usage_population import populate
from entrypoints.wiring import Services
from identity.accounts.models import AccountKind
from kernel.database import lift_statement_timeout
from mail_admin.rate import listing, service
from mail_admin.rate.branch import Branch, read_organisations
from mail_admin.rate.computing import Computation, compute
from mail_admin.rate.periods import PeriodKind, month_window, period_of
from mail_admin.rate.queries import get_kept
from mail_admin.rate.roster import MailboxState
from mail_admin.rate.schemas import report_out
from mail_admin.rate.settings import UsageRateSettings

OCTOBER = month_window(date(2026, 10, 1))
NOW = datetime(2026, 11, 3, tzinfo=UTC)
SETTINGS = UsageRateSettings()
SMOKE_MAILBOXES, SMOKE_ORGANISATIONS = 2_000, 30
LIMIT_SECONDS, DASHBOARD_MILLISECONDS, LEAST_RATIO = 1.0, 100.0, 20.0
MILLISECONDS = 1000.0
PLAIN = text("""
SELECT coalesce(appointment.organisation_id, account.organisation_id) AS organisation_id,
    count(DISTINCT event.account_id) AS active
FROM mail_admin_usage_event AS event
JOIN identity_account AS account ON account.id = event.account_id
LEFT JOIN identity_appointment AS appointment
    ON appointment.person_id = account.person_id AND appointment.is_primary
    AND appointment.valid_from <= '2026-10-31'
    AND (appointment.valid_to IS NULL OR appointment.valid_to > '2026-10-31')
WHERE event.day >= '2026-10-01' AND event.day < '2026-11-01'
    AND event.kind IN ('web_sign_in', 'sent', 'read')
GROUP BY 1
""")
SIZES = text("""
SELECT parent.relname, sum(pg_total_relation_size(child.oid)) AS bytes
FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
JOIN pg_class AS parent ON parent.oid = inhparent
WHERE child.relname LIKE '%_202610' GROUP BY parent.relname
""")


class Measured:
    def __init__(self, services: Services, *, runs: int, questions: int) -> None:
        self._services = services
        self._runs = runs
        self._questions = questions

    def seconds(self, ask: Callable[[Session], object], runs: int | None = None) -> list[float]:
        """Of each run after a first one that warms up."""
        found = []
        for _ in range(1 + (runs or self._runs)):
            with self._services.database.transaction() as session:
                lift_statement_timeout(session, seconds=600)
                began = time.perf_counter()
                ask(session)
                found.append(time.perf_counter() - began)
        return found[1:]

    def section(self, mailboxes: int, organisations: int, *, with_events: bool) -> Section:
        computing = self.seconds(lambda session: compute(session, OCTOBER, LAST, SETTINGS))
        with self._services.database.transaction() as session:
            service.refresh(session, SETTINGS, now=NOW)
        reading = self.seconds(_read, self._questions)
        whole = self.seconds(_read_all)
        pages = {
            name: self.seconds(partial(_drill, branch, PAGE)) for name, branch in DRILLS.items()
        }
        many = self.seconds(partial(_drill, Branch(DEPARTMENT), listing.EVERYTHING))
        rows = [
            _row("report computed from rows of months", computing),
            _row("dashboard read from kept figures, as JSON", reading),
            _row("every organisation, as JSON", whole),
            *(
                _row(f"a page of the unused mailboxes of {name}", one)
                for name, one in pages.items()
            ),
            _row("all those of a department at once", many),
        ]
        p99 = MILLISECONDS * _percentile(reading)
        verdicts = [
            Verdict("report computed, seconds", max(computing), LIMIT_SECONDS, at_least=False),
            Verdict("dashboard p99, ms", p99, DASHBOARD_MILLISECONDS, at_least=False),
        ]
        if with_events:
            plain = self.seconds(lambda session: session.execute(PLAIN).all(), 2)
            rows.insert(0, _row("plain GROUP BY over raw events", plain))
            ratio = statistics.median(plain) / statistics.median(whole)
            verdicts += [
                Verdict("GROUP BY ÷ report read", ratio, LEAST_RATIO),
                Verdict("same active mailboxes by both (1: yes)", float(self._agree()), 1.0),
            ]
        sizes = self._sizes()
        rows.append(Row("storage of months, MiB", {"MiB": sizes["mail_admin_usage_month"]}))
        title = (
            f"Usage rate: {mailboxes:,} mailboxes, {organisations:,} organisations, 31 days; "
            f"October takes {sizes['mail_admin_usage_month']:,.0f} MiB in months, "
            f"{sizes['mail_admin_usage_day']:,.0f} MiB in days, "
            f"{sizes['mail_admin_usage_event']:,.0f} MiB in events"
        )
        return Section(f"rate of {mailboxes}", title, rows, verdicts)

    def _agree(self) -> bool:
        """Without thresholds the plain query counts the same."""
        with self._services.database.transaction() as session:
            ours = _active(compute(session, OCTOBER, LAST, SETTINGS))
            plain = {row.organisation_id: row.active for row in session.execute(PLAIN)}
        return plain == {place: count for place, count in ours.items() if count}

    def _sizes(self) -> dict[str, float]:
        with self._services.database.transaction() as session:
            return {row.relname: float(row.bytes) / 2**20 for row in session.execute(SIZES)}


LAST = OCTOBER.last_day
DEPARTMENT, OFFICE = "H03.7", "H03.28"
DRILLS = {
    "an office": Branch(OFFICE, 0),
    "a department with all below it": Branch(DEPARTMENT),
    "the province": Branch(),
}
PAGE = 50


def _active(computed: Computation) -> dict[object, int]:
    return {
        node.id: sum(
            computed.own.get((node.id, kind), {}).get("active", 0)
            for kind in (AccountKind.PERSONAL, AccountKind.ORGANISATION)
        )
        for node in computed.tree.nodes
    }


def _read(session: Session) -> None:
    """The province and what is directly below it, compared with the month before."""
    month = period_of(PeriodKind.MONTH, OCTOBER.starts_on)
    found = service.report(session, month, branch=Branch(levels=1))
    report_out(found, "2026-10").model_dump_json()


def _read_all(session: Session) -> None:
    found = service.report(session, period_of(PeriodKind.MONTH, OCTOBER.starts_on))
    report_out(found, "2026-10").model_dump_json()


def _drill(branch: Branch, limit: int, session: Session) -> None:
    kept = get_kept(session, OCTOBER)
    found = read_organisations(session, kept.id, branch).nodes
    listing.list_mailboxes(session, kept, found, MailboxState.UNUSED, limit=limit)


def _percentile(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[98] if len(values) > 1 else values[0]


def _row(name: str, values: Sequence[float]) -> Row:
    return Row(
        name,
        {
            "median ms": MILLISECONDS * statistics.median(values),
            "p99 ms": MILLISECONDS * _percentile(values),
            "runs": float(len(values)),
        },
    )


def measure(options: argparse.Namespace, folder: Path) -> Section:
    with installation(folder, ("postgres",)) as ours:
        services = ours.services
        with services.engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            populate(
                connection,
                mailboxes=options.mailboxes,
                organisations=options.organisations,
                events_a_day=options.events_a_day,
            )
        with services.engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            plain.execute(text("SET statement_timeout = 0"))
            plain.execute(text("VACUUM ANALYZE"))
            plain.execute(text("RESET statement_timeout"))
        measured = Measured(services, runs=options.runs, questions=options.questions)
        return measured.section(
            options.mailboxes, options.organisations, with_events=options.events_a_day > 0
        )


def growth(one: Section, many: Section, times: int) -> Section:
    """How many times as long the same takes for `times` as many mailboxes."""
    rows, before = [], {row.side: row for row in one.rows}
    for row in many.rows:
        heading = "MiB" if "MiB" in row.figures else "median ms"
        ratio = row.figures[heading] / before[row.side].figures[heading]
        rows.append(Row(row.side, {"times as much": ratio}))
    verdicts = [
        Verdict(f"growth of {row.side}", row.figures["times as much"], times, at_least=False)
        for row in rows
    ]
    return Section("growth", f"{times} times as many mailboxes", rows, verdicts)


def measured_sections(options: argparse.Namespace) -> list[Section]:
    sections = []
    for times in (1, options.times) if options.times else (1,):
        size = argparse.Namespace(**vars(options) | {"mailboxes": times * options.mailboxes})
        if times > 1:
            size.events_a_day = 0
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            Path(folder).chmod(0o755)  # the servers run as users of their own
            sections.append(measure(size, Path(folder)))
    if options.times:
        one, many = sections
        many = Section(many.name, many.title, many.rows)  # the limits are those of the first
        sections = [one, many, growth(one, many, options.times)]
    return sections


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mailboxes", type=int, default=100_000)
    parser.add_argument("--organisations", type=int, default=1_000)
    parser.add_argument("--events-a-day", type=int, default=2, help="of a mailbox; 0 for none")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--questions", type=int, default=200, help="to the dashboard")
    parser.add_argument("--times", type=int, help="and so many times as many mailboxes, compared")
    parser.add_argument("--smoke", action="store_true", help="a little of everything, only to try")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.mailboxes, options.organisations = SMOKE_MAILBOXES, SMOKE_ORGANISATIONS
        options.runs, options.questions = 1, 5
    sections = measured_sections(options)
    if options.json:
        print(as_json(sections))
        return
    for section in sections:
        section.show(new_console())


if __name__ == "__main__":
    main()
