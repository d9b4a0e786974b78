"""The CAS protocol 2.0 and 3.0: what one-stop portals of provinces speak today.

Registered services only. There is no signature over what CAS says: everything rests on TLS
between the service and us, and on tickets that work once.
"""

import json
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from kernel.clock import office_day
from kernel.http import Db, Now, client_address
from sso.assembly import SingleSignOn
from sso.cas import answers, tickets
from sso.cas.models import TicketKind
from sso.cas.services import find_service
from sso.cas.validation import CasRefusal, Question
from sso.claims.access import may_use
from sso.claims.subject import load_subject
from sso.clients.addresses import with_query
from sso.clients.registry import Client
from sso.http import FromBrowser, SignOn
from sso.login import texts
from sso.login.destinations import SIGN_IN_PATH
from sso.login.pages import pages
from sso.login.service import account_actor
from sso.protocol.flow import CAS_PROTOCOL
from sso.protocol.sign_on_records import SignOnAuditTag, record_entered, record_sign_on
from sso.sessions.cookies import forget_session, session_secret
from sso.sessions.models import EndReason
from sso.sessions.service import SignedIn, end_session, find_session, participate

router = APIRouter(prefix="/cas", include_in_schema=False)

SEE_OTHER = 303
NO_STORE = {"Cache-Control": "no-store"}
Text = Annotated[str | None, Query(max_length=4000)]
Reference = Annotated[str | None, Query(alias="request", max_length=100)]


@router.get("/login")
def log_in(  # the parameters of the protocol, section 2.1.1
    request: Request,
    sign_on: SignOn,
    db: Db,
    now: Now,
    service: Text = None,
    renew: Text = None,
    gateway: Text = None,
    reference: Reference = None,
) -> Response:
    with db.transaction() as session:
        interaction = sign_on.interactions.find(session, reference, now) if reference else None
        if interaction is not None and interaction.parameters.get("protocol") != CAS_PROTOCOL:
            interaction = None  # of another protocol: nothing in it was checked for this one
        if interaction is not None:
            asked = interaction.parameters["single"]
            service, renew, gateway = asked["service"], asked.get("renew"), None
        if not service:
            return RedirectResponse(SIGN_IN_PATH, SEE_OTHER, NO_STORE)
        client = find_service(sign_on.clients.get(), service)
        if client is None:
            return _refused(request)
        signed_in = find_session(
            session, session_secret(request), settings=sign_on.settings, now=now
        )
        asked_at = interaction.created_at if interaction else None
        if signed_in is None or (_is_set(renew) and not _is_fresh(signed_in, asked_at)):
            if _is_set(gateway) and not _is_set(renew):  # renew goes before (section 2.1.1)
                return RedirectResponse(service, SEE_OTHER, NO_STORE)
            single = {"service": service, **({"renew": renew} if renew else {})}
            secret = sign_on.interactions.begin(
                session,
                client.id,
                {"protocol": CAS_PROTOCOL, "single": single, "many": {}},
                address=client_address(request) or None,
                now=now,
            )
            address = f"{SIGN_IN_PATH}?{urlencode({'request': secret})}"
            return RedirectResponse(address, SEE_OTHER, NO_STORE)
        if not may_use(
            session, client, load_subject(session, signed_in.account.id, office_day(now))
        ):
            return _no_access(request, client)
        if interaction is not None:
            interaction.completed_at = now
        return _enter(session, sign_on, client, service, signed_in, now, asked_at)


def _is_set(value: str | None) -> bool:
    """Any value but none at all and `false`."""
    return value is not None and value != "false"


def _is_fresh(signed_in: SignedIn, asked_at: datetime | None) -> bool:
    return asked_at is not None and signed_in.session.authenticated_at >= asked_at


def _enter(  # one caller, above
    session: Session,
    sign_on: SingleSignOn,
    client: Client,
    service: str,
    signed_in: SignedIn,
    now: datetime,
    asked_at: datetime | None,
) -> Response:
    account = signed_in.account
    sid = participate(session, signed_in.session.id, client.id, account.id, now=now)
    ticket = tickets.issue(
        session,
        TicketKind.SERVICE,
        sid,
        service,
        with_credentials=_is_fresh(signed_in, asked_at),
        lifetime=timedelta(seconds=sign_on.settings.cas_ticket_seconds),
        now=now,
    )
    record_entered(session, account_actor(account), client, account, sid)
    target = with_query(service, ticket=sign_on.cas_tickets.text(ticket))
    return RedirectResponse(target, SEE_OTHER, NO_STORE)


def _refused(request: Request) -> Response:
    """Nobody is sent to an address that is not registered."""
    return pages.render(
        request,
        "refused.html",
        status_code=403,
        texts=texts,
        code="unregistered_service",
        detail="The service is not registered here.",
    )


def _no_access(request: Request, client: Client) -> Response:
    return pages.render(
        request,
        "no_access_cas.html",
        status_code=403,
        texts=texts,
        client=client.description,
    )


@router.get("/serviceValidate")
@router.get("/p3/serviceValidate")
@router.get("/proxyValidate")
@router.get("/p3/proxyValidate")
def validate(  # the parameters of the protocol, section 2.5.1
    request: Request,
    sign_on: SignOn,
    service: Text = None,
    ticket: Text = None,
    callback: Annotated[str | None, Query(alias="pgtUrl", max_length=2000)] = None,
    renew: Text = None,
    form: Annotated[str, Query(alias="format", max_length=10)] = "XML",
) -> Response:
    """Attributes with the addresses of CAS 3.0, proxy tickets with those for proxies."""
    path = request.url.path
    question = Question(
        service,
        ticket,
        callback,
        renew=_is_set(renew),
        proxies_allowed=path.endswith("/proxyValidate"),
        attributes_wanted="/p3/" in path,
    )
    wants_json = form.upper() == "JSON"
    try:
        found = sign_on.cas_validator.validate(question)
    except CasRefusal as refusal:
        if wants_json:
            return _json(answers.failure_json(refusal))
        return Response(answers.failure_xml(refusal), media_type=answers.XML, headers=NO_STORE)
    if wants_json:
        return _json(answers.success_json(found))
    return Response(answers.success_xml(found), media_type=answers.XML, headers=NO_STORE)


def _json(body: object) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, media_type="application/json", headers=NO_STORE)


@router.get("/proxy")
def proxy(
    sign_on: SignOn,
    pgt: Text = None,
    target: Annotated[str | None, Query(alias="targetService", max_length=2000)] = None,
) -> Response:
    try:
        body = answers.proxy_xml(sign_on.cas_validator.proxy(pgt, target))
    except CasRefusal as refusal:
        body = answers.failure_xml(refusal, of="proxy")
    return Response(body, media_type=answers.XML, headers=NO_STORE)


@router.get("/logout")
def log_out(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    db: Db,
    now: Now,
    service: Text = None,
) -> Response:
    """Ends the session for all systems at once, as the protocol has it (section 2.3)."""
    with db.transaction() as session:
        signed_in = find_session(
            session, session_secret(request), settings=sign_on.settings, now=now
        )
        if signed_in is not None:
            end_session(session, signed_in.session.id, EndReason.SIGNED_OUT, now=now)
            record_sign_on(
                session,
                account_actor(signed_in.account),
                SignOnAuditTag.SIGNED_OUT,
                signed_in.account.id,
                browser,
            )
    known = service and find_service(sign_on.clients.get(), service) is not None
    response = RedirectResponse(service if known and service else SIGN_IN_PATH, SEE_OTHER, NO_STORE)
    forget_session(response)
    return response
