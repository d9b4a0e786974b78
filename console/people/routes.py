"""People: the list, and everything about one of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from console.pages import pages
from console.people import queries
from console.people.filters import PATH, PeopleFilter, people_filter
from console.session.access import ReadsPeople
from identity.accounts.models import AccountStatus
from identity.organisations.queries import get_organisation
from kernel.access import Permission
from kernel.clock import office_day
from kernel.http import Db, Now

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def list_people(
    request: Request,
    caller: ReadsPeople,
    db: Db,
    now: Now,
    wanted: Annotated[PeopleFilter, Depends(people_filter)],
) -> Response:
    with db.transaction() as session:
        page = queries.list_people(session, wanted, office_day(now))
        under = get_organisation(session, wanted.under) if wanted.under else None
    return pages.show(
        request,
        "people/list.html",
        caller,
        now,
        part="results",
        wanted=wanted,
        page=page,
        under=under,
        statuses=list(AccountStatus),
        may_manage=caller.may(Permission.MANAGE_PEOPLE),
    )
