"""One message to a list of a province: through Postfix and Dovecot, until everybody has it."""

import argparse
import json
import smtplib
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from benchmarks.support.importing import (
    ACTOR,
    BASIS,
    found_province,
    import_file,
    write_directory,
)
from benchmarks.support.installation import Installation, installation, running
from benchmarks.support.people import write_people
from entrypoints.embedded.assembly import mail_servers
from entrypoints.embedded.ports import LOOPBACK, Ports, answers
from entrypoints.sample import DOMAIN
from entrypoints.wiring import Services
from identity.accounts.models import Account, AccountKind
from identity.accounts.service import activate_account, issue_activation_codes
from identity.addresses.queries import get_domain
from identity.organisations.models import Group, GroupScope, Organisation
from kernel.clock import office_day
from mail_admin.lists.models import SenderRule
from mail_admin.lists.queries import count_members
from mail_admin.lists.service import ListForm, create_list
from tests.support.mail_messages import authenticate, compose, plain

LIST, PASSWORD = f"toantinh@{DOMAIN}", "for-this-run-only-7"
SMOKE_PEOPLE = 60
PATIENCE_SECONDS = 1_200.0


@dataclass(frozen=True, slots=True)
class Measurement:
    members: int
    accepted: float
    """Seconds until Postfix has taken the message."""
    delivered: float
    """Seconds until Dovecot has taken it for the last member."""

    @property
    def each_second(self) -> float:
        return self.members / self.delivered


def measure(people: int, folder: Path) -> Measurement:
    sheet = folder / "people.xlsx"
    write_people(sheet, people)
    with installation(folder) as ours:
        found_province(ours.services)
        import_file(ours.services, sheet)
        login, members = _make_list(ours.services)
        write_directory(ours.services)
        dovecot, postfix = mail_servers(ours.home, ours.settings, print)
        home = ours.home.path
        with ours.program("policy"), running(dovecot, home), running(postfix, home):
            return _send(ours, login, members)


def _make_list(services: Services) -> tuple[str, int]:
    """The login of one who may write to it, and how many it has."""
    now = services.clock()
    with services.database.transaction() as session:
        top = session.scalars(select(Organisation).where(Organisation.parent_id.is_(None))).one()
        form = ListForm(top, local_part=LIST.partition("@")[0], senders=SenderRule.PROVINCE)
        create_list(session, ACTOR, get_domain(session, DOMAIN), form, now=now, basis=BASIS)
        group = session.scalars(
            select(Group).where(Group.organisation_id == top.id, Group.scope == GroupScope.SUBTREE)
        ).one()
        personal = select(Account).where(Account.kind == AccountKind.PERSONAL)
        account = session.scalars(personal.order_by(Account.login).limit(1)).one()
        (code,) = issue_activation_codes(
            session, ACTOR, [account], now=now, lifetime=timedelta(days=1), basis=BASIS
        )
        activate_account(session, code, services.passwords.rehash(PASSWORD), now=now)
        return account.login, count_members(session, group.id, office_day(now))


def _send(ours: Installation, login: str, members: int) -> Measurement:
    ports, log = Ports.from_base(ours.home.port_base), ours.home.path / "log" / "postfix.log"
    _wait(lambda: answers(ports.policy) and answers(ports.signing), log)
    sender = f"{login}@{DOMAIN}"
    with smtplib.SMTP(LOOPBACK, ports.submission) as smtp:
        smtp.starttls()
        authenticate(smtp, "PLAIN", plain(login, PASSWORD))
        started = time.perf_counter()
        smtp.send_message(compose(sender, [LIST], "Toàn tỉnh"), sender, [LIST])
        accepted = time.perf_counter() - started
    _wait(lambda: _delivered(log) >= members, log)
    return Measurement(members, accepted, time.perf_counter() - started)


def _delivered(log: Path) -> int:
    return log.read_text().count("status=sent")


def _wait(is_so: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"that takes too long:\n{log.read_text()[-4000:]}")
        time.sleep(0.05)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--smoke", action="store_true", help=f"{SMOKE_PEOPLE} people, only to try")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", help="for the servers' data: a real disk, not memory")
    options = parser.parse_args(arguments)
    people = SMOKE_PEOPLE if options.smoke else options.people
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        Path(folder).chmod(0o755)  # the servers run as users of their own
        measured = measure(people, Path(folder))
    if options.json:
        print(json.dumps({**asdict(measured), "each_second": measured.each_second}))
        return
    print(
        f"{measured.members:,} members: accepted after {measured.accepted:.2f} s, delivered to all"
        f" after {measured.delivered:.1f} s ({measured.each_second:,.0f} mailboxes/s)"
    )


if __name__ == "__main__":
    main()
