"""Adding a mail domain, giving it another rule, a DKIM key, an address that nobody gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.domains import queries, words
from console.domains.routes import PATH, DomainName
from console.forms import CHOOSE, FILL_IN, tried
from console.pages import pages
from console.session.access import ManagesDomains
from console.session.service import Caller
from identity.addresses import service
from identity.addresses.models import PolicySubject
from identity.addresses.policy import PatternStep, warnings
from identity.addresses.presets import CONGVU, PRESETS, Preset
from identity.addresses.queries import get_domain
from identity.organisations.queries import get_organisation_by_code
from kernel.clock import office_day
from kernel.database import Database
from kernel.encryption import KeyRing
from kernel.http import Db, Now
from kernel.messages import Message
from kernel.same_origin import require_same_origin
from mail_admin.domains.dkim import make_dkim_key
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
OURS_ONLY = [Depends(require_same_origin)]
FOR_PEOPLE = {
    code: preset
    for code, preset in PRESETS.items()
    if preset.policy.subject is PolicySubject.PERSON
}
NO_LOCAL_PART = Message(
    "Chỉ gõ phần trước @, không có dấu cách, dài nhất 64 ký tự.",
    "Only what stands before the @, without spaces, 64 characters at most.",
)
LONGEST_LOCAL_PART = 64
Typed = Annotated[str, Form(max_length=300)]


@dataclass(frozen=True, slots=True)
class Offered:
    """A rule to choose."""

    preset: Preset
    patterns: list[str | None]
    """None where people are asked."""
    warnings: list[Message]


@router.get(f"{PATH}/them")
def ask_to_add(request: Request, caller: ManagesDomains, now: Now) -> Response:
    return _new(request, caller, now, {"preset": CONGVU.code})


@router.post(f"{PATH}/them", dependencies=OURS_ONLY)
def add(  # what FastAPI hands over
    request: Request,
    caller: ManagesDomains,
    db: Db,
    now: Now,
    typed: BasisOfForm,
    domain: Typed = "",
    preset: Typed = "",
    default: Typed = "",
) -> Response:
    name = domain.strip().lower()
    faults = [] if preset in FOR_PEOPLE else [Fault(CHOOSE, "preset")]
    faults += [] if name else [Fault(FILL_IN, "domain")]
    faults += typed.faults

    def write(session: Session) -> None:
        service.open_domain(
            session,
            caller.actor,
            name,
            FOR_PEOPLE[preset],
            is_default=bool(default),
            now=now,
            basis=typed.given(),
        )

    faults = faults or tried(db, write)
    if not faults:
        return go(f"{PATH}/{name}?done=added")
    kept = {"domain": domain, "preset": preset, "default": default}
    return _new(request, caller, now, kept, typed, faults)


def _new(  # two callers above it
    request: Request,
    caller: Caller,
    now: datetime,
    kept: dict[str, str],
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return pages.show(
        request,
        "domains/new.html",
        caller,
        now,
        status_code=422 if faults else 200,
        kept=kept,
        presets=_offered(FOR_PEOPLE),
        typed=typed,
        faults=faults,
    )


def _offered(presets: dict[str, Preset]) -> list[Offered]:
    return [
        Offered(
            preset,
            [
                step.pattern if isinstance(step, PatternStep) else None
                for step in preset.policy.steps
            ],
            list(dict.fromkeys(warning.message for warning in warnings(preset.policy))),
        )
        for preset in presets.values()
    ]


@router.get(f"{PATH}/{{name}}/quy-tac")
def ask_for_rule(
    request: Request, caller: ManagesDomains, db: Db, now: Now, name: DomainName
) -> Response:
    domain = _domain(db, name)
    return _form(request, caller, now, domain, "domains/rule.html")


@router.post(f"{PATH}/{{name}}/quy-tac", dependencies=OURS_ONLY)
def set_rule(  # what FastAPI hands over
    request: Request,
    caller: ManagesDomains,
    db: Db,
    now: Now,
    name: DomainName,
    typed: BasisOfForm,
    preset: Typed = "",
    code: Typed = "",
) -> Response:
    """Another version; those before stay known to the addresses that they gave."""
    domain = _domain(db, name)
    faults = [] if preset in PRESETS else [Fault(CHOOSE, "preset")]
    faults += typed.faults

    def write(session: Session) -> None:
        below = get_organisation_by_code(session, code.strip()) if code.strip() else None
        service.set_policy(
            session,
            caller.actor,
            domain.row.id,
            PRESETS[preset].policy,
            organisation_id=below.id if below else None,
            preset=preset,
            now=now,
            basis=typed.given(),
        )

    faults = faults or [_at_code(fault) for fault in tried(db, write)]
    if not faults:
        return go(f"{PATH}/{domain.row.name}?done=rule")
    kept = {"preset": preset, "code": code}
    return _form(request, caller, now, domain, "domains/rule.html", kept, typed, faults)


def _at_code(fault: Fault) -> Fault:
    """Only the organisation can be refused."""
    return Fault(fault.message, "code")


@router.get(f"{PATH}/{{name}}/dkim")
def ask_for_key(
    request: Request, caller: ManagesDomains, db: Db, now: Now, name: DomainName
) -> Response:
    return _form(request, caller, now, _domain(db, name), "domains/key.html")


@router.post(f"{PATH}/{{name}}/dkim", dependencies=OURS_ONLY)
def make_key(  # what FastAPI hands over
    request: Request,
    caller: ManagesDomains,
    db: Db,
    now: Now,
    name: DomainName,
    typed: BasisOfForm,
) -> Response:
    ring: KeyRing = request.app.state.keys
    domain = _domain(db, name)

    def write(session: Session) -> None:
        row = get_domain(session, domain.row.name)
        make_dkim_key(session, caller.actor, row, ring, now=now, basis=typed.given())

    faults = typed.faults or tried(db, write)
    if not faults:
        return go(f"{PATH}/{domain.row.name}?done=key")
    return _form(request, caller, now, domain, "domains/key.html", {}, typed, faults)


@router.get(f"{PATH}/{{name}}/giu")
def ask_to_reserve(
    request: Request, caller: ManagesDomains, db: Db, now: Now, name: DomainName
) -> Response:
    return _form(request, caller, now, _domain(db, name), "domains/reserve.html")


@router.post(f"{PATH}/{{name}}/giu", dependencies=OURS_ONLY)
def reserve(  # what FastAPI hands over
    request: Request,
    caller: ManagesDomains,
    db: Db,
    now: Now,
    name: DomainName,
    typed: BasisOfForm,
    address: Typed = "",
) -> Response:
    domain = _domain(db, name)
    local_part = address.strip().lower().removesuffix(f"@{domain.row.name}")
    faults = [] if _is_local_part(local_part) else [Fault(NO_LOCAL_PART, "address")]
    faults += typed.faults

    def write(session: Session) -> None:
        row = get_domain(session, domain.row.name)
        day, basis = office_day(now), typed.given()
        service.reserve_address(session, caller.actor, row, local_part, on=day, basis=basis)

    faults = faults or tried(db, write)
    if not faults:
        return go(f"{PATH}/{domain.row.name}?done=reserved")
    kept = {"address": address}
    return _form(request, caller, now, domain, "domains/reserve.html", kept, typed, faults)


def _is_local_part(text: str) -> bool:
    """It may have been used elsewhere, so it need not be one that we would give."""
    whole = 0 < len(text) <= LONGEST_LOCAL_PART
    return whole and text.isprintable() and not any(each in " @" or each.isspace() for each in text)


def _domain(db: Database, name: str) -> queries.Domain:
    """Raises MailDomainNotFound."""
    with db.transaction() as session:
        return queries.one_domain(session, name)


NONE_KEPT: dict[str, str] = {}


def _form(  # callers above it
    request: Request,
    caller: Caller,
    now: datetime,
    domain: queries.Domain,
    template: str,
    kept: dict[str, str] = NONE_KEPT,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return pages.show(
        request,
        template,
        caller,
        now,
        status_code=422 if faults else 200,
        domain=domain,
        address=f"{PATH}/{domain.row.name}",
        kept=kept,
        presets=_offered(PRESETS),
        of_domains=words,
        typed=typed,
        faults=faults,
    )
