"""The pages of the own account: who I am, where I am signed in, which systems know me."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from identity.accounts.password_age import password_state_now
from identity.roles.service import roles_of
from kernel.clock import office_day
from kernel.http import Db, Now
from kernel.messages import Message
from sso.account import queries, texts
from sso.account.devices import device_in_words
from sso.account.pages import pages
from sso.claims.access import organisation_accounts_of
from sso.claims.scopes import SHOWN
from sso.claims.subject import load_subject
from sso.http import SignOn, require_who
from sso.login.destinations import HOME_PATH, SESSIONS_PATH, SYSTEMS_PATH, go
from sso.sessions.service import SignedIn
from theme.moments import moment_in_words

router = APIRouter(include_in_schema=False)


@router.get("/")
def start() -> Response:
    """Where people arrive who know nothing but the name of the server."""
    return go(HOME_PATH)


@router.get(HOME_PATH)
def show_home(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=HOME_PATH)
        day, person_id = office_day(now), me.account.person_id
        subject = load_subject(session, me.account.id, day)
        acts_for = organisation_accounts_of(session, person_id, day) if person_id else []
        clients = sign_on.clients.get()
        administers = bool(roles_of(session, me.account.id))
        password = password_state_now(session, me.account, sign_on.passwords.policy, now)
        systems = queries.systems_to_enter(session, subject, clients, sign_on.issuer)
    return _page(
        request,
        "home.html",
        me,
        now,
        subject=subject,
        acts_for=acts_for,
        administers=administers,
        systems=systems,
        recovery=masked(subject.person.recovery_email) if subject.person else None,
        password=password,
    )


def masked(address: str | None) -> str | None:
    """Enough to recognise the own address by: `n•••@gmail.com`."""
    if not address:
        return None
    local_part, _, domain = address.rpartition("@")
    return f"{local_part[:1]}•••@{domain}"


@router.get(SESSIONS_PATH)
def show_sessions(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=SESSIONS_PATH)
        found = queries.open_sessions(session, me, sign_on.clients.get(), sign_on.settings, now)
    return _page(request, "sessions.html", me, now, found=found, device=device_in_words)


@router.get(SYSTEMS_PATH)
def show_systems(request: Request, sign_on: SignOn, db: Db, now: Now) -> Response:
    with db.transaction() as session:
        me = require_who(request, session, sign_on, now, back=SYSTEMS_PATH)
        found = queries.connections(session, me.account.id, sign_on.clients.get(), now)
    return _page(request, "systems.html", me, now, found=found, shown=SHOWN)


def _page(request: Request, template: str, me: SignedIn, now: datetime, **values: Any) -> Response:
    def moment(at: datetime) -> Message:
        return moment_in_words(at, now)

    done = texts.DONE.get(request.query_params.get("done", ""))
    return pages.render(request, template, texts=texts, me=me, moment=moment, done=done, **values)
