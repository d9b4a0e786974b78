"""A small province whose mailboxes are used or not, and an inbox that real SMTP fills."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text

from identity.accounts.models import Account, AccountPeriod, AccountStatus
from identity.accounts.provisioning import open_organisation_account
from identity.organisations.models import Organisation
from identity.people.models import Leave, LeaveKind
from kernel.clock import office_day
from kernel.mailer import Mailer, MailSettings
from mail_admin.limits.settings import LimitSettings
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.reminders.claims import come_back, hash_of
from mail_admin.reminders.models import Notice, NoticeState
from mail_admin.reminders.planning import Pages
from mail_admin.reminders.service import Reminders
from mail_admin.reminders.settings import ReminderSettings
from tests.support.registry import BASIS, Province
from tests.support.smtp import Inbox, smtp_server

PAGES = Pages("https://congvu.backan.gov.vn", "https://congvu.backan.gov.vn/kich-hoat")


class Scene:
    """People of a department with their mailboxes, and a clock."""

    def __init__(self, province: Province, port: int, now: datetime) -> None:
        self.province, self.now = province, now
        self.top = province.organisation("Ủy ban nhân dân tỉnh", mail_stem="ubnd")
        self.department = province.organisation(
            "Sở Tài chính", mail_stem="stc", parent_id=self.top.id
        )
        self.mailer = Mailer(
            MailSettings(
                host="127.0.0.1", port=port, tls="none", sender_address="cong-vu@backan.gov.vn"
            )
        )

    @property
    def today(self) -> date:
        return office_day(self.now)

    def reminders(self, use: UsageRateSettings | None = None, **settings: Any) -> Reminders:
        return Reminders(
            self.province.db,
            self.mailer,
            ReminderSettings(**{"enabled": True, "silent_after_days": 0, **settings}),
            LimitSettings(operator_address="truc@backan.gov.vn"),
            use or UsageRateSettings(),
            pages=PAGES,
            clock=lambda: self.now,
        )

    def person(
        self, name: str = "Nguyễn Thị Hồng Nga", *, idle_days: int, active: bool = True, **form: Any
    ) -> Account:
        """Whose mailbox got its present status so many days ago."""
        place = form.pop("place", self.department)
        account = self.province.account(self.province.person(place, name, **form))
        self._put(account, idle_days, active=active)
        return account

    def office(self, place: Organisation, *, idle_days: int = 0) -> Account:
        with self.province.db.transaction() as session:
            account = open_organisation_account(
                session,
                self.province.officer,
                place.id,
                stem=f"vanthu.{place.mail_stem}",
                purpose="clerical",
                display_name=f"Văn thư {place.name}",
                quota_bytes=None,
                now=self.now,
                basis=BASIS,
            )
        self._put(account, idle_days, active=True)
        return account

    def _put(self, account: Account, idle_days: int, *, active: bool) -> None:
        since = self.now - timedelta(days=idle_days)
        with self.province.db.transaction() as session:
            row = session.get_one(Account, account.id)
            row.created_at = row.status_changed_at = since
            if active:
                row.password_hash = "$argon2id$x"
                row.status = AccountStatus.ACTIVE
            session.flush()
            session.execute(delete(AccountPeriod).where(AccountPeriod.account_id == row.id))
            session.add(AccountPeriod(account_id=row.id, status=row.status, began_at=since))

    def use(self, account: Account, day: date, **days: int) -> None:
        """As the collector notes it: a bit of the month."""
        month = day.replace(day=1)
        following = (month + timedelta(days=32)).replace(day=1)
        masks = {"web_days": 0, "program_days": 0, "sent_days": 0, "read_days": 0}
        masks |= days or {"web_days": 1 << (day.day - 1)}
        counts = "web_sign_ins program_sign_ins service_sign_ins failed_sign_ins sent sent_outside"
        names = [*masks, *counts.split(), "delivered", "read"]
        values = {name: masks.get(name, 0) for name in names}
        with self.province.db.transaction() as session:
            session.execute(
                text(
                    f"CREATE TABLE IF NOT EXISTS mail_admin_usage_month_{month:%Y%m} PARTITION OF "
                    f"mail_admin_usage_month FOR VALUES FROM ('{month}') TO ('{following}')"
                )
            )
            session.execute(
                text(
                    f"INSERT INTO mail_admin_usage_month (month, account_id, {', '.join(names)})"
                    f" VALUES (:month, :account, {', '.join(f':{name}' for name in names)})"
                ),
                {"month": month, "account": account.id, **values},
            )

    def leave(self, account: Account, begins: date, ends: date | None) -> None:
        assert account.person_id is not None
        with self.province.db.transaction() as session:
            session.add(
                Leave(
                    person_id=account.person_id,
                    kind=LeaveKind.MATERNITY,
                    valid_from=begins,
                    valid_to=ends,
                )
            )

    def come_back(self, address: str, failure: str) -> int:
        """What was sent to an address and not heard of since comes back; how many that were."""
        sent = (Notice.address_hash == hash_of(address)) & (Notice.state == NoticeState.SENT)
        with self.province.db.transaction() as session:
            return sum(
                come_back(session, notice_id, failure, self.now, for_good=failure.startswith("5"))
                for notice_id in session.scalars(select(Notice.id).where(sent)).all()
            )

    def status(self, account_id: UUID) -> AccountStatus:
        with self.province.db.transaction() as session:
            return session.get_one(Account, account_id).status


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def scene(province: Province, inbox: Inbox) -> Iterator[Scene]:
    with smtp_server(inbox) as port:
        # nine in the morning of a Monday in Vietnam
        yield Scene(province, port, datetime.fromisoformat("2026-11-23T02:00:00+00:00"))
