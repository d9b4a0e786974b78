"""Who may open the mailbox of an organisation: adding, ending, handing over with a protocol."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console.accounts.account_routes import ONE
from console.accounts.filters import PATH
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, AccountsDesk, Desk
from console.letters import pdf
from console.session.access import ReadsAccounts
from identity.accounts.errors import AccountNotFound, CustodianAlready, CustodianPeriodInvalid
from identity.accounts.queries import get_account, get_account_by_login
from identity.accounts.service import add_custodian, end_custodian
from identity.people.queries import get_person
from kernel.audit import Basis
from kernel.errors import DomainError
from kernel.http import Db
from kernel.messages import Message
from mail_admin.mailboxes.handover import get_handover, hand_over_account
from mail_admin.mailboxes.protocol import Protocol
from mail_admin.mailboxes.protocol_sheet import write_protocol
from sso.login.destinations import go
from theme.faults import Fault, faults_of

router = APIRouter(include_in_schema=False)
ADD = ONE + "/quan-ly/them"
END = ONE + "/quan-ly/{person_id}/ket-thuc"
HAND_OVER = ONE + "/ban-giao"
NO_DAY = Message("Ngày này không có thật.", "There is no such day.")
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

    def page(
        self,
        kind: str,
        typed: Typed | None = None,
        basis: TypedBasis = NOTHING,
        faults: Sequence[Fault] = (),
        person_id: UUID | None = None,
    ) -> Response:
        with self.db.transaction() as session:
            account = get_account(session, self.account_id)
            person = get_person(session, person_id) if person_id else None
        return self.show(
            "accounts/custodian.html",
            faults=faults,
            account=account,
            person=person,
            kind=kind,
            typed=typed or Typed(day=self.today.isoformat()),
            basis=basis,
        )

    def change(
        self,
        kind: str,
        typed: Typed,
        basis: TypedBasis,
        work: Callable[[Session, Basis], object],
        person_id: UUID | None = None,
    ) -> Response:
        faults = [*typed.faults, *basis.faults]
        if not faults:
            try:
                with self.db.transaction() as session:
                    work(session, basis.given())
                return go(f"{PATH}/{self.account_id}?done={kind}")
            except AccountNotFound:
                faults = [Fault(NOBODY, "login")]
            except CustodianAlready as error:
                faults = [Fault(error.message, "login")]
            except CustodianPeriodInvalid as error:
                faults = [Fault(error.message, "day")]
            except DomainError as error:
                faults = list(faults_of(error))
        return self.page(kind, typed, basis, faults, person_id)


def desk_of(desk: AccountsDesk, account_id: UUID) -> CustodianDesk:
    return CustodianDesk(desk.request, desk.caller, desk.db, desk.now, account_id)


AtDesk = Annotated[CustodianDesk, Depends(desk_of)]


def person_of(session: Session, login: str) -> UUID:
    """Raises AccountNotFound."""
    person_id = get_account_by_login(session, login).person_id
    if person_id is None:
        raise AccountNotFound(login)
    return person_id


@router.get(ADD)
def ask_to_add(desk: AtDesk) -> Response:
    return desk.page("them")


@router.post(ADD, dependencies=OURS_ONLY)
def add(desk: AtDesk, typed: TypedFields, basis: BasisOfForm) -> Response:
    def work(session: Session, given: Basis) -> None:
        get_account(session, desk.account_id)
        add_custodian(
            session,
            desk.actor,
            desk.account_id,
            person_of(session, typed.login),
            valid_from=typed.given_day(),
            valid_to=None,
            basis=given,
        )

    return desk.change("them", typed, basis, work)


@router.get(END)
def ask_to_end(desk: AtDesk, person_id: UUID) -> Response:
    return desk.page("ket-thuc", person_id=person_id)


@router.post(END, dependencies=OURS_ONLY)
def end(desk: AtDesk, typed: TypedFields, basis: BasisOfForm, person_id: UUID) -> Response:
    def work(session: Session, given: Basis) -> None:
        end_custodian(
            session,
            desk.actor,
            desk.account_id,
            person_id,
            on=typed.given_day(),
            basis=given,
        )

    return desk.change("ket-thuc", typed, basis, work, person_id)


@router.get(HAND_OVER)
def ask_to_hand_over(desk: AtDesk) -> Response:
    return desk.page("ban-giao")


@router.post(HAND_OVER, dependencies=OURS_ONLY)
def hand_over(desk: AtDesk, typed: TypedFields, basis: BasisOfForm) -> Response:
    def work(session: Session, given: Basis) -> None:
        hand_over_account(
            session,
            desk.actor,
            desk.account_id,
            person_of(session, typed.login),
            day=typed.given_day(),
            now=desk.now,
            basis=given,
        )

    return desk.change("ban-giao", typed, basis, work)


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
