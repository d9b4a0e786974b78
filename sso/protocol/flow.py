"""From an authorization request to a code, with the person's answers in between.

One transaction a step, opened by the route. A request that has to wait for the person is kept
as an `Interaction`; the parameters are then those that were checked, wherever they came from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import AccessDeniedError
from authlib.oidc.core.errors import (
    AccountSelectionRequiredError,
    ConsentRequiredError,
    LoginRequiredError,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.actors import account_actor
from identity.accounts.models import Account
from kernel.clock import office_day
from sso.claims.access import may_use, organisation_accounts_of
from sso.claims.scopes import USERNAME, released_anywhere
from sso.claims.subject import Subject, load_subject
from sso.claims.usernames import NameTaken, claim_username
from sso.clients import consents
from sso.clients.addresses import with_query
from sso.clients.registry import Client
from sso.protocol.authorization import (
    AuthorizationRequest,
    Parameters,
    needs_sign_in,
    refuse_silently,
    validate,
)
from sso.protocol.interactions import Interactions
from sso.protocol.models import Interaction
from sso.protocol.server import ProtocolServer
from sso.protocol.sign_on_records import record_entered
from sso.sessions.models import Participation
from sso.sessions.service import SignedIn, participate
from sso.tokens.grants import Approval, CodeForm, create_code, create_grant
from sso.tokens.minting import Authentication


@dataclass(frozen=True, slots=True)
class Redirect:
    """Back to the client, with a code or an error."""

    location: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The person has to answer a page first."""

    page: str
    """`sign-in`, `choose`, `consent` or `no-access`."""
    secret: str
    """Names the interaction."""
    request: AuthorizationRequest
    accounts: Sequence[Account] = ()
    """To choose from, one's own first."""
    taken: NameTaken | None = None
    """Why there is no access, if it is that."""


@dataclass(frozen=True, slots=True)
class Unredirectable:
    """An error that must not be sent anywhere, since the address may be an attacker's."""

    error: OAuth2Error


Outcome = Redirect | Ask | Unredirectable

CAS_PROTOCOL = "cas"
"""Of interactions that CAS began (sso/cas); those without a protocol are OpenID Connect's."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the sign-in page may know of the request that sent somebody to it."""

    client: Client
    redirect_uri: str
    """Where the client waits."""
    login_hint: str | None
    is_cas: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What is known when a step is decided."""

    session: Session
    request: AuthorizationRequest
    parameters: Parameters
    signed_in: SignedIn | None
    now: datetime
    address: str | None
    """Of the browser."""
    secret: str
    """Of the interaction, if there is one."""
    interaction: Interaction | None


class AuthorizationFlow:
    def __init__(self, server: ProtocolServer, interactions: Interactions) -> None:
        self._server = server
        self._interactions = interactions

    def begin(
        self,
        session: Session,
        parameters: Parameters,
        signed_in: SignedIn | None,
        *,
        address: str | None,
        now: datetime,
    ) -> Outcome:
        """A request that has just arrived, pushed and signed ones already taken apart.

        Raises TooManyAttempts when this address leaves too many that wait.
        """
        return self._answer(session, parameters, signed_in, now, address=address)

    def resume(
        self, session: Session, secret: str, signed_in: SignedIn | None, now: datetime
    ) -> Outcome | None:
        """Go on after the person's answer; None when the request is unknown or too old."""
        interaction = self._interactions.find(session, secret, now)
        if interaction is None:
            return None
        parameters = Parameters.from_json(interaction.parameters)
        return self._answer(
            session, parameters, signed_in, now, interaction=interaction, secret=secret
        )

    def waiting(self, session: Session, secret: str, now: datetime) -> Waiting | None:
        """What an interaction is about, for a page to show it."""
        interaction = self._interactions.find(session, secret, now)
        if interaction is None:
            return None
        client = self._server.clients().by_id.get(interaction.client_id)
        if client is None:  # disabled meanwhile; the answer will say so
            return None
        single = interaction.parameters["single"]
        target = single.get("service") or single.get("redirect_uri", "")
        is_cas = interaction.parameters.get("protocol") == CAS_PROTOCOL
        return Waiting(client, target, single.get("login_hint"), is_cas=is_cas)

    def deny(self, session: Session, secret: str, now: datetime) -> Outcome | None:
        """The person said no."""
        interaction = self._interactions.find(session, secret, now)
        if interaction is None:
            return None
        interaction.completed_at = now
        parameters = Parameters.from_json(interaction.parameters)
        try:
            request = self._read(session, parameters, now)
        except OAuth2Error as error:
            return self._refused(error, parameters.single.get("state"))
        return self._refused(AccessDeniedError(redirect_uri=request.redirect_uri), request.state)

    def _answer(
        self,
        session: Session,
        parameters: Parameters,
        signed_in: SignedIn | None,
        now: datetime,
        *,
        interaction: Interaction | None = None,
        secret: str = "",
        address: str | None = None,
    ) -> Outcome:
        try:
            request = self._read(session, parameters, now)
        except OAuth2Error as error:
            return self._refused(error, parameters.single.get("state"))
        step = Step(session, request, parameters, signed_in, now, address, secret, interaction)
        try:
            return self._decide(step)
        except OAuth2Error as error:
            error.redirect_uri = request.redirect_uri
            return self._refused(error, request.state)

    def _read(
        self, session: Session, parameters: Parameters, now: datetime
    ) -> AuthorizationRequest:
        """Raises OAuth2Error, with a redirect address once that is known to be the client's."""
        return validate(self._server, session, parameters, now)

    def _decide(self, step: Step) -> Outcome:
        """Raises OAuth2Error for the client."""
        if self._must_sign_in(step):
            refuse_silently(step.request)
            return self._ask(step, "sign-in")
        assert step.signed_in is not None  # noqa: S101  # nobody else passes the line above
        subjects = self._subjects(step, step.signed_in)
        subject = self._chosen(step, step.signed_in, subjects)
        if subject is None:
            if not subjects:
                return self._no_access(step)
            if step.request.is_silent:
                raise AccountSelectionRequiredError
            return self._ask(step, "choose", [one.account for one in subjects])
        if self._needs_consent(step, step.signed_in):
            if step.request.is_silent:
                raise ConsentRequiredError
            return self._ask(step, "consent")
        if taken := _claim_username(step, subject):
            return self._no_access(step, taken)
        return self._issue(step, step.signed_in, subject.account)

    def _must_sign_in(self, step: Step) -> bool:
        request, signed_in = step.request, step.signed_in
        asked_at = step.interaction.created_at if step.interaction else None
        authenticated_at = signed_in.session.authenticated_at if signed_in else None
        if needs_sign_in(request, authenticated_at, asked_at=asked_at, now=step.now):
            return True
        if signed_in is None or authenticated_at is None or self._is_meant(step, signed_in):
            return False
        if request.is_silent or (asked_at is not None and authenticated_at > asked_at):
            raise LoginRequiredError  # whoever was asked for is not here
        return True

    def _is_meant(self, step: Step, signed_in: SignedIn) -> bool:
        """Whether nobody else was asked for."""
        hint = step.request.hint
        own = self._server.claims.sub(step.request.client, signed_in.account.id)
        return (hint is None or hint.person == own) and bool(self._candidates(step, signed_in))

    def _candidates(self, step: Step, signed_in: SignedIn) -> list[Account]:
        """Whom the person may be: themselves, or organisations they act for."""
        found, request = [signed_in.account], step.request
        person_id = signed_in.account.person_id
        if request.client.description.allow_acting and person_id is not None:
            found += organisation_accounts_of(step.session, person_id, office_day(step.now))
        if request.wanted_sub is None:
            return found
        sub = self._server.claims.sub
        return [one for one in found if sub(request.client, one.id) == request.wanted_sub]

    def _subjects(self, step: Step, signed_in: SignedIn) -> list[Subject]:
        """Those of them that the client is open to."""
        session, client, day = step.session, step.request.client, office_day(step.now)
        candidates = self._candidates(step, signed_in)
        subjects = [load_subject(session, account.id, day) for account in candidates]
        return [subject for subject in subjects if may_use(session, client, subject)]

    def _chosen(
        self, step: Step, signed_in: SignedIn, subjects: Sequence[Subject]
    ) -> Subject | None:
        """The only one there is, the one chosen now, or the one of this session until now."""
        interaction = step.interaction
        answered = interaction is not None and interaction.session_id == signed_in.session.id
        chosen = interaction.acting_account_id if interaction and answered else None
        if chosen is None and "select_account" not in step.request.prompts:
            if len(subjects) == 1:
                return subjects[0]
            chosen = self._last_chosen(step, signed_in)
        return next((subject for subject in subjects if subject.account.id == chosen), None)

    def _last_chosen(self, step: Step, signed_in: SignedIn) -> UUID | None:
        return step.session.scalar(
            select(Participation.account_id)
            .where(
                Participation.session_id == signed_in.session.id,
                Participation.client_id == step.request.client.id,
                Participation.ended_at.is_(None),
            )
            .order_by(Participation.used_at.desc())
            .limit(1)
        )

    def _needs_consent(self, step: Step, signed_in: SignedIn) -> bool:
        interaction = step.interaction
        if (
            interaction is not None
            and interaction.consented_at is not None
            and interaction.session_id == signed_in.session.id
        ):
            return False
        if "consent" in step.request.prompts or _may_be_another_program(step.request):
            return True
        if not step.request.client.description.require_consent:
            return False
        given = consents.given(step.session, signed_in.account.id, step.request.client.id)
        return not set(step.request.scope_told) <= given

    def _no_access(self, step: Step, taken: NameTaken | None = None) -> Ask:
        """Raises AccessDeniedError for `prompt=none`."""
        if step.request.is_silent:
            raise AccessDeniedError
        return replace(self._ask(step, "no-access"), taken=taken)

    def _ask(self, step: Step, page: str, accounts: Sequence[Account] = ()) -> Ask:
        secret = step.secret
        if step.interaction is None:
            secret = self._interactions.begin(
                step.session,
                step.request.client.id,
                step.parameters.to_json(),
                address=step.address,
                now=step.now,
            )
        return Ask(page, secret, step.request, accounts)

    def _issue(self, step: Step, signed_in: SignedIn, account: Account) -> Redirect:
        request, own = step.request, signed_in.account
        browser = signed_in.session
        sid = participate(step.session, browser.id, request.client.id, account.id, now=step.now)
        approval = Approval(
            client=request.client,
            account_id=account.id,
            actor_account_id=None if account.id == own.id else own.id,
            participation_id=sid,
            session_id=browser.id,
            session_expires_at=browser.expires_at,
            scope=request.scope,
            resources=request.resources,
            authentication=Authentication(browser.authenticated_at, browser.acr, browser.amr),
            claims=dict(request.claims),
        )
        settings = self._server.settings
        grant = create_grant(step.session, approval, settings=settings, now=step.now)
        form = CodeForm(
            request.redirect_uri, request.code_challenge, request.nonce, request.dpop_thumbprint
        )
        code = create_code(step.session, grant, form, settings=settings, now=step.now)
        if step.interaction is not None:
            step.interaction.completed_at = step.now
        record_entered(step.session, account_actor(own), request.client, account, sid)
        return self._back(request.redirect_uri, code=code, state=request.state)

    def _refused(self, error: OAuth2Error, state: str | None) -> Redirect | Unredirectable:
        if not error.redirect_uri:
            return Unredirectable(error)
        return self._back(error.redirect_uri, **dict(error.get_body()), state=state)

    def _back(self, redirect_uri: str, **parameters: str | None) -> Redirect:
        """Every answer names who gives it (RFC 9207), so that mixed-up ones are noticed."""
        issuer = self._server.issuer.minter.issuer
        return Redirect(with_query(redirect_uri, **parameters, iss=issuer))


def _claim_username(step: Step, subject: Subject) -> NameTaken | None:
    """Of clients that will hear it."""
    request = step.request
    if USERNAME not in released_anywhere(request.client, request.scope, request.claims):
        return None
    return claim_username(step.session, request.client, subject)


def _may_be_another_program(request: AuthorizationRequest) -> bool:
    """Whatever runs on the same computer can take the place of a native application there.

    So it is never let in without a question, though it was before (RFC 8252 section 8.6).
    """
    description = request.client.description
    claimed = request.redirect_uri.startswith("https://")  # the system sees to who gets these
    return request.client.is_public and description.application_type == "native" and not claimed
