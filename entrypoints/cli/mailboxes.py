import re
from typing import Any

import click

from entrypoints.cli.session import (
    DAY,
    Session,
    answer,
    as_json,
    basis_of,
    in_bytes,
    with_basis,
)
from identity.accounts.models import Mailbox
from identity.accounts.queries import (
    addresses_of,
    get_account_by_login,
    list_custodians,
)
from identity.accounts.service import change_quota
from kernel.clock import office_day
from mail_admin.server import service
from mail_admin.server.errors import MailServersNotConfigured, MailServersUnavailable
from mail_admin.usage.last_use import last_sign_in

UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
LARGEST = 1024**5
"""More than any disk: a slip of the finger."""
SIZE = re.compile(r"(\d+)\s*([kmg]?)i?b?", re.IGNORECASE)


class Size(click.ParamType[int | str]):
    """500M, 2G or a number of bytes; `none` for no limit."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        """Bytes, or `none`: click takes None for a value that was not given."""
        found = SIZE.fullmatch(str(value).strip())
        if str(value).lower() == "none":
            return "none"
        size = int(found[1]) * UNITS[found[2].lower()] if found and len(found[1]) < 20 else 0  # noqa: PLR2004  # digits
        if not 0 < size <= LARGEST:
            self.fail(f"{value[:40]!r} is no size such as 500M, 2G or none", param, ctx)
        return size


@click.group()
def mailbox() -> None:
    """Mailboxes: what they hold, who opens them, and the mail of closed accounts."""


@mailbox.command("show")
@click.argument("login")
@as_json
@click.pass_obj
def show(session: Session, login: str, *, as_json: bool) -> None:
    """Addresses, size, custodians and last sign-in of the mailbox of LOGIN."""
    today = office_day(session.services.clock())
    with session.services.database.transaction() as database:
        account = get_account_by_login(database, login)
        box = database.get(Mailbox, account.id)
        addresses = addresses_of(database, [account.id]).get(account.id, [])
        in_force = [
            {"name": name, "since": str(custodian.valid_from)}
            for custodian, name in list_custodians(database, account.id)
            if custodian.valid_from <= today
            and (custodian.valid_to is None or custodian.valid_to > today)
        ]
        found: dict[str, Any] = {
            "login": login,
            "kind": account.kind.value,
            "status": account.status.value,
            "addresses": [
                {"address": f"{row.local_part}@{domain}", "role": row.role.value}
                for row, domain in addresses
            ],
            "quota_bytes": box.quota_bytes if box else None,
            "custodians": in_force,
            "last_sign_in": last_sign_in(database, account.id),
        }
    found["used_bytes"] = _used_bytes(session, login)
    if as_json:
        answer(found)
        return
    shown = found | {
        "addresses": ", ".join(
            row["address"] if row["role"] == "primary" else f"{row['address']} ({row['role']})"
            for row in found["addresses"]
        ),
        "custodians": ", ".join(f"{row['name']} since {row['since']}" for row in in_force),
        "quota_bytes": in_bytes(found["quota_bytes"]) or "no limit",
        "used_bytes": in_bytes(found["used_bytes"]) or "not known",
        "last_sign_in": found["last_sign_in"] or "never",
    }
    for name, value in shown.items():
        label = name.removesuffix("_bytes").replace("_", " ")
        click.echo(f"{label:13} {value}".rstrip())


def _used_bytes(session: Session, login: str) -> int | None:
    """None when no mail server answers: the rest is still worth saying."""
    try:
        with session.services.doveadm() as doveadm:
            return doveadm.used_bytes(login)
    except (MailServersUnavailable, MailServersNotConfigured) as error:
        click.echo(str(error), err=True)
        return None


@mailbox.command("quota")
@click.argument("login")
@click.argument("size", type=Size())
@with_basis
@click.pass_obj
def quota(session: Session, /, login: str, size: int | str, **options: Any) -> None:
    """Let the mailbox of LOGIN grow to SIZE, such as 500M or 2G; `none` for no limit."""
    basis = basis_of(options)
    with session.services.database.transaction() as database:
        account = get_account_by_login(database, login)
        limit = None if isinstance(size, str) else size
        change_quota(database, session.actor, account.id, limit, basis=basis)
    click.echo(f"{login}: {in_bytes(limit) or 'no limit'}")


@mailbox.command("purge")
@click.argument("logins", nargs=-1, metavar="[LOGIN]...")
@click.option("--closed-before", type=DAY, required=True, help="Leave what was closed later.")
@click.option("--yes", is_flag=True, help="Remove it; without this, only say what would go.")
@as_json
@with_basis
@click.pass_obj
def purge(session: Session, /, logins: tuple[str, ...], **options: Any) -> None:
    """Remove the mail of closed accounts for good, once the time of keeping it is over.

    Refused while that time lasts, and for accounts that are not closed. Addresses stay taken.
    """
    basis, services = basis_of(options), session.services
    with services.database.transaction() as database:
        found = service.purgeable(
            database,
            options["closed_before"].date(),
            retention_days=services.settings.mail_server.closed_retention_days,
            today=office_day(services.clock()),
            logins=logins,
        )
    if options["yes"]:
        with services.doveadm() as doveadm:
            for account in found:
                service.purge(
                    services.database,
                    doveadm,
                    session.actor,
                    account,
                    now=services.clock(),
                    basis=basis,
                )
    rows = [{"login": account.login, "closed_at": account.status_changed_at} for account in found]
    if options["as_json"]:
        answer({"removed": options["yes"], "mailboxes": rows})
        return
    for row in rows:
        click.echo(f"{row['login']}\t{row['closed_at']:%Y-%m-%d}")
    done = "removed" if options["yes"] else "would be removed; add --yes"
    click.echo(f"mail of {len(rows)} closed accounts {done}")


@mailbox.command("check")
@click.option("--repair", is_flag=True, help="Give and take what differs.")
@as_json
@click.pass_obj
def check(session: Session, *, repair: bool, as_json: bool) -> None:
    """Compare who may open organisation mailboxes with their custodians in the registry."""
    services = session.services
    with services.doveadm() as doveadm:
        found = service.check_custodians(
            services.database, doveadm, office_day(services.clock()), repair=repair
        )
    if as_json:
        answer(
            {
                login: [
                    {"folder": c.folder, "login": c.login, "granted": c.granted} for c in changes
                ]
                for login, changes in found.items()
            }
        )
        return
    for login, changes in found.items():
        for change in changes:
            click.echo(f"{login}\t{change.folder}\t{'+' if change.granted else '-'}{change.login}")
    click.echo(f"{len(found)} mailboxes {'repaired' if repair else 'differ'}")
