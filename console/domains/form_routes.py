"""Adding a mail domain, giving it another rule, a DKIM key, an address that nobody gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, Desk, DomainsDesk
from console.domains import queries, words
from console.domains.routes import PATH, DomainName
from console.forms import CHOOSE, FILL_IN
from identity.addresses import service
from identity.addresses.models import PolicySubject
from identity.addresses.policy import PatternStep, warnings
from identity.addresses.presets import CONGVU, PRESETS, Preset
from identity.addresses.queries import get_domain
from identity.organisations.queries import get_organisation_by_code
from kernel.encryption import KeyRing
from kernel.messages import Message
from mail_admin.domains.dkim import make_dkim_key
from sso.login.destinations import go
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
ONE = PATH + "/{name}"
NONE_KEPT: Mapping[str, str] = {}
FOR_PEOPLE = {
    code: preset
    for code, preset in PRESETS.items()
    if preset.policy.subject is PolicySubject.PERSON
}
Typed = Annotated[str, Form(max_length=300)]


@dataclass(frozen=True, slots=True)
class Offered:
    """A rule to choose."""

    preset: Preset
    patterns: list[str | None]
    """None where people are asked."""
    warnings: list[Message]


@router.get(f"{PATH}/them")
def ask_to_add(desk: DomainsDesk) -> Response:
    return _new(desk, {"preset": CONGVU.code})


@router.post(f"{PATH}/them", dependencies=OURS_ONLY)
def add(
    desk: DomainsDesk,
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
            desk.actor,
            name,
            FOR_PEOPLE[preset],
            is_default=bool(default),
            now=desk.now,
            basis=typed.given(),
        )

    faults = faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}/{name}?done=added")
    return _new(desk, {"domain": domain, "preset": preset, "default": default}, typed, faults)


def _new(
    desk: Desk,
    kept: Mapping[str, str],
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    presets = _offered(FOR_PEOPLE)
    return desk.show("domains/new.html", faults=faults, kept=kept, presets=presets, typed=typed)


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


@router.get(ONE + "/quy-tac")
def ask_for_rule(desk: DomainsDesk, name: DomainName) -> Response:
    return _form(desk, "rule.html", _domain(desk, name))


@router.post(ONE + "/quy-tac", dependencies=OURS_ONLY)
def set_rule(
    desk: DomainsDesk,
    name: DomainName,
    typed: BasisOfForm,
    preset: Typed = "",
    code: Typed = "",
) -> Response:
    """Another version; those before stay known to the addresses that they gave."""
    domain = _domain(desk, name)
    faults = [] if preset in PRESETS else [Fault(CHOOSE, "preset")]
    faults += typed.faults

    def write(session: Session) -> None:
        below = get_organisation_by_code(session, code.strip()) if code.strip() else None
        service.set_policy(
            session,
            desk.actor,
            domain.row.id,
            PRESETS[preset].policy,
            organisation_id=below.id if below else None,
            preset=preset,
            now=desk.now,
            basis=typed.given(),
        )

    faults = faults or [_at_code(fault) for fault in desk.tried(write)]
    if not faults:
        return go(f"{PATH}/{domain.row.name}?done=rule")
    return _form(desk, "rule.html", domain, {"preset": preset, "code": code}, typed, faults)


def _at_code(fault: Fault) -> Fault:
    """Only the organisation can be refused."""
    return Fault(fault.message, "code")


@router.get(ONE + "/dkim")
def ask_for_key(desk: DomainsDesk, name: DomainName) -> Response:
    return _form(desk, "key.html", _domain(desk, name))


@router.post(ONE + "/dkim", dependencies=OURS_ONLY)
def make_key(desk: DomainsDesk, name: DomainName, typed: BasisOfForm) -> Response:
    ring: KeyRing = desk.request.app.state.keys
    domain = _domain(desk, name)

    def write(session: Session) -> None:
        row = get_domain(session, domain.row.name)
        make_dkim_key(session, desk.actor, row, ring, now=desk.now, basis=typed.given())

    faults = typed.faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}/{domain.row.name}?done=key")
    return _form(desk, "key.html", domain, NONE_KEPT, typed, faults)


@router.get(ONE + "/giu")
def ask_to_reserve(desk: DomainsDesk, name: DomainName) -> Response:
    return _form(desk, "reserve.html", _domain(desk, name))


@router.post(ONE + "/giu", dependencies=OURS_ONLY)
def reserve(
    desk: DomainsDesk, name: DomainName, typed: BasisOfForm, address: Typed = ""
) -> Response:
    domain = _domain(desk, name)
    local_part = address.strip().lower().removesuffix(f"@{domain.row.name}")

    def write(session: Session) -> None:
        row, basis = get_domain(session, domain.row.name), typed.given()
        service.reserve_address(session, desk.actor, row, local_part, on=desk.today, basis=basis)

    faults = ([] if local_part else [Fault(FILL_IN, "address")]) + list(typed.faults)
    faults = faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}/{domain.row.name}?done=reserved")
    return _form(desk, "reserve.html", domain, {"address": address}, typed, faults)


def _domain(desk: Desk, name: str) -> queries.Domain:
    """Raises MailDomainNotFound."""
    with desk.db.transaction() as session:
        return queries.one_domain(session, name)


def _form(
    desk: Desk,
    template: str,
    domain: queries.Domain,
    kept: Mapping[str, str] = NONE_KEPT,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        f"domains/{template}",
        faults=faults,
        domain=domain,
        address=f"{PATH}/{domain.row.name}",
        kept=kept,
        presets=_offered(PRESETS),
        of_domains=words,
        typed=typed,
    )
