"""Who may open the mailbox of an organisation: adding, ending, handing over with a protocol."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console.account_picker import Sought, SoughtAccount, get_person_with_account
from console.accounts.account_routes import ONE
from console.accounts.filters import PATH
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, AccountsDesk, Desk
from console.letters import pdf
from console.once import MakesOnce, Once
from console.session.access import ReadsAccounts
from identity.accounts.errors import AccountNotFound
from identity.accounts.models import Custodian
from identity.accounts.queries import get_account
from identity.accounts.service import add_custodian, end_custodian
from identity.people.queries import get_person
from kernel.database import Base
from kernel.http import Db
from kernel.messages import Message
from mail_admin.mailboxes.handover import get_handover, hand_over_account
from mail_admin.mailboxes.handover_models import Handover
from mail_admin.mailboxes.protocol import Protocol
from mail_admin.mailboxes.protocol_sheet import write_protocol
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
ADD = ONE + "/quan-ly/them"
END = ONE + "/quan-ly/{person_id}/ket-thuc"
HAND_OVER = ONE + "/ban-giao"
NO_DAY = Message("Ngày này không có thật.", "There is no such day.")
FIELDS = {"person_id": "login", "valid_to": "day"}
"""How the form calls what a service finds fault with."""
NOBODY = Message("Không có cán bộ nào có tên đăng nhập này.", "Nobody on the staff has this login.")


@dataclass(frozen=True, slots=True)
class Typed:
    login: str = ""
    day: str = ""

    @property
    def faults(self) -> list[Fault]:
        try:
            date.fromisoformat(self.day)
        except ValueError:
            return [Fault(NO_DAY, "day")]
        return []

    def given_day(self) -> date:
        """Of what has no faults."""
        return date.fromisoformat(self.day)


def typed_fields(login: Annotated[str, Form()] = "", day: Annotated[str, Form()] = "") -> Typed:
    return Typed(login.strip(), day.strip())


TypedFields = Annotated[Typed, Depends(typed_fields)]


@dataclass(frozen=True, slots=True)
class CustodianDesk(Desk):
    """Of these pages, which are about one account."""

    account_id: UUID

    def ask(self, kind: str, sought: Sought) -> Response:
        """Whom, then the form."""
        if sought.login:
            return self.page(kind, Typed(sought.login, self.today.isoformat()))
        return self.choose(kind, sought)

    def choose(self, kind: str, sought: Sought, faults: Sequence[Fault] = ()) -> Response:
        with self.db.transaction() as session:
            account = get_account(session, self.account_id)
            found = sought.found(session, self.today)
        return self.show(
            "accounts/choose_custodian.html",
            part="found",
            faults=faults,
            account=account,
            kind=kind,
            sought=sought,
            found=found,
        )

    def page(
        self,
        kind: str,
        typed: Typed | None = None,
        basis: TypedBasis = NOTHING,
        faults: Sequence[Fault] = (),
        person_id: UUID | None = None,
    ) -> Response:
        """Raises AccountNotFound, PersonNotFound."""
        typed = typed or Typed(day=self.today.isoformat())
        with self.db.transaction() as session:
            account = get_account(session, self.account_id)
            person = get_person(session, person_id) if person_id else None
            receiver = None
            if typed.login:
                receiver = get_person_with_account(session, typed.login, self.today)
        return self.show(
            "accounts/custodian.html",
            faults=faults,
            account=account,
            person=person,
            receiver=receiver,
            kind=kind,
            address=self.request.url.path,
            typed=typed,
            basis=basis,
        )

    def entrust(
        self,
        kind: str,
        typed: Typed,
        basis: TypedBasis,
        made: tuple[Once, type[Base]],
        work: Callable[[Session, UUID], object],
    ) -> Response:
        """`work` is told to whom."""
        once, row = made
        try:
            with self.db.transaction() as session:
                receiver = get_person_with_account(session, typed.login, self.today)
        except AccountNotFound:
            return self.choose(kind, Sought(typed.login, ""), [Fault(NOBODY, "q")])

        def write(session: Session) -> None:
            work(session, receiver.person_id)

        faults = once.tried(self.db, row, write, [*typed.faults, *basis.faults])
        return self.answer(kind, typed, basis, faults)

    def answer(
        self,
        kind: str,
        typed: Typed,
        basis: TypedBasis,
        faults: Sequence[Fault],
        person_id: UUID | None = None,
    ) -> Response:
        if not faults:
            return go(f"{PATH}/{self.account_id}?done={kind}")
        placed = [replace(one, place=FIELDS.get(one.place or "", one.place)) for one in faults]
        return self.page(kind, typed, basis, placed, person_id)


def desk_of(desk: AccountsDesk, account_id: UUID) -> CustodianDesk:
    return CustodianDesk(desk.request, desk.caller, desk.db, desk.now, account_id)


AtDesk = Annotated[CustodianDesk, Depends(desk_of)]


@router.get(ADD)
def ask_to_add(desk: AtDesk, sought: SoughtAccount) -> Response:
    return desk.ask("them", sought)


@router.post(ADD, dependencies=OURS_ONLY)
def add(desk: AtDesk, typed: TypedFields, basis: BasisOfForm, once: MakesOnce) -> Response:
    def work(session: Session, receiver: UUID) -> None:
        get_account(session, desk.account_id)
        add_custodian(
            session,
            desk.actor,
            desk.account_id,
            receiver,
            valid_from=typed.given_day(),
            valid_to=None,
            basis=basis.given(),
            custodian_id=once.id,
        )

    return desk.entrust("them", typed, basis, (once, Custodian), work)


@router.get(END)
def ask_to_end(desk: AtDesk, person_id: UUID) -> Response:
    return desk.page("ket-thuc", person_id=person_id)


@router.post(END, dependencies=OURS_ONLY)
def end(desk: AtDesk, typed: TypedFields, basis: BasisOfForm, person_id: UUID) -> Response:
    def write(session: Session) -> None:
        end_custodian(
            session,
            desk.actor,
            desk.account_id,
            person_id,
            on=typed.given_day(),
            basis=basis.given(),
        )

    faults = [*typed.faults, *basis.faults] or desk.tried(write)
    return desk.answer("ket-thuc", replace(typed, login=""), basis, faults, person_id)


@router.get(HAND_OVER)
def ask_to_hand_over(desk: AtDesk, sought: SoughtAccount) -> Response:
    return desk.ask("ban-giao", sought)


@router.post(HAND_OVER, dependencies=OURS_ONLY)
def hand_over(desk: AtDesk, typed: TypedFields, basis: BasisOfForm, once: MakesOnce) -> Response:
    def work(session: Session, receiver: UUID) -> None:
        hand_over_account(
            session,
            desk.actor,
            desk.account_id,
            receiver,
            day=typed.given_day(),
            now=desk.now,
            basis=basis.given(),
            handover_id=once.id,
        )

    return desk.entrust("ban-giao", typed, basis, (once, Handover), work)


@router.get(HAND_OVER + "/{handover_id}/bien-ban.pdf")
def print_protocol(
    request: Request, _: ReadsAccounts, db: Db, account_id: UUID, handover_id: UUID
) -> Response:
    with db.transaction() as session:
        row = get_handover(session, account_id, handover_id)
        protocol = Protocol.model_validate(row.protocol)
    out = io.BytesIO()
    write_protocol(out, protocol, place_name=request.app.state.place_name)
    return pdf(out.getvalue(), f"bien-ban-ban-giao-{protocol.login}-{protocol.day}")
