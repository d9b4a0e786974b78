"""Whether the parts of the product work, looked at while the page is made."""

from fastapi import APIRouter, Request, Response

from console.health.words import CHECKS, STATES
from console.pages import pages
from console.session.access import ReadsOperations
from kernel.health import Examiner, State
from kernel.http import Now

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/tinh-trang"


@router.get(PATH)
def show_health(request: Request, caller: ReadsOperations, now: Now) -> Response:
    examiner: Examiner = request.app.state.health
    examined = examiner.examine()
    found = [one.finding.state for one in examined]
    return pages.show(
        request,
        "health/health.html",
        caller,
        now,
        examined=examined,
        checks=CHECKS,
        states=STATES,
        bad=found.count(State.BAD),
        warned=found.count(State.WARN),
        versions=request.app.state.versions,
    )
