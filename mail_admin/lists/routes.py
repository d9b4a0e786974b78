from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from identity.accounts.errors import AccountNotFound
from identity.addresses.errors import AddressTaken, MailDomainNotFound
from identity.addresses.local_part import LocalPartRefused
from identity.addresses.queries import get_domain
from identity.organisations.errors import OrganisationNotFound
from identity.organisations.queries import get_organisation, list_subtree
from kernel.clock import office_day
from kernel.http import BasisForm, Db, ManagesAccounts, Now, ReadsAccounts, problems
from mail_admin.lists import queries, service
from mail_admin.lists.errors import ListNeedsStem, ListNotFound
from mail_admin.lists.queries import ListView
from mail_admin.lists.schemas import ListDetail, ListIn, ListOut, ListsOut, SendersIn
from mail_admin.lists.service import ListForm

router = APIRouter(prefix="/lists", tags=["distribution lists"])
ListAddress = Annotated[str, Path(max_length=320)]


@router.get("", responses=problems(OrganisationNotFound))
def list_lists(db: Db, _: ReadsAccounts, organisation_id: UUID | None = None) -> ListsOut:
    """All, or those of an organisation and everything below it."""
    with db.transaction() as session:
        below = None
        if organisation_id is not None:
            below = list_subtree(session, get_organisation(session, organisation_id).id)
        return ListsOut(items=[_out(view) for view in queries.list_lists(session, below)])


def _out(view: ListView) -> ListOut:
    return ListOut(
        id=view.id,
        address=view.address,
        organisation_id=view.organisation_id,
        organisation=view.organisation,
        scope=view.scope,
        senders=view.senders,
    )


def _detail(session: Session, address: str, now: datetime) -> ListDetail:
    """Raises ListNotFound."""
    found = [view for view in queries.list_lists(session) if view.address == address.lower()]
    if not found:
        raise ListNotFound(address)
    (view,) = found
    return ListDetail(
        **_out(view).model_dump(),
        named=queries.named_senders(session, view.id),
        members=queries.count_members(session, view.group_id, office_day(now)),
    )


@router.get("/{address}", responses=problems(ListNotFound))
def get_list(address: ListAddress, db: Db, _: ReadsAccounts, now: Now) -> ListDetail:
    with db.transaction() as session:
        return _detail(session, address, now)


@router.post(
    "",
    status_code=201,
    responses=problems(
        OrganisationNotFound, MailDomainNotFound, AddressTaken, LocalPartRefused, ListNeedsStem
    ),
)
def create_list(form: ListIn, actor: ManagesAccounts, db: Db, now: Now) -> ListDetail:
    with db.transaction() as session:
        organisation = get_organisation(session, form.organisation_id)
        row = service.create_list(
            session,
            actor,
            get_domain(session, form.domain),
            ListForm(organisation, form.scope, form.local_part, form.senders),
            now=now,
            basis=form.basis.to_basis(),
        )
        (view,) = [view for view in queries.list_lists(session) if view.id == row.id]
        return _detail(session, view.address, now)


@router.put("/{address}/senders", responses=problems(ListNotFound, AccountNotFound))
def set_senders(
    address: ListAddress, form: SendersIn, actor: ManagesAccounts, db: Db, now: Now
) -> ListDetail:
    with db.transaction() as session:
        service.set_senders(
            session, actor, address, form.senders, form.named, basis=form.basis.to_basis()
        )
        return _detail(session, address, now)


@router.post("/{address}/end", status_code=204, responses=problems(ListNotFound))
def end_list(
    address: ListAddress, form: BasisForm, actor: ManagesAccounts, db: Db, now: Now
) -> None:
    """Only the same group ever gets the address again."""
    with db.transaction() as session:
        service.end_list(session, actor, address, now=now, basis=form.to_basis())
