"""What the worker and the commands do: remind, tell of locks, lock by rule."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import structlog
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.people.models import Person
from kernel.access import Actor
from kernel.clock import Clock, office_day, office_time
from kernel.database import Database
from kernel.mailer import Mailer
from kernel.messages import Message
from mail_admin.limits.settings import LimitSettings
from mail_admin.rate.definition import signs_in_words
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.use import for_locks
from mail_admin.reminders import claims, rules, texts
from mail_admin.reminders.calendar import is_quiet, quarter_of
from mail_admin.reminders.claims import Claim
from mail_admin.reminders.errors import QuietHours, RulesOff
from mail_admin.reminders.exceptions import Excepted, list_excepted
from mail_admin.reminders.idle import find_place, offices_of
from mail_admin.reminders.models import NoticeKind, RuleRun, RunOutcome
from mail_admin.reminders.notices import find_last_run
from mail_admin.reminders.planning import Mail, Pages, plan_mails
from mail_admin.reminders.rules import Candidate, LockedMailbox
from mail_admin.reminders.sending import Sender, Sent
from mail_admin.reminders.settings import ReminderSettings, RuleSettings

log = structlog.get_logger("reminders")


@dataclass(frozen=True, slots=True)
class Locked:
    """What a run of the rules did."""

    locked: int
    revoked: int
    waiting: int
    """They were not told early enough."""


@dataclass(frozen=True, slots=True)
class RuleState:
    rules: RuleSettings
    counted_as_use: Message
    to_lock: int
    to_revoke: int
    waiting: int
    stopped: bool
    """So many at once have to be confirmed."""
    last_run: RuleRun | None


class Reminders:
    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        settings: ReminderSettings,
        limits: LimitSettings,
        use: UsageRateSettings,
        *,
        pages: Pages,
        clock: Clock,
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._settings = settings
        self._limits = limits
        self._use = use
        self._pages = pages
        self._clock = clock

    @property
    def settings(self) -> ReminderSettings:
        return self._settings

    def due(self) -> list[Mail]:
        """What a run would send now, quiet or not. Nothing is claimed."""
        now = self._clock()
        with self._database.transaction() as session:
            mails = plan_mails(session, self._settings, self._use, self._pages, now)
            mails += self._quarterly(session, now)
            return [mail for mail in mails if claims.is_due(session, mail.claim, now)]

    def remind(self, *, even_when_quiet: bool = False) -> Sent:
        """Send what is due, until it is done or quiet hours begin.

        Raises QuietHours, MailUnavailable, MailNotConfigured.
        """
        if not even_when_quiet and is_quiet(self._settings, self._clock()):
            raise QuietHours
        counts, sender = Sent(), Sender(self._database, self._mailer, self._clock)
        for mail in self.due():
            if not even_when_quiet and is_quiet(self._settings, self._clock()):
                break
            sender.send(mail, counts)
        return counts

    def _quarterly(self, session: Session, now: datetime) -> list[Mail]:
        """To each office its mailboxes that are locked by rule, once in a quarter."""
        first, following = quarter_of(now)
        locked = rules.list_locked(session, now)
        offices = offices_of(session, sorted({m.place_id for m in locked if m.place_id}))
        by_office: dict[UUID, list[LockedMailbox]] = {}
        for mailbox in locked:
            if mailbox.place_id and (office := offices.get(mailbox.place_id)):
                by_office.setdefault(office.organisation_id, []).append(mailbox)
        found = {office.organisation_id: office for office in offices.values()}
        return [
            Mail(
                Claim(
                    NoticeKind.QUARTERLY,
                    office_id,
                    found[office_id].address,
                    first.date(),
                    (following.date() - first.date()).days,
                ),
                *self._quarterly_text(found[office_id].name, mailboxes),
                accounts=tuple(mailbox.login for mailbox in mailboxes),
            )
            for office_id, mailboxes in by_office.items()
        ]

    def _quarterly_text(self, office: str, mailboxes: list[LockedMailbox]) -> tuple[str, str]:
        days = self._settings.rules.revoke_after
        ending = texts.REVOCATION if days else None
        lines = "\n".join(
            f"{number}. {mailbox.name} ({mailbox.login}): khóa ngày "
            f"{texts.day(office_day(mailbox.locked_at))}"
            for number, mailbox in enumerate(mailboxes, start=1)
        )
        return texts.in_both(
            texts.QUARTERLY_SUBJECT,
            texts.QUARTERLY,
            organisation=office,
            lines=f"{lines}\n",
            revocation=f"\n{ending.vi.format(days=days)}" if ending else "",
            revocation_en=ending.en.format(days=days) if ending else "",
        )

    def tell_of_limit(self, account_id: UUID) -> None:
        """At any hour: a stolen password does not wait. Raises MailUnavailable."""
        if not self._mailer.is_configured:
            log.warning("limit-notice-not-sent", account=str(account_id))
            return
        now = self._clock()
        with self._database.transaction() as session:
            mails = self._limit_mails(session, session.get_one(Account, account_id), now)
        sender, counts = Sender(self._database, self._mailer, self._clock), Sent()
        for mail in mails:
            sender.send(mail, counts)

    def _limit_mails(self, session: Session, account: Account, now: datetime) -> list[Mail]:
        limits, day, moment = self._limits, office_day(now), account.status_changed_at
        person = session.get(Person, account.person_id) if account.person_id else None
        place = find_place(session, account.id, day)
        office = offices_of(session, [place]).get(place) if place else None
        written = texts.in_both(
            texts.LIMIT_SUBJECT,
            texts.LIMIT,
            login=account.login,
            name=person.full_name if person else account.display_name,
            moment=office_time(moment),
            count=str(limits.outside_recipients),
            minutes=str(limits.window_minutes),
        )
        addresses = {
            NoticeKind.LIMIT_LOCK: office.address if office else "",
            NoticeKind.OPERATOR: limits.operator_address,
        }
        return [
            Mail(
                Claim(kind, account.id, address, day, 0, id=uuid5(account.id, f"{kind} {moment}")),
                *written,
                accounts=(account.login,),
            )
            for kind, address in addresses.items()
            if address
        ]

    def candidates(self) -> list[Candidate]:
        """Whom the rules would lock, and who still waits for a notice."""
        with self._database.transaction() as session:
            return rules.list_candidates(session, self._settings, self._use, self._clock())

    def apply_rules(self, actor: Actor, *, confirm_mass: bool = False) -> Locked:
        """Lock and close, each mailbox in a transaction of its own.

        Raises RulesOff, MassLockStopped.
        """
        chosen, now = self._settings.rules, self._clock()
        if chosen.mode != "apply":
            raise RulesOff
        with self._database.transaction() as session:
            candidates = rules.list_candidates(session, self._settings, self._use, now)
            ready = [candidate for candidate in candidates if candidate.is_ready]
            revocable = rules.list_revocable(session, chosen, now)
            run = RuleRun(
                at=now,
                by=actor.label,
                outcome=RunOutcome.APPLIED,
                ready=len(ready) + len(revocable),
                waiting=len(candidates) - len(ready),
                locked=0,
                revoked=0,
            )
            limit = None if confirm_mass else rules.brake(session, chosen, run.ready)
            if limit is not None:
                run.outcome = RunOutcome.STOPPED
            session.add(run)
        if limit is not None:
            log.warning("rules-stopped", ready=run.ready)
            raise limit
        revoked = locked = 0
        for mailbox in revocable:
            with self._database.transaction() as session:
                revoked += rules.revoke(session, actor, mailbox, chosen, now)
        for candidate in ready:
            with self._database.transaction() as session:
                locked += rules.lock(session, actor, candidate, chosen, now)
        with self._database.transaction() as session:
            done = session.get_one(RuleRun, run.id)
            done.locked, done.revoked = locked, revoked
        log.info("rules-applied", locked=locked, revoked=revoked)
        return Locked(locked, revoked, run.waiting)

    def excepted(self) -> list[Excepted]:
        """Whom the rules leave alone although they are idle for long enough."""
        with self._database.transaction() as session:
            return list_excepted(session, self._settings, self._use, self._clock())

    def rule_state(self) -> RuleState:
        """The rule, what it would do now and whether the brake would let it."""
        chosen, now = self._settings.rules, self._clock()
        with self._database.transaction() as session:
            candidates = rules.list_candidates(session, self._settings, self._use, now)
            ready = sum(candidate.is_ready for candidate in candidates)
            revocable = len(rules.list_revocable(session, chosen, now))
            return RuleState(
                rules=chosen,
                counted_as_use=signs_in_words(for_locks(self._use)),
                to_lock=ready,
                to_revoke=revocable,
                waiting=len(candidates) - ready,
                stopped=rules.brake(session, chosen, ready + revocable) is not None,
                last_run=find_last_run(session),
            )
