"""`congvu usage remind`, `rules` and `locked`: acting on mailboxes that nobody uses."""

import csv
import sys
from collections import Counter
from datetime import date
from typing import Any

import click

from entrypoints.cli.session import Session, answer, as_json
from kernel.clock import office_day
from mail_admin.reminders.rules import Candidate, list_locked


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
        click.echo(f"{mail.claim.kind.value:18} {mail.claim.address:40} {len(mail.accounts)}")
    counts = Counter(mail.claim.kind.value for mail in mails)
    click.echo("  ".join(f"{kind} {count}" for kind, count in sorted(counts.items())) or "none due")


@click.group("rules")
def rules() -> None:
    """Rules that lock mailboxes nobody uses (CONGVU_REMINDERS__RULES__*)."""


@rules.command("show")
@as_json
@click.pass_obj
def show(session: Session, *, as_json: bool) -> None:
    """The rule in force."""
    chosen = session.services.settings.reminders.rules
    found = {
        "mode": chosen.mode,
        "preset": chosen.preset or None,
        "unused_days": chosen.unused,
        "never_activated_days": chosen.never_activated,
        "revoke_after_days": chosen.revoke_after,
        "notice_days": chosen.notice_days,
        "organisation_accounts": chosen.organisation_accounts,
    }
    if as_json:
        answer(found)
        return
    for name, value in found.items():
        click.echo(f"{name:22} {'none' if value is None else value}")


@rules.command("preview")
@as_json
@click.pass_obj
def preview(session: Session, *, as_json: bool) -> None:
    """Whom the rule would lock today, and who waits for a notice first. Changes nothing."""
    services = session.services
    today = office_day(services.clock())
    found = [_row(candidate, today) for candidate in services.reminders.candidates()]
    if as_json:
        answer(found)
        return
    for row in found:
        state = f"noticed {row['noticed_on']}" if row["ready"] else "waits for a notice"
        click.echo(f"{row['login']:24} {row['rule']:16} idle {row['idle_days']} days, {state}")
    ready = sum(row["ready"] for row in found)
    click.echo(f"to lock {ready}  waiting {len(found) - ready}")


def _row(candidate: Candidate, today: date) -> dict[str, Any]:
    mailbox = candidate.mailbox
    return {
        "login": mailbox.login,
        "name": mailbox.name,
        "rule": candidate.rule.value,
        "idle_since": mailbox.idle_since,
        "idle_days": mailbox.idle_days(today),
        "noticed_on": candidate.noticed_on,
        "ready": candidate.is_ready,
    }


@rules.command("apply")
@click.option("--confirm-mass-change", is_flag=True, help="Lock more than the brake allows.")
@as_json
@click.pass_obj
def apply(session: Session, *, confirm_mass_change: bool, as_json: bool) -> None:
    """Lock what the rule says, as the worker does every morning. Reinstating undoes it."""
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
                "organisation": mailbox.organisation,
                "rule": mailbox.rule.value,
                "locked_on": office_day(mailbox.locked_at).isoformat(),
            }
            for mailbox in list_locked(database, session.services.clock())
        ]
    if as_json:
        answer(found)
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, ["login", "organisation", "rule", "locked_on"])
        writer.writeheader()
        writer.writerows(found)
    else:
        for row in found:
            click.echo("  ".join(row.values()))
