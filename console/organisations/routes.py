"""Organisations: the tree beside what one of them consists of."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from console.audit.trail import sees_trail, trail_of
from console.audit.words import tag_in_words
from console.organisations import queries
from console.organisations.queries import Branch, Tree
from console.organisations.usage import latest_usage
from console.pages import pages
from console.session.access import ReadsOrganisations
from console.session.service import Caller
from identity.organisations.models import OrganisationPeriod
from identity.organisations.queries import get_organisation, list_codes, list_history
from identity.people.queries import list_members_on
from kernel.access import Permission
from kernel.clock import office_day
from kernel.http import Db, Now

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/co-quan"
FIRST_PEOPLE = 20


@router.get(PATH)
def show_tree(
    request: Request,
    caller: ReadsOrganisations,
    db: Db,
    now: Now,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    today, typed = office_day(now), q.strip()
    with db.transaction() as session:
        tree = queries.load_tree(session, today)
        found = queries.find(session, tree, typed, today) if typed else []
    return pages.show(
        request,
        "organisations/tree.html",
        caller,
        now,
        part="found",
        tree=tree,
        typed=typed,
        found=found,
        most=queries.MOST_FOUND,
        line=[],
        may_manage=caller.may(Permission.MANAGE_ORGANISATIONS),
    )


@router.get(PATH + "/{organisation_id}")
def show_organisation(
    request: Request,
    caller: ReadsOrganisations,
    db: Db,
    now: Now,
    organisation_id: UUID,
    done: str = "",
) -> Response:
    """Parts that the caller may not see are left out."""
    today = office_day(now)
    with db.transaction() as session:
        organisation = get_organisation(session, organisation_id)
        tree = queries.load_tree(session, today)
        branch = tree.by_id.get(organisation_id)
        units = _units(session, branch, today) if branch else []
        parts = _parts(session, caller, organisation_id, today)
        history = list_history(session, organisation_id)
        codes = list_codes(session, organisation_id)
        usage = (
            latest_usage(session, request.app.state.usage_readings, codes)
            if caller.may(Permission.READ_USAGE)
            else None
        )
    return pages.show(
        request,
        "organisations/organisation.html",
        caller,
        now,
        organisation=organisation,
        tree=tree,
        line=tree.line(organisation_id),
        units=units,
        people=sum(count for _, count in units[:1]),
        history=_named(history, tree),
        codes=codes,
        usage=usage,
        done=done,
        may_manage=caller.may(Permission.MANAGE_ORGANISATIONS),
        members=parts["members"],
        accounts=parts["accounts"],
        records=parts["records"],
        tag_in_words=tag_in_words,
        may_search_trail=caller.may(Permission.READ_AUDIT),
    )


def _units(session: Session, branch: Branch, today: date) -> list[tuple[Branch, int]]:
    """The organisation and what is directly below it, each with the people of all below."""
    ids = [one.id for one in branch.everything()]
    own = queries.count_people(session, ids, today)
    below = [(unit, sum(own[one.id] for one in unit.everything())) for unit in branch.below]
    return [(branch, own[branch.id] + sum(count for _, count in below)), *below]


def _parts(
    session: Session, caller: Caller, organisation_id: UUID, today: date
) -> dict[str, list[Any] | None]:
    """None for what the caller may not see."""
    may = caller.may
    return {
        "members": list_members_on(session, organisation_id, today)[:FIRST_PEOPLE]
        if may(Permission.READ_PEOPLE)
        else None,
        "accounts": queries.accounts_of(session, organisation_id, today)
        if may(Permission.READ_ACCOUNTS)
        else None,
        "records": trail_of(session, [organisation_id])
        if sees_trail(caller, Permission.MANAGE_ORGANISATIONS)
        else None,
    }


def _named(
    history: list[OrganisationPeriod], tree: Tree
) -> list[tuple[OrganisationPeriod, str | None]]:
    """Periods, the latest first, with the present name of what was above."""
    return [
        (
            period,
            above.name
            if period.parent_id and (above := tree.by_id.get(period.parent_id))
            else None,
        )
        for period in reversed(history)
    ]
