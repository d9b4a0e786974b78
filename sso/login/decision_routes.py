"""Pages between sign-in and code: whom to be, what a system may know, that it may not be used."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from identity.accounts.actors import account_actor
from identity.accounts.models import Account
from identity.people.queries import get_person
from kernel.http import Db, Now
from kernel.same_origin import require_same_origin
from sso.assembly import SingleSignOn
from sso.clients import consents
from sso.http import FromBrowser, SignOn, who
from sso.login import texts
from sso.login.authorize_routes import Reference, answer, form_targets
from sso.login.destinations import CHOOSE_PATH, CONSENT_PATH, NO_ACCESS_PATH
from sso.login.pages import pages
from sso.login.scope_words import scopes_in_words
from sso.protocol.flow import Ask, Outcome
from sso.protocol.models import Interaction
from sso.protocol.sign_on_records import SignOnAuditTag, record_sign_on
from sso.sessions.service import Browser, SignedIn

router = APIRouter(include_in_schema=False)
FROM_OUR_PAGES = [Depends(require_same_origin)]


def _name(session: Session, account: Account) -> str:
    person_id = account.person_id
    return get_person(session, person_id).full_name if person_id else account.display_name


def _show(
    request: Request, page: str, template: str, outcome: Outcome | None, **values: Any
) -> Response:
    """The page, if it is what comes next; else what does."""
    if not isinstance(outcome, Ask) or outcome.page != page:
        return answer(request, outcome)
    return pages.render(
        request,
        template,
        status_code=403 if page == "no-access" else 200,
        form_targets=form_targets(outcome.request),
        texts=texts,
        ask=outcome,
        client=outcome.request.client.description,
        taken=outcome.taken,
        **values,
    )


@router.get(CHOOSE_PATH)
def show_choice(
    request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference
) -> Response:
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
        outcome = sign_on.flow.resume(session, reference, signed_in, now)
        accounts = outcome.accounts if isinstance(outcome, Ask) else ()
        options = [(account, _name(session, account)) for account in accounts]
    return _show(request, "choose", "choose.html", outcome, options=options)


@router.post(CHOOSE_PATH, dependencies=FROM_OUR_PAGES)
def choose(
    request: Request,
    sign_on: SignOn,
    db: Db,
    now: Now,
    reference: Reference,
    account: Annotated[UUID, Form()],
) -> Response:
    """Whether the person may be that account is asked when the request goes on."""
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
        interaction = sign_on.interactions.find(session, reference, now)
        if interaction is not None and signed_in is not None:
            _belongs_to(interaction, signed_in)
            interaction.acting_account_id = account
            session.flush()
        outcome = sign_on.flow.resume(session, reference, signed_in, now)
    return answer(request, outcome)


@router.get(CONSENT_PATH)
def show_consent(
    request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference
) -> Response:
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
        outcome = sign_on.flow.resume(session, reference, signed_in, now)
        name = _name(session, signed_in.account) if signed_in else ""
    asked = scopes_in_words(outcome.request.scope_told) if isinstance(outcome, Ask) else []
    return _show(request, "consent", "consent.html", outcome, name=name, asked=asked)


@router.post(CONSENT_PATH, dependencies=FROM_OUR_PAGES)
def consent(
    request: Request,
    sign_on: SignOn,
    browser: FromBrowser,
    db: Db,
    now: Now,
    reference: Reference,
    decision: Annotated[str, Form(max_length=20)] = "deny",
) -> Response:
    with db.transaction() as session:
        if decision == "allow":
            signed_in = who(request, session, sign_on, now)
            outcome = _allow(sign_on, session, reference, signed_in, browser, now)
        else:
            outcome = sign_on.flow.deny(session, reference, now)
    return answer(request, outcome)


def _allow(
    sign_on: SingleSignOn,
    session: Session,
    reference: str,
    signed_in: SignedIn | None,
    browser: Browser,
    now: datetime,
) -> Outcome | None:
    """Only where consent is what the request waits for."""
    before = sign_on.flow.resume(session, reference, signed_in, now)
    interaction = sign_on.interactions.find(session, reference, now)
    if not isinstance(before, Ask) or before.page != "consent":
        return before
    if interaction is None or signed_in is None:
        return None
    _belongs_to(interaction, signed_in)
    interaction.consented_at = now
    client, scope = before.request.client, before.request.scope_told
    consents.give(session, signed_in.account.id, client.id, scope, now=now)
    record_sign_on(
        session,
        account_actor(signed_in.account),
        SignOnAuditTag.CONSENTED,
        signed_in.account.id,
        browser,
        client_id=client.client_id,
        scope=list(scope),
    )
    session.flush()
    return sign_on.flow.resume(session, reference, signed_in, now)


def _belongs_to(interaction: Interaction, signed_in: SignedIn) -> None:
    """Answers count for the session that gave them, and those of another one no longer."""
    if interaction.session_id != signed_in.session.id:
        interaction.session_id = signed_in.session.id
        interaction.acting_account_id = interaction.consented_at = None


@router.get(NO_ACCESS_PATH)
def show_no_access(
    request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference
) -> Response:
    with db.transaction() as session:
        signed_in = who(request, session, sign_on, now)
        outcome = sign_on.flow.resume(session, reference, signed_in, now)
    return _show(request, "no-access", "no_access.html", outcome)


@router.post(NO_ACCESS_PATH, dependencies=FROM_OUR_PAGES)
def leave(request: Request, sign_on: SignOn, db: Db, now: Now, reference: Reference) -> Response:
    """Back to the system, which hears that access was denied."""
    with db.transaction() as session:
        outcome = sign_on.flow.deny(session, reference, now)
    return answer(request, outcome)
