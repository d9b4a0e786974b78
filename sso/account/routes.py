"""The pages of the own account: what I may enter, who I am, where I am signed in, who knows me."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from identity.accounts.password_age import password_state_now
from identity.names.text import search_key
from identity.people.masking import masked_address, masked_phone
from kernel.clock import office_day
from kernel.http import Db, Now
from sso.account import queries
from sso.account.devices import device_in_words, is_hand_held
from sso.account.frame import frame_of
from sso.account.pages import show
from sso.account.sign_ins import recent_attempts
from sso.claims.scopes import SHOWN
from sso.claims.subject import load_subject
from sso.http import SignOn
from sso.login.destinations import (
    HOME_PATH,
    ME_PATH,
    SECURITY_PATH,
    SESSIONS_PATH,
    SYSTEMS_PATH,
    go,
)

router = APIRouter(include_in_schema=False)
SEARCHED_FROM = 10
"""Systems from which on a search among them is offered."""
ATTEMPTS = 10


@router.get("/")
def start() -> Response:
    """Where people arrive who know nothing but the name of the server."""
    return go(HOME_PATH)


@router.get(HOME_PATH)
def show_portal(
    request: Request,
    sign_on: SignOn,
    db: Db,
    now: Now,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    with db.transaction() as session:
        frame = frame_of(request, session, sign_on, now, back=HOME_PATH)
        account = frame.me.account
        subject = load_subject(session, account.id, office_day(now))
        password = password_state_now(session, account, sign_on.passwords.policy, now)
        systems = queries.systems_to_enter(session, subject, sign_on.clients.get(), sign_on.issuer)
    wanted = search_key(q)
    return show(
        request,
        "portal.html",
        frame,
        now,
        subject=subject,
        password=password,
        typed=q.strip(),
        count=len(systems),
        searched=len(systems) >= SEARCHED_FROM,
        systems=[system for system in systems if wanted in system.search_key],
    )


@router.get(ME_PATH)
def show_me(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        frame = frame_of(request, session, sign_on, now, back=ME_PATH)
        account, today = frame.me.account, office_day(now)
        subject = load_subject(session, account.id, today)
        addresses = queries.addresses_held(session, account.id, today)
        held = queries.custody_of(session, account.person_id, today) if account.person_id else []
    person = subject.person
    return show(
        request,
        "me.html",
        frame,
        now,
        subject=subject,
        person=person,
        addresses=addresses,
        held=held,
        phone=masked_phone(person.phone) if person and person.phone else None,
        recovery=_recovery(person.recovery_email) if person else None,
    )


def _recovery(address: str | None) -> str | None:
    return masked_address(address) if address else None


@router.get(SECURITY_PATH)
def show_security(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    policy = sign_on.passwords.policy
    with db.transaction() as session:
        frame = frame_of(request, session, sign_on, now, back=SECURITY_PATH)
        account = frame.me.account
        password = password_state_now(session, account, policy, now)
        person = load_subject(session, account.id, office_day(now)).person
    return show(
        request,
        "security.html",
        frame,
        now,
        password=password,
        recovery=_recovery(person.recovery_email) if person else None,
    )


@router.get(SESSIONS_PATH)
def show_sessions(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        frame = frame_of(request, session, sign_on, now, back=SESSIONS_PATH)
        found = queries.open_sessions(
            session, frame.me, sign_on.clients.get(), sign_on.settings, now
        )
        attempts = recent_attempts(session, frame.me.account.id, most=ATTEMPTS)
    return show(
        request,
        "sessions.html",
        frame,
        now,
        found=found,
        attempts=attempts,
        device=device_in_words,
        is_hand_held=is_hand_held,
    )


@router.get(SYSTEMS_PATH)
def show_systems(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        frame = frame_of(request, session, sign_on, now, back=SYSTEMS_PATH)
        found = queries.connections(session, frame.me.account.id, sign_on.clients.get(), now)
    return show(request, "systems.html", frame, now, found=found, shown=SHOWN)
