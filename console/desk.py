"""What a form needs of a request, in one: who is there, the moment, the database, the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from console.forms import tried
from console.pages import pages
from console.session.access import require
from console.session.service import Caller
from kernel.access import Actor, Permission
from kernel.clock import office_day
from kernel.database import Database
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from theme.faults import Fault

OURS_ONLY = [Depends(require_same_origin)]
"""Of routes that change something: forms of other sites are none of ours."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Of one request by somebody who has the permission that the desk is for."""

    request: Request
    caller: Caller
    db: Database
    now: datetime

    @property
    def actor(self) -> Actor:
        return self.caller.actor

    @property
    def today(self) -> date:
        return office_day(self.now)

    def show(
        self,
        template: str,
        *,
        faults: Sequence[Fault] = (),
        part: str | None = None,
        status_code: int | None = None,
        **values: Any,
    ) -> Response:
        """A form that is wrong is answered with itself; then the status is 422, if none is said."""
        return pages.show(
            self.request,
            template,
            self.caller,
            self.now,
            part=part,
            status_code=status_code or (422 if faults else 200),
            faults=faults,
            **values,
        )

    def tried(self, write: Callable[[Session], object]) -> list[Fault]:
        return tried(self.db, write)


def desk(permission: Permission) -> Callable[..., Desk]:
    """A dependency."""

    def desk_of(
        request: Request, caller: Annotated[Caller, Depends(require(permission))], db: Db, now: Now
    ) -> Desk:
        return Desk(request, caller, db, now)

    return desk_of


OrganisationsDesk = Annotated[Desk, Depends(desk(Permission.MANAGE_ORGANISATIONS))]
PeopleReadingDesk = Annotated[Desk, Depends(desk(Permission.READ_PEOPLE))]
CitizenNumbersDesk = Annotated[Desk, Depends(desk(Permission.READ_CITIZEN_NUMBERS))]
PeopleDesk = Annotated[Desk, Depends(desk(Permission.MANAGE_PEOPLE))]
ImportDesk = Annotated[Desk, Depends(desk(Permission.IMPORT))]
AccountsDesk = Annotated[Desk, Depends(desk(Permission.MANAGE_ACCOUNTS))]
ClientsDesk = Annotated[Desk, Depends(desk(Permission.MANAGE_CLIENTS))]
DirectoryDesk = Annotated[Desk, Depends(desk(Permission.MANAGE_DIRECTORY))]
DomainsDesk = Annotated[Desk, Depends(desk(Permission.MANAGE_DOMAINS))]
OperationsDesk = Annotated[Desk, Depends(desk(Permission.MANAGE_OPERATIONS))]
RolesDesk = Annotated[Desk, Depends(desk(Permission.MANAGE_ROLES))]
