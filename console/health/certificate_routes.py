"""Certificates of our own servers and authorities, with the day on which each ends."""

from fastapi import APIRouter, Request, Response

from console.health.words import CERTIFICATE_KINDS, LOOK_FAILURES
from console.pages import pages
from console.session.access import ReadsOperations
from kernel.certificate_watch import SOON, list_certificates
from kernel.http import Db, Now

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/chung-thu-so"


@router.get(PATH)
def show_certificates(request: Request, caller: ReadsOperations, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        rows = list_certificates(session)
    return pages.show(
        request,
        "health/certificates.html",
        caller,
        now,
        rows=rows,
        soon=now + SOON,
        kinds=CERTIFICATE_KINDS,
        failures=LOOK_FAILURES,
    )
