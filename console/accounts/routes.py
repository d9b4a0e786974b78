"""Accounts: the list, and everything about one of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from console.accounts import queries
from console.accounts.filters import PATH, AccountsFilter, accounts_filter
from console.pages import pages
from console.session.access import ReadsAccounts
from identity.organisations.models import Organisation
from kernel.access import Permission
from kernel.http import Db, Now

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def list_accounts(
    request: Request,
    caller: ReadsAccounts,
    db: Db,
    now: Now,
    wanted: Annotated[AccountsFilter, Depends(accounts_filter)],
) -> Response:
    with db.transaction() as session:
        under = session.get(Organisation, wanted.under) if wanted.under else None
        if wanted.under and under is None:
            wanted = wanted.without_organisation()
        page = queries.list_accounts(session, wanted, now)
    return pages.show(
        request,
        "accounts/list.html",
        caller,
        now,
        part="results",
        wanted=wanted,
        page=page,
        under=under,
        may_manage=caller.may(Permission.MANAGE_ACCOUNTS),
        may_move=caller.may(Permission.MANAGE_PEOPLE),
    )
