"""The page of one person, and what on it is shown only on request."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from console.audit.words import tag_in_words
from console.basis import BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, AccountsDesk, CitizenNumbersDesk, Desk, PeopleReadingDesk
from console.letters import letter_as_file
from console.people.filters import PATH
from console.people.person import AccountSide, PersonPage, person_page
from console.people.timeline import timeline
from identity.accounts.models import AccountStatus
from identity.handover.batch import Batch
from identity.handover.service import hand_over_accounts
from identity.handover.settings import HandoverSettings
from identity.people import service
from identity.people.masking import masked_address, masked_phone
from identity.people.routes import numbers_of
from kernel.access import Permission
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.use import MASKS
from sso.account.devices import device_in_words
from sso.http import SignOn
from theme.catalogue import _
from theme.faults import Fault
from theme.sizes import size_in_words

router = APIRouter(include_in_schema=False)
ONE = PATH + "/{person_id}"
DONE = {
    "created": _("Đã thêm cán bộ, mở tài khoản và cấp địa chỉ."),
    "added": _("Đã thêm cán bộ."),
    "changed": _("Đã lưu thay đổi."),
    "unchanged": _("Không có gì thay đổi."),
    "moved": _("Đã ghi điều động."),
    "appointed": _("Đã ghi chức vụ kiêm nhiệm."),
    "ended": _("Đã kết thúc chức vụ."),
    "leave": _("Đã đăng ký đợt nghỉ."),
    "back": _("Đã ghi ngày làm việc trở lại."),
}


@router.get(ONE)
def show_person(
    desk: PeopleReadingDesk,
    person_id: UUID,
    sign_on: SignOn,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    with desk.db.transaction() as session:
        page = person_page(session, desk.caller, person_id, sign_on.settings, desk.now)
    return _shown(desk, page, Asked(done=done))


@router.post(f"{ONE}/so-cccd", dependencies=OURS_ONLY)
def show_citizen_number(
    desk: CitizenNumbersDesk, person_id: UUID, sign_on: SignOn, basis: BasisOfForm
) -> Response:
    """Answered with the page itself: in an address the number would stay in histories."""
    with desk.db.transaction() as session:
        page = person_page(session, desk.caller, person_id, sign_on.settings, desk.now)
        number = None
        if not basis.faults:
            numbers = numbers_of(desk.request)
            number = service.read_citizen_number(
                session, desk.actor, numbers, person_id, basis=basis.given()
            )
    return _shown(desk, page, Asked("citizen", basis, number))


@router.post(f"{ONE}/lien-he", dependencies=OURS_ONLY)
def show_contact(
    desk: PeopleReadingDesk, person_id: UUID, sign_on: SignOn, basis: BasisOfForm
) -> Response:
    with desk.db.transaction() as session:
        page = person_page(session, desk.caller, person_id, sign_on.settings, desk.now)
        if not basis.faults:
            service.read_contact(session, desk.actor, person_id, basis=basis.given())
    return _shown(desk, page, Asked("contact", basis))


@router.post(f"{ONE}/thu-kich-hoat", dependencies=OURS_ONLY)
def print_letter(
    desk: AccountsDesk, person_id: UUID, sign_on: SignOn, basis: BasisOfForm
) -> Response:
    """A letter with a fresh code; letters printed before stop working."""
    settings: HandoverSettings = desk.request.app.state.handover
    with desk.db.transaction() as session:
        page = person_page(session, desk.caller, person_id, sign_on.settings, desk.now)
        batches: list[Batch] = []
        if not basis.faults and page.side is not None:
            batches = hand_over_accounts(
                session,
                desk.actor,
                [page.side.account.id],
                now=desk.now,
                lifetime=timedelta(days=settings.lifetime_days),
                basis=basis.given(),
            )
    if not batches:
        return _shown(desk, page, Asked("letter", basis))
    return letter_as_file(batches[0], settings)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see or print, and whether they said why."""

    what: str = ""
    basis: TypedBasis = field(default_factory=TypedBasis)
    number: str | None = None
    done: str = ""

    @property
    def faults(self) -> list[Fault]:
        return self.basis.faults if self.what else []

    def shows(self, what: str) -> bool:
        return self.what == what and not self.faults


def _shown(desk: Desk, page: PersonPage, asked: Asked) -> Response:
    caller, today, person = desk.caller, desk.today, page.person
    phone, recovery = person.phone, person.recovery_email
    if not asked.shows("contact"):
        phone = phone and masked_phone(phone)
        recovery = recovery and masked_address(recovery)
    rate: UsageRateSettings = desk.request.app.state.usage_rate
    return desk.show(
        "people/person.html",
        part="private",
        faults=asked.faults,
        page=page,
        person=person,
        today=today,
        asked=asked,
        done=DONE.get(asked.done),
        phone=phone,
        recovery=recovery,
        events=timeline(page, today),
        tag_in_words=tag_in_words,
        month=today.replace(day=1),
        used_by=[MASKS[sign] for sign in rate.active_by],
        device=device_in_words,
        size=size_in_words,
        may_manage=caller.may(Permission.MANAGE_PEOPLE),
        may_accounts=caller.may(Permission.MANAGE_ACCOUNTS),
        may_see_number=caller.may(Permission.READ_CITIZEN_NUMBERS),
        may_search_trail=caller.may(Permission.READ_AUDIT),
        may_hand_over=caller.may(Permission.MANAGE_ACCOUNTS) and _may_be_handed(page.side),
    )


def _may_be_handed(side: AccountSide | None) -> bool:
    return side is not None and side.account.status is AccountStatus.PENDING and not side.is_barred
