"""`congvu usage`: figures, the mailboxes behind them, files, and closed months."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from entrypoints.cli.session import Session, answer, as_json, basis_of, folding_table, with_basis
from kernel.clock import office_day, office_time
from kernel.messages import Message
from mail_admin.rate import listing, queries, roster, service
from mail_admin.rate.branch import Branch, read_organisations
from mail_admin.rate.definition import formula
from mail_admin.rate.errors import MonthOpen
from mail_admin.rate.measures import Measures
from mail_admin.rate.periods import PeriodKind, Window, parse_month, period_of
from mail_admin.rate.report import Scope
from mail_admin.rate.roster import COMPARED, MailboxState
from mail_admin.rate.schemas import CorrectionOut, MailboxOut, report_out
from mail_admin.reports.csv_table import write_csv
from mail_admin.reports.official import write_pdf
from mail_admin.reports.selection import Selection
from mail_admin.reports.workbook import write_workbook

MONTH = click.option("--month", required=True, help="Such as 2026-11.")
PERSONS = click.option("--persons", "scope", flag_value="persons", help="Of persons only.")
ORGANISATIONS = click.option(
    "--organisations", "scope", flag_value="organisations", help="Of organisations only."
)
FILE_WIDTH = 150
"""Of tables that go into a file or a pipe."""
FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


def make_current(session: Session, *windows: Window) -> None:
    """Whoever asks at the command line need not wait for the worker."""
    services = session.services
    settings, now = services.settings.usage_rate, services.clock()
    with services.database.transaction() as database:
        service.refresh(database, settings, now=now, wanted=windows)


def percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.1f} %"


def say_formula(text: Message) -> None:
    click.echo(f"\n{text.vi}\n{text.en}")


@click.command("months")
@as_json
@click.pass_obj
def months(session: Session, *, as_json: bool) -> None:
    """Months that have figures, the earliest first."""
    with session.services.database.transaction() as database:
        found = queries.months_with_figures(database, office_day(session.services.clock()))
        kept = {window: queries.find_kept(database, window) for window in found}
    if as_json:
        answer([window.label for window in found])
        return
    for window, row in kept.items():
        closed = row and row.closed_at
        click.echo(f"{window.label}{f'  closed {office_time(closed)}' if closed else ''}")


@click.command("report")
@MONTH
@click.option(
    "--period",
    type=click.Choice([kind.value for kind in PeriodKind]),
    default=PeriodKind.MONTH.value,
    show_default=True,
    help="The one that the month is in.",
)
@click.option("--under", metavar="CODE", help="Only this organisation and what is below it.")
@PERSONS
@ORGANISATIONS
@click.option("--xlsx", type=FILE, help="Write a workbook.")
@click.option("--pdf", type=FILE, help="Write the official report.")
@click.option("--csv", "csv_file", type=FILE, help="Write a table.")
@as_json
@click.pass_obj
def report(
    session: Session,
    /,
    month: str,
    period: str,
    under: str | None,
    scope: str | None,
    *,
    as_json: bool,
    **files: Path | None,
) -> None:
    """The usage rate of every organisation, by the tree of the last day."""
    wanted = period_of(PeriodKind(period), parse_month(month).starts_on)
    make_current(session, *wanted.windows, *wanted.before().windows)
    with session.services.database.transaction() as database:
        found = service.report(database, wanted, Scope(scope or "both"), Branch(under))
    selection = Selection(found)
    write_files(session, selection, files)
    if as_json:
        answer(report_out(found, month).model_dump(mode="json"))
        return
    show_report(session, selection)


def write_files(session: Session, selection: Selection, files: dict[str, Path | None]) -> None:
    writers = {"xlsx": write_workbook, "pdf": write_pdf, "csv_file": write_csv}
    for name, write in writers.items():
        path = files[name]
        if path is not None:
            with path.open("wb") as out:
                write(out, selection, session.services.settings.reports, session.services.clock())
            click.echo(f"{path}", err=True)


def show_report(session: Session, selection: Selection) -> None:
    found = selection.report
    headings = (
        "issued", "in service", "active", "unused", "locked", "on leave", "never activated",
    )  # fmt: skip
    table = folding_table("organisation", "code", *headings, "rate", "of issued", "before")
    for column in table.columns[2:]:
        column.justify, column.min_width = "right", 6
    for row in selection.rows:
        table.add_row(
            "  " * row.node.depth + row.node.name,
            row.node.code or "",
            *numbers(row.all),
            percent(row.rate),
            percent(row.active_of_issued),
            percent(row.previous_rate),
            style="red" if row.is_under(found.target) else None,
        )
    if selection.under is None:
        total = found.total
        rate_of_issued = total.active / total.issued if total.issued else None
        table.add_section()
        table.add_row(
            "Total", "", *numbers(total), percent(found.total_rate),
            percent(rate_of_issued), percent(found.total_previous_rate),
        )  # fmt: skip
    console = session.console
    if not console.is_terminal:
        console = Console(width=FILE_WIDTH, highlight=False)
    console.print(table)
    state = "closed" if found.is_closed else "over" if found.is_over else "still running"
    click.echo(
        f"{found.period.label} ({state}), computed {office_time(found.computed_at)}, "
        f"target {percent(found.target)}"
    )
    if found.missing:
        click.echo(f"without figures: {' '.join(window.label for window in found.missing)}")
    say_formula(found.formula)


def numbers(measures: Measures) -> list[str]:
    names = ("issued", "in_service", "active", "unused", "locked", "on_leave", "never_activated")
    return [str(getattr(measures, name)) for name in names]


@click.command("mailboxes")
@MONTH
@click.option("--organisation", required=True, metavar="CODE")
@click.option(
    "--state",
    type=click.Choice([state.value for state in MailboxState]),
    default=MailboxState.ISSUED.value,
    show_default=True,
)
@click.option("--own", is_flag=True, help="Without what is below the organisation.")
@PERSONS
@ORGANISATIONS
@as_json
@click.pass_obj
def mailboxes(
    session: Session,
    /,
    month: str,
    organisation: str,
    state: str,
    scope: str | None,
    *,
    own: bool,
    as_json: bool,
) -> None:
    """The mailboxes behind a number: who counts, and on which days by what."""
    make_current(session)
    with session.services.database.transaction() as database:
        kept = queries.get_kept(database, parse_month(month))
        branch = Branch(organisation, 0 if own else None)
        places = read_organisations(database, kept.id, branch).nodes
        rows = listing.list_mailboxes(
            database, kept, places, MailboxState(state), scope=Scope(scope or "both")
        )
    text = formula(kept.settings)
    if as_json:
        items = [MailboxOut.model_validate(row).model_dump(mode="json") for row in rows]
        answer({"month": month, "formula": {"vi": text.vi, "en": text.en}, "mailboxes": items})
        return
    table = folding_table(
        "login", "name", "organisation", "status", "days in service", "active days", "counts"
    )
    for row in rows:
        counts = "active" if row.active else "unused" if row.in_service else "not in service"
        table.add_row(
            row.login, row.name, row.organisation_name or "", row.status,
            str(row.days_in_service), str(row.active_days), counts,
        )  # fmt: skip
    session.console.print(table)
    click.echo(f"{len(rows)} mailboxes")
    say_formula(text)


@click.command("close")
@MONTH
@with_basis
@click.pass_obj
def close(session: Session, /, month: str, **options: Any) -> None:
    """Freeze the figures of a month that is over, with the mailboxes behind them. For good."""
    services, window = session.services, parse_month(month)
    with services.database.transaction() as database:
        service.close_month(
            database,
            session.actor,
            window,
            services.settings.usage_rate,
            now=services.clock(),
            basis=basis_of(options),
        )
    click.echo(f"{window.label} closed")


@click.command("corrections")
@MONTH
@as_json
@click.pass_obj
def corrections(session: Session, month: str, *, as_json: bool) -> None:
    """What of a closed month would be counted otherwise by what is known today."""
    with session.services.database.transaction() as database:
        kept = queries.get_kept(database, parse_month(month))
        if kept.closed_at is None:
            raise MonthOpen(kept.window.label)
        found = roster.corrections(database, kept)
    if as_json:
        answer([CorrectionOut.of(one).model_dump(mode="json") for one in found])
        return
    table = folding_table("login", "name", "what", "when closed", "now")
    for one in found:
        for name in COMPARED:
            then, now = (one.then or {}).get(name), (one.now or {}).get(name)
            if then != now:
                table.add_row(one.login, one.name, name, str(then), str(now))
    session.console.print(table)
    click.echo(f"{len(found)} mailboxes differ; the figures of {month} stay as they were closed")


COMMANDS = (months, report, mailboxes, close, corrections)
