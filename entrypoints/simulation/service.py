"""Fills one month: accounts are activated, some people really write, the others are counted in."""

import base64
import csv
import io
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from entrypoints.embedded.ports import LOOPBACK, Ports
from entrypoints.sample import DOMAIN
from entrypoints.simulation.errors import DirectoryBehind, MonthAhead, NotATrial
from entrypoints.simulation.habits import DayCounts, Member, counts_of, habit_of
from entrypoints.simulation.traffic import Correspondent, MailServers, correspond
from entrypoints.wiring import Services
from identity.accounts import service
from identity.accounts.models import Account, AccountKind, AccountStatus
from identity.accounts.queries import addresses_of
from identity.addresses.queries import list_domains
from identity.directory.pending import count_pending
from identity.organisations.models import AgencyCode
from identity.people.models import Appointment
from identity.people.queries import in_force
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import VIETNAM, office_day
from mail_admin.usage.importing import UsageImporter

SOURCE = "simulation"
AT_ONCE = 500
FEWEST = 2
"""Who write to each other."""
SETTLE_SECONDS = 300.0
POLL_SECONDS = 0.5
BASIS = Basis("simulated use of the sample province")
CODE_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outcome:
    month: date
    mailboxes: int
    activated: int
    messages: int
    """Really sent and read, today."""
    rows: int
    """Mailboxes and days counted in."""


@dataclass(frozen=True, slots=True)
class Resident:
    """A mailbox of the sample province."""

    id: UUID
    kind: AccountKind
    status: AccountStatus
    password_hash: str | None
    member: Member


class Simulation:
    def __init__(self, services: Services, actor: Actor, say: Callable[[str], None]) -> None:
        self._services = services
        self._actor = actor
        self._say = say

    def run(self, month: date, people: int, seed: str) -> Outcome:
        """Repeating it changes nothing but today's real mail. `month` is its first day.

        Raises NotATrial, MonthAhead, DirectoryBehind, MailServersSilent, MailNotDelivered.
        """
        today = office_day(self._services.clock())
        if month > today:
            raise MonthAhead
        residents = self._residents(today)
        writers = self._writers(residents, seed, people)
        activated = self._activate(residents, {each.id for each in writers}, month, seed)
        self._settle()
        messages = self._write(writers) if month == today.replace(day=1) else 0
        rows = self._count_in(residents, {each.id for each in writers}, month, today, seed)
        return Outcome(month, len(residents), activated, messages, rows)

    def _residents(self, today: date) -> list[Resident]:
        with self._services.database.transaction() as session:
            names = {domain.name for domain in list_domains(session)}
            if self._services.settings.servers is None or names != {DOMAIN}:
                raise NotATrial
            return list(_list_residents(session, today))

    def _writers(self, residents: Sequence[Resident], seed: str, count: int) -> list[Resident]:
        """People who come daily and have not chosen a password of their own."""
        passwords = self._services.passwords
        found: list[Resident] = []
        for each in residents:
            if len(found) == count:
                break
            if each.kind is AccountKind.PERSONAL and habit_of(each.member, seed).name == "daily":
                mine = self._password(each.member.login)
                if (
                    each.status is AccountStatus.PENDING
                    or passwords.verify(each.password_hash, mine).matches
                ):
                    found.append(each)
        return found

    def _password(self, login: str) -> str:
        """Known to this installation alone, and the same at the next run."""
        return base64.urlsafe_b64encode(self._services.keys.index(login, SOURCE)).decode()[:32]

    def _activate(
        self, residents: Sequence[Resident], writers: set[UUID], month: date, seed: str
    ) -> int:
        """As of the month's first morning; nobody knows the password of those who do not write."""
        services = self._services
        at = datetime.combine(month, time_of_day(8), VIETNAM)
        common = services.passwords.rehash(secrets.token_urlsafe(32))
        pending = [
            each
            for each in residents
            if each.status is AccountStatus.PENDING
            and each.kind is AccountKind.PERSONAL
            and habit_of(each.member, seed).name != "never"
        ]
        for begin in range(0, len(pending), AT_ONCE):
            batch = pending[begin : begin + AT_ONCE]
            hashes = [
                services.passwords.rehash(self._password(each.member.login))
                if each.id in writers
                else common
                for each in batch
            ]
            with services.database.transaction() as session:
                self._activate_batch(session, batch, hashes, at)
        if pending:
            self._say(f"{len(pending):,} accounts activated as of {month:%d/%m/%Y}")
        return len(pending)

    def _activate_batch(
        self, session: Session, batch: Sequence[Resident], hashes: Sequence[str], at: datetime
    ) -> None:
        accounts = [session.get_one(Account, each.id) for each in batch]
        codes = service.issue_activation_codes(
            session, self._actor, accounts, now=at, lifetime=CODE_LIFETIME, basis=BASIS
        )
        for code, hashed in zip(codes, hashes, strict=True):
            service.activate_account(session, code, hashed, now=at)

    def _settle(self) -> None:
        """Until the directory shows every account. Raises DirectoryBehind."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while pending := self._pending():
            if time.monotonic() > deadline:
                raise DirectoryBehind(pending)
            time.sleep(POLL_SECONDS)

    def _pending(self) -> int:
        with self._services.database.transaction() as session:
            return count_pending(session)

    def _write(self, writers: Sequence[Resident]) -> int:
        if len(writers) < FEWEST:
            return 0
        ports = Ports.from_base(self._services.settings.web.port)  # as it was started
        with self._services.database.transaction() as session:
            held = addresses_of(session, [each.id for each in writers])
        people = [
            Correspondent(
                each.member.login,
                f"{held[each.id][0][0].local_part}@{held[each.id][0][1]}",
                self._password(each.member.login),
            )
            for each in writers
        ]
        messages = correspond(MailServers(LOOPBACK, ports.imap, ports.submission), people)
        self._say(f"{messages} messages sent and read by {len(people)} people")
        return messages

    def _count_in(
        self,
        residents: Sequence[Resident],
        writers: set[UUID],
        month: date,
        today: date,
        seed: str,
    ) -> int:
        """Days up to today; what writers do today is in the logs of the servers."""
        last = min(today, _last_day(month))
        counts = (
            day
            for each in residents
            for day in counts_of(each.member, month, last, seed)
            if not (day.day == today and each.id in writers)
        )
        services = self._services
        importer = UsageImporter(services.database, services.settings.usage, services.clock)
        outcome = importer.run(self._actor, _as_csv(counts), SOURCE, BASIS)
        self._say(f"{outcome.rows:,} mailboxes and days counted in, {outcome.changed:,} anew")
        return outcome.rows


def _list_residents(session: Session, today: date) -> Iterator[Resident]:
    """Personal and organisation accounts that are open, by login.

    An agency is known by its code, which is the same in every installation of the sample.
    """
    place = func.coalesce(Account.organisation_id, Appointment.organisation_id)
    statement = (
        select(
            Account.id,
            Account.kind,
            Account.status,
            Account.password_hash,
            Account.login,
            AgencyCode.code,
        )
        .outerjoin(
            Appointment,
            (Appointment.person_id == Account.person_id) & Appointment.is_primary & in_force(today),
        )
        .outerjoin(
            AgencyCode, (AgencyCode.organisation_id == place) & AgencyCode.valid_to.is_(None)
        )
        .where(
            Account.kind.in_([AccountKind.PERSONAL, AccountKind.ORGANISATION]),
            Account.status.in_([AccountStatus.PENDING, AccountStatus.ACTIVE]),
        )
        .order_by(Account.login)
    )
    for account_id, kind, status, password_hash, login, code in session.execute(statement):
        yield Resident(account_id, kind, status, password_hash, Member(login, code or ""))


def _last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _as_csv(counts: Iterator[DayCounts]) -> Iterator[bytes]:
    names = [field.name for field in fields(DayCounts)]
    yield ",".join(["mailbox", *names[1:]]).encode() + b"\n"
    for day in counts:
        line = io.StringIO()
        csv.writer(line).writerow(asdict(day).values())
        yield line.getvalue().encode()
