"""The page of one account, and a page to confirm each thing that can be done with it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console.accounts.account import view_account
from console.accounts.actions import GIBIBYTE, Action, Codes, Shown, Typed, perform
from console.accounts.filters import PATH
from console.accounts.words import ACTIONS, offered
from console.audit.words import tag_in_words
from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, AccountsDesk, Desk
from console.letters import letter_as_file
from console.pages import pages
from console.session.access import ReadsAccounts
from identity.accounts.models import Account, Mailbox
from identity.accounts.queries import addresses_of, get_account
from identity.accounts.settings import MailboxSettings
from identity.addresses.models import AddressRole
from identity.addresses.queries import list_domains
from identity.protection.service import say_of
from kernel.access import Permission
from kernel.http import Db, Now
from sso.account.devices import device_in_words
from sso.http import SignOn
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
ONE = PATH + "/{account_id}"


@router.get(ONE)
def show_account(
    request: Request,
    caller: ReadsAccounts,
    sign_on: SignOn,
    db: Db,
    now: Now,
    account_id: UUID,
    done: str = "",
) -> Response:
    with db.transaction() as session:
        view = view_account(session, caller, account_id, sign_on.settings, now)
        say = say_of(session, caller.actor, account_id)
    may_manage = caller.may(Permission.MANAGE_ACCOUNTS)
    return pages.show(
        request,
        "accounts/account.html",
        caller,
        now,
        view=view,
        done=done,
        tag_in_words=tag_in_words,
        may_search_trail=caller.may(Permission.READ_AUDIT),
        actions=offered(view.account.kind, view.account.status, say) if may_manage else [],
        action_words=ACTIONS,
        device=device_in_words,
        may_manage=may_manage,
        say=say,
        may_read_people=caller.may(Permission.READ_PEOPLE),
    )


def typed_fields(
    confirmation: Annotated[str, Form()] = "",
    gigabytes: Annotated[str, Form()] = "",
    local_part: Annotated[str, Form()] = "",
    domain: Annotated[str, Form()] = "",
    alias_until: Annotated[str, Form()] = "",
) -> Typed:
    """Of any length: what is too long is said beside its field, not on a page of its own."""
    return Typed(
        confirmation.strip(),
        gigabytes.strip(),
        local_part.strip(),
        domain.strip(),
        alias_until.strip(),
    )


TypedFields = Annotated[Typed, Depends(typed_fields)]


def codes_of(request: Request) -> Codes:
    return Codes(request.app.state.handover, request.app.state.resets)


@router.get(ONE + "/{action}")
def ask(desk: AccountsDesk, account_id: UUID, action: Action) -> Response:
    mailboxes: MailboxSettings = desk.request.app.state.mailboxes
    with desk.db.transaction() as session:
        mailbox = session.get(Mailbox, account_id)
        held = addresses_of(session, [account_id]).get(account_id, [])
    quota = mailbox.quota_bytes if mailbox else None
    until = mailboxes.alias_until(desk.today)
    primary = next((domain for one, domain in held if one.role is AddressRole.PRIMARY), "")
    typed = Typed(
        gigabytes=f"{quota / GIBIBYTE:g}" if quota else "",
        domain=primary,
        alias_until=until.isoformat() if until else "",
    )
    return _page(desk, account_id, action, typed)


@router.post(ONE + "/{action}", dependencies=OURS_ONLY)
def act(
    desk: AccountsDesk,
    account_id: UUID,
    action: Action,
    typed: TypedFields,
    basis: BasisOfForm,
    codes: Annotated[Codes, Depends(codes_of)],
) -> Response:
    with desk.db.transaction() as session:
        account = get_account(session, account_id)
    done: list[Shown] = []

    def write(session: Session) -> None:
        shown = perform(
            session,
            codes,
            desk.actor,
            action,
            account_id,
            typed=typed,
            now=desk.now,
            basis=basis.given(),
        )
        done.append(shown)

    faults = [*typed.faults(action, account), *basis.faults]
    faults = faults or [_placed(fault) for fault in desk.tried(write)]
    if faults:
        return _page(desk, account_id, action, typed, basis, faults)
    return _answer(desk, account, action, done[0], codes)


def _placed(fault: Fault) -> Fault:
    """The services know addresses as wholes."""
    return Fault(fault.message, "local_part") if fault.place == "address" else fault


def _answer(desk: Desk, account: Account, action: Action, shown: Shown, codes: Codes) -> Response:
    """What is shown only once is the answer itself: nothing keeps it for another request."""
    if shown.batch is not None:
        return letter_as_file(shown.batch, codes.handover)
    if shown.code is not None:
        return desk.show(
            "accounts/code.html",
            account=account,
            shown=shown,
            is_reset=action is Action.RESET,
            where=codes.page_of(action),
        )
    return go(f"{PATH}/{account.id}?done={action.value}")


def _page(
    desk: Desk,
    account_id: UUID,
    action: Action,
    typed: Typed,
    basis: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    with desk.db.transaction() as session:
        account = get_account(session, account_id)
        domains = [domain.name for domain in list_domains(session)]
    return desk.show(
        "accounts/action.html",
        faults=faults,
        account=account,
        action=action,
        said=ACTIONS[action],
        typed=typed,
        basis=basis,
        domains=domains,
    )
