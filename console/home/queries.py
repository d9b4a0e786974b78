"""What waits for somebody: a count for each kind of work, with the list that it leads to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Select, column, func, select, values
from sqlalchemy.orm import Session

from console.session.service import Caller
from identity.accounts.models import Account, AccountKind, AccountStatus
from identity.bulk.queries import count_waiting
from identity.directory import comparisons
from identity.directory.comparison_models import ComparisonStanding
from identity.directory.pending import count_pending, refusals
from identity.hr_import.models import ImportPlan, PlanStatus
from identity.organisations.models import Organisation
from identity.organisations.queries import in_force
from kernel.access import Permission
from kernel.certificate_watch import count_ending
from kernel.jobs import JobStanding, count_jobs
from sso.clients.expiry import list_endings
from sso.keys.service import late_algorithms
from sso.settings import SignOnSettings
from theme.catalogue import _

BROKEN = {ComparisonStanding.FAILED, ComparisonStanding.INTERRUPTED}
URGENT = timedelta(days=7)
"""Before a certificate ends; then programs and browsers refuse the server."""
OVERDUE = timedelta(days=30)
"""After so long without activation a letter has been lost or put aside."""


@dataclass(frozen=True, slots=True)
class Waiting:
    label: str
    explanation: str
    count: int
    address: str
    symbol: str
    urgent: bool = False


def waiting_for(
    session: Session, caller: Caller, sign_on: SignOnSettings, now: datetime
) -> list[Waiting]:
    """Of what the caller may do something about; nothing where nothing waits."""
    found = [*_all(session, caller, now), *_of_systems(session, caller, sign_on, now)]
    return [one for one in found if one.count]


def _of_systems(
    session: Session, caller: Caller, settings: SignOnSettings, now: datetime
) -> Iterator[Waiting]:
    if caller.may(Permission.READ_CLIENTS):
        yield Waiting(
            _("Khóa ký chưa có khóa kế tiếp"),
            _("Lịch đổi khóa không chạy."),
            len(late_algorithms(session, settings, now=now)),
            "/quan-tri/khoa-ky",
            "key",
            urgent=True,
        )
        yield Waiting(
            _("Mã bí mật, chứng thư số của hệ thống sắp hết hạn"),
            _("Trong 30 ngày tới, hoặc đã hết hạn."),
            len({one.client_id for one in list_endings(session, now)}),
            "/quan-tri/he-thong?loc=sap-het",
            "plug-connected",
        )


def _all(session: Session, caller: Caller, now: datetime) -> Iterator[Waiting]:
    if caller.may(Permission.IMPORT):
        yield Waiting(
            _("Danh sách chờ xác nhận"),
            _("Đã đọc và kiểm tra, chưa ghi vào hệ thống."),
            session.scalar(select(func.count()).where(ImportPlan.status == PlanStatus.PLANNED))
            or 0,
            "/quan-tri/nhap-danh-sach",
            "file-spreadsheet",
        )
    if caller.may(Permission.MANAGE_ACCOUNTS):
        yield Waiting(
            _("Thao tác hàng loạt chờ xác nhận"),
            _("Đã lập kế hoạch, chưa có gì thay đổi."),
            count_waiting(session),
            "/quan-tri/hang-loat",
            "clipboard-list",
        )
        yield Waiting(
            _("Tài khoản quá hạn kích hoạt"),
            _("Đã cấp hơn 30 ngày mà chưa ai đặt mật khẩu."),
            _never_activated(session, now - OVERDUE),
            "/quan-tri/tai-khoan?kind=personal&older=30",
            "mail",
        )
    if caller.may(Permission.READ_DIRECTORY):
        yield Waiting(
            _("Bị thư mục LDAP từ chối"),
            _("Cần xem lý do; hệ thống vẫn tự thử lại."),
            sum(refusals(session).values()),
            "/quan-tri/thu-muc",
            "alert-triangle",
            urgent=True,
        )
        yield Waiting(
            _("Chưa ghi sang thư mục LDAP"),
            _("Thường hết trong vài giây."),
            count_pending(session),
            "/quan-tri/thu-muc",
            "server",
        )
        yield from _drift(session)
    if caller.may(Permission.READ_OPERATIONS):
        yield Waiting(
            _("Chứng thư số của máy chủ sắp hết hạn"),
            _("Trong 30 ngày tới, hoặc đã hết hạn."),
            count_ending(session, now),
            "/quan-tri/chung-thu-so",
            "shield-check",
            urgent=bool(count_ending(session, now, URGENT)),
        )
        jobs = count_jobs(session)
        yield Waiting(
            _("Công việc nền bị hỏng"),
            _("Chạy lại hoặc bỏ, sau khi xem lý do."),
            jobs[JobStanding.FAILED] + jobs[JobStanding.INTERRUPTED],
            "/quan-tri/cong-viec-nen",
            "clipboard-list",
            urgent=True,
        )


def _drift(session: Session) -> Iterator[Waiting]:
    """As the newest comparison found it, without what is being written again."""
    last = comparisons.newest_comparison(session)
    if last is not None and comparisons.standing_of(session, last) in BROKEN:
        yield Waiting(
            _("Không đối chiếu được thư mục LDAP"),
            _("Lần đối chiếu sau mà được thì mục này tự hết."),
            1,
            f"/quan-tri/thu-muc/doi-chieu/{last.id}",
            "alert-triangle",
        )
    newest = comparisons.newest_result(session)
    if newest is None:
        return
    found = comparisons.count_differences(session, newest.id)
    yield Waiting(
        _("Sai lệch giữa thư mục LDAP và sổ đăng ký"),
        _("Theo lần đối chiếu mới nhất."),
        sum(one.count - one.asked for one in found.values()),
        f"/quan-tri/thu-muc/doi-chieu/{newest.id}",
        "list-search",
    )


def _never_activated(session: Session, before: datetime) -> int:
    statement = select(func.count()).where(
        Account.kind == AccountKind.PERSONAL,
        Account.status == AccountStatus.PENDING,
        Account.created_at < before,
    )
    return session.scalar(statement) or 0


@dataclass(frozen=True, slots=True)
class RegistryCounts:
    organisations: int
    accounts: dict[AccountStatus, int]
    """Personal ones by status."""
    organisation_accounts: int

    @property
    def personal(self) -> int:
        """Issued and not closed."""
        return sum(
            count for status, count in self.accounts.items() if status is not AccountStatus.CLOSED
        )


def registry_counts(session: Session, day: date) -> RegistryCounts:
    organisations = session.scalar(select(func.count(Organisation.id)).where(in_force(day))) or 0
    personal: dict[AccountStatus, int] = {}
    of_organisations = 0
    for kind, status, count in session.execute(_accounts_by_kind_and_status()):
        if kind is AccountKind.PERSONAL:
            personal[status] = count
        elif kind is AccountKind.ORGANISATION and status is not AccountStatus.CLOSED:
            of_organisations += count
    return RegistryCounts(organisations, personal, of_organisations)


def _accounts_by_kind_and_status() -> Select[*tuple[Any, ...]]:
    """Each pair counted by itself, from the index: grouping takes four times as long."""
    pairs = values(
        column("kind", Account.kind.type), column("status", Account.status.type), name="pair"
    ).data(list(product(AccountKind, AccountStatus)))
    count = select(func.count()).where(
        Account.kind == pairs.c.kind, Account.status == pairs.c.status
    )
    counted = select(pairs, count.scalar_subquery().label("count")).subquery()
    return select(counted).where(counted.c.count > 0)
