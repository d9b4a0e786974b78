"""The CAS protocol 2.0 and 3.0: what one-stop portals of provinces speak today.

Registered services only. There is no signature over what CAS says: everything rests on TLS
between the service and us, and on tickets that work once.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from identity.accounts.actors import account_actor
from kernel.clock import office_day
from kernel.http import Db, Now, client_address
from sso.assembly import SingleSignOn
from sso.cas import answers, tickets
from sso.cas.errors import CasRefusal
from sso.cas.models import TicketKind
from sso.cas.services import find_service
from sso.cas.validation import Question
from sso.claims.access import may_use
from sso.claims.subject import load_subject
from sso.claims.usernames import NameTaken, claim_username
from sso.clients.addresses import with_query
from sso.clients.registry import Client
from sso.http import FromBrowser, SignOn, who
from sso.login import texts
from sso.login.destinations import CAS_LOGIN_PATH, NOT_KEPT, SIGN_IN_PATH, go
from sso.login.pages import pages
from sso.logout.pages import signed_out
from sso.logout.service import sign_out
from sso.protocol.flow import CAS_PROTOCOL
from sso.protocol.models import Interaction
from sso.protocol.sign_on_records import record_entered
from sso.sessions.models import Participation
from sso.sessions.service import SignedIn, participate

router = APIRouter(include_in_schema=False)

Text = Annotated[str | None, Query(max_length=4000)]
Reference = Annotated[str | None, Query(alias="request", max_length=100)]


@router.get(CAS_LOGIN_PATH)
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
        interaction = _waiting(session, sign_on, reference, now)
        if interaction is not None:
            asked = interaction.parameters["single"]
            service, renew, gateway = asked["service"], asked.get("renew"), None
        if not service:
            return go(SIGN_IN_PATH)
        client = find_service(sign_on.clients.get(), service)
        if client is None:
            return _refused(request)
        signed_in = who(request, session, sign_on, now)
        if signed_in is None or (_is_set(renew) and not _is_fresh(signed_in, interaction)):
            if _is_set(gateway) and not _is_set(renew):  # renew goes before (section 2.1.1)
                return go(service)
            single = {"service": service, **({"renew": renew} if renew else {})}
            return _sign_in_first(request, session, sign_on, client, single, now)
        return _enter(request, session, sign_on, client, service, signed_in, interaction, now)


def _waiting(
    session: Session, sign_on: SingleSignOn, reference: str | None, now: datetime
) -> Interaction | None:
    """None for one of another protocol: nothing in it was checked for this one."""
    interaction = sign_on.interactions.find(session, reference, now) if reference else None
    if interaction is None or interaction.parameters.get("protocol") != CAS_PROTOCOL:
        return None
    return interaction


def _sign_in_first(  # one caller, above
    request: Request,
    session: Session,
    sign_on: SingleSignOn,
    client: Client,
    single: dict[str, str],
    now: datetime,
) -> Response:
    secret = sign_on.interactions.begin(
        session,
        client.id,
        {"protocol": CAS_PROTOCOL, "single": single, "many": {}},
        address=client_address(request) or None,
        now=now,
    )
    return go(f"{SIGN_IN_PATH}?{urlencode({'request': secret})}")


def _is_set(value: str | None) -> bool:
    """Any value but none at all and `false`."""
    return value is not None and value != "false"


def _is_fresh(signed_in: SignedIn, interaction: Interaction | None) -> bool:
    """Whether the password was shown because of this request."""
    if interaction is None:
        return False
    return signed_in.session.authenticated_at >= interaction.created_at


def _enter(  # one caller, above
    request: Request,
    session: Session,
    sign_on: SingleSignOn,
    client: Client,
    service: str,
    signed_in: SignedIn,
    interaction: Interaction | None,
    now: datetime,
) -> Response:
    account = signed_in.account
    subject = load_subject(session, account.id, office_day(now))
    if not may_use(session, client, subject):
        return _no_access(request, client)
    if taken := claim_username(session, client, subject):
        return _no_access(request, client, taken)
    if interaction is not None:
        interaction.completed_at = now
    sid = participate(session, signed_in.session.id, client.id, account.id, now=now)
    ticket = tickets.issue(
        session,
        TicketKind.SERVICE,
        sid,
        service,
        with_credentials=_is_fresh(signed_in, interaction),
        lifetime=timedelta(seconds=sign_on.settings.cas_ticket_seconds),
        now=now,
    )
    record_entered(session, account_actor(account), client, account, sid)
    return go(with_query(service, ticket=sign_on.cas_tickets.text(ticket)))


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


def _no_access(request: Request, client: Client, taken: NameTaken | None = None) -> Response:
    return pages.render(
        request,
        "no_access_cas.html",
        status_code=403,
        texts=texts,
        client=client.description,
        taken=taken,
    )


@router.get("/cas/serviceValidate")
@router.get("/cas/p3/serviceValidate")
@router.get("/cas/proxyValidate")
@router.get("/cas/p3/proxyValidate")
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
        return _xml(answers.failure_xml(refusal))
    return _json(answers.success_json(found)) if wants_json else _xml(answers.success_xml(found))


def _xml(body: bytes) -> Response:
    return Response(body, media_type=answers.XML, headers=NOT_KEPT)


def _json(body: object) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, media_type="application/json", headers=NOT_KEPT)


@router.get("/cas/proxy")
def proxy(
    sign_on: SignOn,
    pgt: Text = None,
    target: Annotated[str | None, Query(alias="targetService", max_length=2000)] = None,
) -> Response:
    try:
        return _xml(answers.proxy_xml(sign_on.cas_proxies.ticket(pgt, target)))
    except CasRefusal as refusal:
        return _xml(answers.failure_xml(refusal, of="proxy"))


@router.get("/cas/logout")
def log_out(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    db: Db,
    now: Now,
    service: Text = None,
) -> Response:
    """Ends the session for all systems at once, as the protocol has it (section 2.3).

    Nobody is sent to an address that is not registered.
    """
    client = find_service(sign_on.clients.get(), service) if service else None
    entered: Sequence[Participation] = ()
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
        if signed_in is not None:
            entered = sign_out(session, signed_in, browser, client=client, now=now)
    return_to = service if client else None
    return signed_out(request, sign_on, entered, client=client, return_to=return_to)
