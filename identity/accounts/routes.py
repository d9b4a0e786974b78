from collections.abc import Callable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts import provisioning, queries, service
from identity.accounts.activation import redeem
from identity.accounts.errors import (
    AccountExists,
    AccountNotFound,
    AccountStateForbids,
    ActivationCodeRejected,
    CustodianAlready,
    CustodianPeriodInvalid,
    PasswordRefused,
    PersonHasNoAppointment,
    ResetNeedsActiveAccount,
)
from identity.accounts.models import Account, AccountKind, AccountStatus, Mailbox
from identity.accounts.passwords import Passwords
from identity.accounts.resets import issue_office_reset
from identity.accounts.schemas import (
    AccountDetail,
    AccountIn,
    AccountOut,
    AccountPage,
    ActivationIn,
    ActivationOut,
    AddressOut,
    CustodianEnd,
    CustodianIn,
    CustodianOut,
    OrganisationAccountIn,
    PasswordResetOut,
    PersonalAccountIn,
    PrimaryAddressIn,
    QuotaIn,
)
from identity.accounts.settings import MailboxSettings
from identity.addresses.choice import AddressNeedsDecision
from identity.addresses.errors import AddressNotHeld, AddressTaken, MailDomainNotFound
from identity.addresses.local_part import LocalPartRefused
from identity.addresses.models import AddressRole
from identity.addresses.queries import get_domain
from identity.addresses.service import change_primary, retire_address
from identity.organisations.errors import OrganisationNotFound
from identity.people.errors import PersonNotFound
from identity.protection.errors import PROTECTED, OwnAccountRefused, RoleHolderProtected
from kernel.clock import office_day
from kernel.http import (
    BasisForm,
    Cursor,
    Db,
    ManagesAccounts,
    Now,
    PageSize,
    ReadsAccounts,
    problems,
)
from kernel.paging import CursorInvalid, decode_cursor, encode_cursor

router = APIRouter(prefix="/accounts", tags=["accounts"])
activation_router = APIRouter(tags=["accounts"])


@router.get("", responses=problems(CursorInvalid))
def list_accounts(
    db: Db,
    _: ReadsAccounts,
    kind: AccountKind | None = None,
    status: AccountStatus | None = None,
    person_id: UUID | None = None,
    organisation_id: UUID | None = None,
    login: Annotated[str | None, Query(max_length=64, description="Begins with.")] = None,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> AccountPage:
    exact = {
        "kind": kind,
        "status": status,
        "person_id": person_id,
        "organisation_id": organisation_id,
    }
    statement = select(Account).filter_by(
        **{name: value for name, value in exact.items() if value is not None}
    )
    if login:
        statement = statement.where(Account.login.startswith(login, autoescape=True))
    if cursor is not None:
        (after,) = decode_cursor(cursor, 1)
        statement = statement.where(Account.login > after)
    with db.transaction() as session:
        rows = list(session.scalars(statement.order_by(Account.login).limit(limit + 1)))
        items = _with_addresses(session, rows[:limit])
    next_cursor = encode_cursor(rows[limit - 1].login) if len(rows) > limit else None
    return AccountPage(items=items, next_cursor=next_cursor)


def _with_addresses(session: Session, rows: Sequence[Account]) -> list[AccountOut]:
    addresses = queries.addresses_of(session, [row.id for row in rows])
    found = []
    for row in rows:
        account = AccountOut.model_validate(row)
        account.in_directory = row.revision == row.projected_revision
        for address, domain in addresses.get(row.id, []):
            if address.role is AddressRole.PRIMARY:
                account.address = f"{address.local_part}@{domain}"
        found.append(account)
    return found


def _detail(session: Session, row: Account) -> AccountDetail:
    session.flush()
    (account,) = _with_addresses(session, [row])
    mailbox = session.get(Mailbox, row.id)
    custodians = queries.list_custodians(session, row.id)
    return AccountDetail(
        **account.model_dump(),
        quota_bytes=mailbox.quota_bytes if mailbox else None,
        addresses=[
            AddressOut(
                id=address.id,
                address=f"{address.local_part}@{domain}",
                role=address.role,
                given_on=address.given_on,
                alias_until=address.alias_until,
            )
            for address, domain in queries.addresses_of(session, [row.id]).get(row.id, [])
        ],
        custodians=[
            CustodianOut(
                person_id=custodian.person_id,
                full_name=full_name,
                valid_from=custodian.valid_from,
                valid_to=custodian.valid_to,
            )
            for custodian, full_name in custodians
        ],
        projection_error=row.projection_error,
    )


@router.get("/{account_id}", responses=problems(AccountNotFound))
def get_account(account_id: UUID, db: Db, _: ReadsAccounts) -> AccountDetail:
    with db.transaction() as session:
        return _detail(session, queries.get_account(session, account_id))


@router.post(
    "",
    status_code=201,
    responses=problems(
        PersonNotFound,
        OrganisationNotFound,
        AccountExists,
        PersonHasNoAppointment,
        AddressNeedsDecision,
        LocalPartRefused,
        AddressTaken,
    ),
)
def open_account(
    form: AccountIn, actor: ManagesAccounts, db: Db, now: Now, request: Request
) -> AccountDetail:
    """Open a personal, organisation or service account; it is pending until activated."""
    basis = form.basis.to_basis()
    fields = form.model_dump(exclude={"kind", "basis", "address_stem"})
    if "quota_bytes" in fields and "quota_bytes" not in form.model_fields_set:
        mailboxes: MailboxSettings = request.app.state.mailboxes
        fields["quota_bytes"] = mailboxes.quota_bytes(AccountKind(form.kind))
    with db.transaction() as session:
        if isinstance(form, PersonalAccountIn):
            account = provisioning.open_personal_account(
                session, actor, **fields, now=now, basis=basis
            )
        elif isinstance(form, OrganisationAccountIn):
            account = provisioning.open_organisation_account(
                session, actor, **fields, stem=form.address_stem, now=now, basis=basis
            )
        else:
            account = provisioning.open_service_account(
                session, actor, **fields, now=now, basis=basis
            )
        return _detail(session, account)


def _status_route(path: str, change: Callable[..., Account], summary: str) -> None:
    """The three changes of status differ in nothing but the service function."""

    @router.post(
        f"/{{account_id}}/{path}",
        responses=problems(AccountNotFound, AccountStateForbids, *PROTECTED),
        summary=summary,
        operation_id=f"{path}_account",
    )
    def change_status(
        account_id: UUID, form: BasisForm, actor: ManagesAccounts, db: Db, now: Now
    ) -> AccountDetail:
        with db.transaction() as session:
            account = change(session, actor, account_id, now=now, basis=form.to_basis())
            return _detail(session, account)


_status_route("suspend", service.suspend_account, "No sign-in; mail is still received")
_status_route("reinstate", service.reinstate_account, "Back to what it was before suspension")
_status_route("close", service.close_account, "End for good; login and addresses stay taken")


@router.post(
    "/{account_id}/password-reset",
    responses=problems(
        AccountNotFound, ResetNeedsActiveAccount, RoleHolderProtected, OwnAccountRefused
    ),
)
def reset_password(
    account_id: UUID,
    form: BasisForm,
    actor: ManagesAccounts,
    db: Db,
    now: Now,
    request: Request,
    response: Response,
) -> PasswordResetOut:
    """A single-use code to hand over, with which the holder chooses a new password.

    Until then the present password only opens the choice of a new one; mail goes on.
    """
    passwords: Passwords = request.app.state.passwords
    with db.transaction() as session:
        code, expires_at = issue_office_reset(
            session,
            actor,
            account_id,
            passwords.settings.reset,
            now=now,
            basis=form.to_basis(),
        )
    response.headers["Cache-Control"] = "no-store"
    return PasswordResetOut(code=code, expires_at=expires_at)


@router.put("/{account_id}/quota", responses=problems(AccountNotFound))
def change_quota(account_id: UUID, form: QuotaIn, actor: ManagesAccounts, db: Db) -> AccountDetail:
    with db.transaction() as session:
        service.change_quota(
            session, actor, account_id, form.quota_bytes, basis=form.basis.to_basis()
        )
        return _detail(session, queries.get_account(session, account_id))


@router.put(
    "/{account_id}/primary-address",
    responses=problems(
        AccountNotFound, MailDomainNotFound, AddressTaken, LocalPartRefused, RoleHolderProtected
    ),
)
def change_primary_address(
    account_id: UUID,
    form: PrimaryAddressIn,
    actor: ManagesAccounts,
    db: Db,
    now: Now,
    request: Request,
) -> AccountDetail:
    """The address until now stays an alias."""
    mailboxes: MailboxSettings = request.app.state.mailboxes
    said = "alias_until" in form.model_fields_set
    alias_until = form.alias_until if said else mailboxes.alias_until(office_day(now))
    with db.transaction() as session:
        account = queries.get_account_for_update(session, account_id)
        change_primary(
            session,
            actor,
            get_domain(session, form.domain),
            form.local_part,
            account_id,
            on=office_day(now),
            alias_until=alias_until,
            basis=form.basis.to_basis(),
        )
        return _detail(session, account)


@router.post(
    "/{account_id}/addresses/{address_id}/retire",
    responses=problems(AccountNotFound, AddressNotHeld, RoleHolderProtected),
)
def retire_alias(
    account_id: UUID, address_id: UUID, form: BasisForm, actor: ManagesAccounts, db: Db
) -> AccountDetail:
    with db.transaction() as session:
        account = queries.get_account_for_update(session, account_id)
        retire_address(session, actor, account_id, address_id, basis=form.to_basis())
        return _detail(session, account)


@router.post(
    "/{account_id}/custodians",
    status_code=201,
    responses=problems(
        AccountNotFound,
        AccountStateForbids,
        PersonNotFound,
        CustodianPeriodInvalid,
        CustodianAlready,
    ),
)
def add_custodian(
    account_id: UUID, form: CustodianIn, actor: ManagesAccounts, db: Db
) -> AccountDetail:
    with db.transaction() as session:
        service.add_custodian(
            session,
            actor,
            account_id,
            form.person_id,
            valid_from=form.valid_from,
            valid_to=form.valid_to,
            basis=form.basis.to_basis(),
        )
        return _detail(session, queries.get_account(session, account_id))


@router.post(
    "/{account_id}/custodians/{person_id}/end",
    responses=problems(AccountNotFound, CustodianPeriodInvalid),
)
def end_custodian(
    account_id: UUID, person_id: UUID, form: CustodianEnd, actor: ManagesAccounts, db: Db
) -> AccountDetail:
    with db.transaction() as session:
        service.end_custodian(
            session, actor, account_id, person_id, on=form.on, basis=form.basis.to_basis()
        )
        return _detail(session, queries.get_account(session, account_id))


@activation_router.post("/activations", responses=problems(ActivationCodeRejected, PasswordRefused))
def activate(form: ActivationIn, db: Db, now: Now, request: Request) -> ActivationOut:
    """Redeem an activation code and choose a password. The code itself is the credential."""
    passwords: Passwords = request.app.state.passwords
    account = redeem(db, passwords, form.code, form.password, now)
    return ActivationOut(login=account.login, status=account.status)
