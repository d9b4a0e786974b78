"""Two departments under a province, and mailboxes that one can count on one's fingers."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from identity.accounts.models import AccountStatus
from kernel.access import Actor
from kernel.audit import Basis
from kernel.database import Database
from mail_admin.rate import listing, queries, roster, service
from mail_admin.rate.branch import EVERYTHING, Branch, read_organisations
from mail_admin.rate.errors import MonthClosed
from mail_admin.rate.listing import RosterRow
from mail_admin.rate.periods import Period, PeriodKind, Window, parse_month, period_of
from mail_admin.rate.report import Report, Scope
from mail_admin.rate.roster import MailboxState
from mail_admin.rate.settings import Sign, UsageRateSettings
from tests.support.usage import LONG_AGO, Registry, morning, use

OCTOBER = parse_month("2026-10")
AFTER = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
"""October is over."""
BASIS = Basis("chốt số liệu", "15/BC-SKHCN", date(2026, 11, 2))
OPERATOR = Actor.operator("vanphong")


@dataclass
class Small:
    """Everything is written in transactions of its own, as the product does."""

    db: Database
    top: UUID
    finance: UUID
    health: UUID
    settings: UsageRateSettings

    @contextmanager
    def registry(self) -> Iterator[Registry]:
        with self.db.transaction() as session:
            yield Registry(session, prefix=uuid4().hex[:8])

    def refresh(self, now: datetime = AFTER, *wanted: Window) -> list[str]:
        """Labels of what was computed."""
        with self.db.transaction() as session:
            computed = service.refresh(session, self.settings, now=now, wanted=wanted)
        return [window.label for window in computed]

    def report(
        self,
        now: datetime = AFTER,
        month: str = "2026-10",
        kind: PeriodKind = PeriodKind.MONTH,
        scope: Scope = Scope.BOTH,
        *,
        branch: Branch = EVERYTHING,
    ) -> Report:
        period: Period = period_of(kind, parse_month(month).starts_on)
        self.refresh(now, *period.windows, *period.before().windows)
        with self.db.transaction() as session:
            return service.report(session, period, scope, branch)

    def mailboxes(
        self, code: str, state: MailboxState = MailboxState.ISSUED, month: str = "2026-10"
    ) -> list[RosterRow]:
        with self.db.transaction() as session:
            kept = queries.get_kept(session, parse_month(month))
            places = read_organisations(session, kept.id, Branch(code)).nodes
            return listing.list_mailboxes(session, kept, places, state)

    def close(self, now: datetime = AFTER, month: str = "2026-10") -> None:
        with self.db.transaction() as session:
            service.close_month(
                session, OPERATOR, parse_month(month), self.settings, now=now, basis=BASIS
            )

    def corrections(self, month: str = "2026-10") -> list[roster.Correction]:
        with self.db.transaction() as session:
            return roster.corrections(session, queries.get_kept(session, parse_month(month)))

    def close_once(self) -> None:
        """For properties, which run on one database."""
        with contextlib.suppress(MonthClosed):
            self.close()

    def frozen(self) -> list[Any]:
        """Every row of the closed month."""
        with self.db.transaction() as session:
            return [
                sorted(map(str, session.execute(text(f"SELECT * FROM mail_admin_rate_{table}"))))
                for table in ("window", "organisation", "figure", "total", "mailbox")
            ]

    @property
    def old_account(self) -> list[tuple[AccountStatus, datetime]]:
        return active_since(date(2026, 1, 5))

    def someone(self, registry: Registry) -> UUID:
        """The first official of finance, whose mailbox is active in October."""
        statement = text("SELECT person_id FROM identity_account WHERE login = 'hopthu5'")
        person: UUID = registry.session.execute(statement).scalar_one()
        return person

    def account(self, registry: Registry, state: str) -> UUID:
        """One of finance, `active` or `unused` in October."""
        login = {"active": "hopthu5", "unused": "hopthu9"}[state]
        statement = text("SELECT id FROM identity_account WHERE login = :login")
        account: UUID = registry.session.execute(statement, {"login": login}).scalar_one()
        return account


def active_since(day: date) -> list[tuple[AccountStatus, datetime]]:
    return [(AccountStatus.PENDING, morning(day)), (AccountStatus.ACTIVE, morning(day))]


@pytest.fixture
def small(db: Database) -> Small:
    """Finance: three officials, two of them active. Health: an official who never came."""
    with db.transaction() as session:
        registry = Registry(session)
        top = registry.organisation((None, LONG_AGO, None), name="UBND tỉnh", code="H03")
        finance = registry.organisation((top, LONG_AGO, None), name="Sở Tài chính", code="H03.1")
        health = registry.organisation((top, LONG_AGO, None), name="Sở Y tế", code="H03.2")
        for number in range(3):
            person = registry.person((finance, LONG_AGO, None))
            account = registry.account(active_since(date(2026, 1, 5)), person=person)
            if number < 2:
                use(session, account, Sign.WEB, date(2026, 10, 5 + number), sent=3, delivered=7)
            else:
                use(session, account, Sign.PROGRAM, date(2026, 10, 9))
        person = registry.person((health, LONG_AGO, None))
        registry.account([(AccountStatus.PENDING, morning(date(2026, 2, 2)))], person=person)
        office = registry.account(active_since(date(2026, 1, 5)), organisation=health)
        use(session, office, Sign.SENT, date(2026, 10, 12))
    return Small(db, top, finance, health, UsageRateSettings())


def facts(report: Report, code: str) -> dict[str, Any]:
    row = next(row for row in report.rows if row.node.code == code)
    return {"in_service": row.all.in_service, "active": row.all.active, "rate": row.rate}
