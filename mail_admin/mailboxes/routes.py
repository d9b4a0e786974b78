import io
from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from identity.accounts.errors import (
    AccountNotFound,
    AccountStateForbids,
    CustodianPeriodInvalid,
)
from identity.accounts.queries import get_account
from identity.people.errors import PersonNotFound
from kernel.clock import office_day
from kernel.http import BasisForm, Db, ManagesAccounts, Now, ReadsAccounts, problems
from mail_admin.mailboxes import handover
from mail_admin.mailboxes.errors import HandoverNeedless, HandoverNotFound
from mail_admin.mailboxes.handover_models import Handover
from mail_admin.mailboxes.protocol import Protocol
from mail_admin.mailboxes.protocol_sheet import write_protocol

router = APIRouter(prefix="/accounts/{account_id}/handovers", tags=["organisation accounts"])


class HandoverIn(BaseModel):
    receiver_id: UUID
    day: date | None = None
    """First day of the receiver; today when absent."""
    basis: BasisForm


class HandoverOut(BaseModel):
    id: UUID
    account_id: UUID
    receiver_id: UUID
    day: date
    recorded_at: datetime
    protocol: Protocol


class HandoversOut(BaseModel):
    items: list[HandoverOut]


def _out(row: Handover) -> HandoverOut:
    return HandoverOut(
        id=row.id,
        account_id=row.account_id,
        receiver_id=row.receiver_id,
        day=row.day,
        recorded_at=row.recorded_at,
        protocol=Protocol.model_validate(row.protocol),
    )


@router.get("", responses=problems(AccountNotFound))
def list_handovers(account_id: UUID, db: Db, _: ReadsAccounts) -> HandoversOut:
    """The latest first."""
    with db.transaction() as session:
        rows = handover.list_handovers(session, get_account(session, account_id).id)
        return HandoversOut(items=[_out(row) for row in rows])


@router.post(
    "",
    status_code=201,
    responses=problems(
        AccountNotFound,
        AccountStateForbids,
        PersonNotFound,
        HandoverNeedless,
        CustodianPeriodInvalid,
    ),
)
def hand_over(
    account_id: UUID, form: HandoverIn, actor: ManagesAccounts, db: Db, now: Now
) -> HandoverOut:
    """The receiver becomes custodian, whoever was is no longer; no password is involved."""
    with db.transaction() as session:
        row = handover.hand_over_account(
            session,
            actor,
            account_id,
            form.receiver_id,
            day=form.day or office_day(now),
            now=now,
            basis=form.basis.to_basis(),
        )
        return _out(row)


@router.get(
    "/{handover_id}/protocol",
    responses={
        **problems(HandoverNotFound),
        200: {"content": {"application/pdf": {}}, "description": "To be signed by both."},
    },
    response_class=Response,
)
def print_protocol(
    account_id: UUID, handover_id: UUID, db: Db, _: ReadsAccounts, request: Request
) -> Response:
    with db.transaction() as session:
        row = handover.get_handover(session, account_id, handover_id)
        protocol = Protocol.model_validate(row.protocol)
    out = io.BytesIO()
    write_protocol(out, protocol, place_name=request.app.state.place_name)
    name = f"bien-ban-ban-giao-{protocol.login}-{protocol.day}.pdf"
    return Response(
        out.getvalue(),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
