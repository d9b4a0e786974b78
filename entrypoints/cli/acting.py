"""`congvu usage remind`, `rules` and `locked`: acting on mailboxes that nobody uses."""

import csv
import sys
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

import click
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session as OrmSession

from entrypoints.cli.session import DAY, Session, answer, as_json, folding_table
from identity.accounts.queries import get_account_by_login
from identity.handover.table import harmless
from identity.organisations.models import Organisation
from kernel.clock import office_day, office_time
from mail_admin.rate.definition import signs_in_words
from mail_admin.rate.use import for_locks
from mail_admin.reminders.idle import IdleMailbox
from mail_admin.reminders.models import NoticeKind, NoticeState
from mail_admin.reminders.notices import NoticeFilter, find_last_run, list_notices
from mail_admin.reminders.rules import Candidate, LockedMailbox, list_locked, list_revocable
from mail_admin.reminders.schemas import RunOut, described

LOCKED_COLUMNS = ("login", "name", "organisation", "rule", "locked_on")


@click.command("remind")
@click.option("--dry-run", is_flag=True, help="Show what is due; send nothing.")
@click.option("--now", is_flag=True, help="Also at quiet hours.")
@as_json
@click.pass_obj
def remind(session: Session, *, dry_run: bool, now: bool, as_json: bool) -> None:
    """Send the reminders, lists and reports that are due, as the worker does every hour.

    Nobody gets more than one mail a week, however often this runs.
    """
    reminders = session.services.reminders
    if dry_run:
        _show_due(session, as_json=as_json)
        return
    counts = reminders.remind(even_when_quiet=now)
    if as_json:
        answer({"sent": counts.sent, "refused": counts.refused, "by_kind": counts.by_kind})
        return
    for kind, count in sorted(counts.by_kind.items()):
        click.echo(f"{kind:18} {count}")
    click.echo(f"sent {counts.sent}  refused {counts.refused}")


def _show_due(session: Session, *, as_json: bool) -> None:
    mails = session.services.reminders.due()
    if as_json:
        answer(
            [
                {
                    "kind": mail.claim.kind.value,
                    "to": mail.claim.address,
                    "subject": mail.subject,
                    "accounts": mail.accounts,
                }
                for mail in mails
            ]
        )
        return
    for mail in mails:
        count = len(mail.accounts)
        about = mail.accounts[0] if count == 1 else f"{count} mailboxes"
        click.echo(f"{mail.claim.kind.value:18} {mail.claim.address:40} {about}")
    counts = Counter(mail.claim.kind.value for mail in mails)
    click.echo("  ".join(f"{kind} {count}" for kind, count in sorted(counts.items())) or "none due")
    reminders = session.services.reminders
    if not reminders.settings.enabled:
        click.echo("the worker sends none of them: CONGVU_REMINDERS__ENABLED is false", err=True)


@click.command("notices")
@click.option("--kind", type=click.Choice([kind.value for kind in NoticeKind]))
@click.option("--state", type=click.Choice([state.value for state in NoticeState]))
@click.option("--login", help="Only those about this account.")
@click.option("--since", type=DAY, help="First day.")
@click.option("--until", type=DAY, help="Last day.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@as_json
@click.pass_obj
def notices(session: Session, /, limit: int, *, as_json: bool, **options: Any) -> None:
    """Mails that were sent, to whom and when, and those that were refused; the latest first."""
    since, until = options["since"], options["until"]
    services = session.services
    with services.database.transaction() as database:
        login = options["login"]
        wanted = NoticeFilter(
            kind=NoticeKind(options["kind"]) if options["kind"] else None,
            state=NoticeState(options["state"]) if options["state"] else None,
            subject_id=get_account_by_login(database, login).id if login else None,
            since=since and since.date(),
            until=until and until.date(),
        )
        views = list_notices(database, wanted, office_day(services.clock()), limit=limit)
        found: list[dict[str, Any]] = [
            {
                "day": view.notice.day,
                "kind": view.notice.kind.value,
                "state": view.notice.state.value,
                "subject": view.subject,
                "channel": view.channel and view.channel.value,
                "to": view.to,
            }
            for view in views
        ]
    if as_json:
        answer(found)
        return
    table = folding_table("day", "kind", "state", "about", "to")
    for row in found:
        to = row["to"] or row["channel"] or "an address of before"
        table.add_row(str(row["day"]), row["kind"], row["state"], row["subject"], to)
    if found:
        session.console.print(table)
    click.echo(f"{len(found)} mails")


@click.group("rules")
def rules() -> None:
    """Rules that lock mailboxes nobody uses (CONGVU_REMINDERS__RULES__*)."""


@rules.command("show")
@as_json
@click.pass_obj
def show(session: Session, *, as_json: bool) -> None:
    """The rule in force, and what its latest run did."""
    services = session.services
    chosen = services.settings.reminders.rules
    use = signs_in_words(for_locks(services.settings.usage_rate))
    with services.database.transaction() as database:
        run = RunOut.of(find_last_run(database))
    found = described(chosen) | {
        "counted_as_use": {"vi": use.vi, "en": use.en},
        "last_run": run and run.model_dump(mode="json"),
    }
    if as_json:
        answer(found)
        return
    found["counted_as_use"] = use.en
    found["last_run"] = (
        f"{office_time(run.at)}: {run.outcome.value}, locked {run.locked}, closed {run.revoked}"
        if run
        else "never"
    )
    for name, value in found.items():
        click.echo(f"{name:22} {_in_words(value)}")


def _in_words(value: object) -> str:
    words = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


@rules.command("preview")
@as_json
@click.pass_obj
def preview(session: Session, *, as_json: bool) -> None:
    """What the rule would do today: lock, close, or wait for a notice first. Changes nothing."""
    services = session.services
    today = office_day(services.clock())
    state, candidates = services.reminders.rule_state(), services.reminders.candidates()
    with services.database.transaction() as database:
        names = _organisations(database, [one.mailbox for one in candidates])
        closing = list_revocable(database, state.rules, services.clock())
    found = [_row(one, names, today) for one in candidates]
    found += [_closing(mailbox) for mailbox in closing]
    found.sort(key=lambda row: (row["action"], row["organisation"], row["login"]))
    if as_json:
        answer(found)
        return
    if found:
        session.console.print(_candidates(found))
    click.echo(f"to lock {state.to_lock}  to close {state.to_revoke}  waiting {state.waiting}")
    if state.rules.unused is None and state.rules.never_activated is None:
        click.echo("no rule is chosen: CONGVU_REMINDERS__RULES__PRESET", err=True)
    elif state.rules.mode != "apply":
        click.echo(f"nothing of it happens: the mode is {state.rules.mode}", err=True)
    if state.stopped:
        click.secho("the brake stops it: see `rules apply --help`", fg="yellow", err=True)


def _candidates(rows: list[dict[str, Any]]) -> Table:
    table = folding_table("action", "login", "name", "organisation", "rule", "idle days", "told on")
    for row in rows:
        table.add_row(
            row["action"], row["login"], row["name"], row["organisation"], row["rule"],
            str(row["idle_days"] or ""), str(row["noticed_on"] or ""),
        )  # fmt: skip
    return table


def _organisations(database: OrmSession, mailboxes: list[IdleMailbox]) -> dict[UUID, str]:
    ids = {mailbox.organisation_id for mailbox in mailboxes}
    statement = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return dict(database.execute(statement).all())


def _row(candidate: Candidate, names: dict[UUID, str], today: date) -> dict[str, Any]:
    mailbox = candidate.mailbox
    return {
        "action": "lock" if candidate.is_ready else "wait",
        "login": mailbox.login,
        "name": mailbox.name,
        "organisation": names.get(mailbox.organisation_id, ""),
        "rule": candidate.rule.value,
        "idle_since": mailbox.idle_since,
        "idle_days": mailbox.idle_days(today),
        "noticed_on": candidate.noticed_on,
        "ready": candidate.is_ready,
    }


def _closing(mailbox: LockedMailbox) -> dict[str, Any]:
    return {
        "action": "close",
        "login": mailbox.login,
        "name": mailbox.name,
        "organisation": mailbox.organisation,
        "rule": mailbox.rule.value,
        "idle_since": None,
        "idle_days": None,
        "noticed_on": None,
        "ready": True,
        "locked_on": office_day(mailbox.locked_at),
    }


@rules.command("exceptions")
@as_json
@click.pass_obj
def exceptions(session: Session, *, as_json: bool) -> None:
    """Mailboxes idle for long enough that the rule leaves alone, and why."""
    services = session.services
    excepted, today = services.reminders.excepted(), office_day(services.clock())
    with services.database.transaction() as database:
        names = _organisations(database, [one.mailbox for one in excepted])
    found = [
        {
            "login": one.mailbox.login,
            "name": one.mailbox.name,
            "organisation": names.get(one.mailbox.organisation_id, ""),
            "ground": one.ground.value,
            "idle_days": one.mailbox.idle_days(today),
        }
        for one in excepted
    ]
    if as_json:
        answer(found)
        return
    if found:
        table = folding_table("login", "name", "organisation", "left alone for", "idle days")
        for row in found:
            table.add_row(*(str(value) for value in row.values()))
        session.console.print(table)
    click.echo(f"{len(found)} mailboxes left alone")


@rules.command("apply")
@click.option("--confirm-mass-change", is_flag=True, help="Lock more than the brake allows.")
@as_json
@click.pass_obj
def apply(session: Session, *, confirm_mass_change: bool, as_json: bool) -> None:
    """Lock what the rule says, as the worker does every morning. Reinstating undoes it.

    Before more than the brake allows are locked at once, look whether the logs are still read:
    when they are not, everybody looks idle. Then --confirm-mass-change.
    """
    done = session.services.reminders.apply_rules(session.actor, confirm_mass=confirm_mass_change)
    if as_json:
        answer({"locked": done.locked, "revoked": done.revoked, "waiting": done.waiting})
        return
    click.echo(f"locked {done.locked}  closed {done.revoked}  waiting {done.waiting}")


@click.command("locked")
@click.option("--csv", "as_csv", is_flag=True, help="For spreadsheets.")
@as_json
@click.pass_obj
def locked(session: Session, *, as_csv: bool, as_json: bool) -> None:
    """Mailboxes that a rule locked and nobody has reinstated since."""
    with session.services.database.transaction() as database:
        found = [
            {
                "login": mailbox.login,
                "name": mailbox.name,
                "organisation": mailbox.organisation,
                "rule": mailbox.rule.value,
                "locked_on": office_day(mailbox.locked_at).isoformat(),
            }
            for mailbox in list_locked(database, session.services.clock())
        ]
    if as_json:
        answer(found)
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(LOCKED_COLUMNS)
        writer.writerows([harmless(value) for value in row.values()] for row in found)
    else:
        if found:
            table = folding_table(*(name.replace("_", " ") for name in LOCKED_COLUMNS))
            for row in found:
                table.add_row(*row.values())
            session.console.print(table)
        click.echo(f"{len(found)} mailboxes locked by rule")
