"""Keys that tokens are signed with: which sign, which are to come, new ones, taking one back."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from console.basis import NOTHING, BasisOfForm, TypedBasis
from console.desk import OURS_ONLY, ClientsDesk, Desk
from console.pages import pages
from console.session.access import ReadsClients
from kernel.access import Permission
from kernel.http import Db, Now
from kernel.messages import Message
from sso.assembly import SingleSignOn
from sso.http import SignOn
from sso.keys import service
from sso.keys.errors import SigningKeyNotFound
from sso.keys.models import Algorithm, SigningKey
from sso.login.destinations import go
from theme.catalogue import _
from theme.faults import Fault

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/khoa-ky"
Kid = Annotated[str, Path(max_length=64)]
SHOWN_OF_KID = 8
"""Enough to tell keys apart, and to type."""
OVER_SHOWN = 12
CONFIRM = Message(
    f"Hãy gõ đúng {SHOWN_OF_KID} ký tự đầu của mã khóa.",
    f"Type the first {SHOWN_OF_KID} characters of the key id.",
)


class State(enum.StrEnum):
    COMING = "coming"
    SIGNING = "signing"
    PUBLISHED = "published"
    GONE = "gone"


WORDS = {
    State.COMING: _("Sắp ký"),
    State.SIGNING: _("Đang ký"),
    State.PUBLISHED: _("Còn công bố"),
    State.GONE: _("Đã rút"),
}
TONES = {
    State.COMING: "warn",
    State.SIGNING: "good",
    State.PUBLISHED: "",
    State.GONE: "quiet",
}


@dataclass(frozen=True, slots=True)
class ShownKey:
    key: SigningKey
    state: State

    @property
    def short(self) -> str:
        return self.key.kid[:SHOWN_OF_KID]


def shown_keys(keys: Sequence[SigningKey], now: datetime) -> list[ShownKey]:
    """Those that count by algorithm and time; then the last of those that are gone."""
    found = [ShownKey(key, _state(key, keys, now)) for key in keys]
    live = [one for one in found if one.state is not State.GONE]
    gone = sorted(
        (one for one in found if one.state is State.GONE),
        key=lambda one: one.key.withdrawn_at,
        reverse=True,
    )
    live.sort(key=lambda one: (list(Algorithm).index(one.key.algorithm), one.key.signs_from))
    return [*live, *gone[:OVER_SHOWN]]


def _state(key: SigningKey, keys: Sequence[SigningKey], now: datetime) -> State:
    if key.withdrawn_at <= now:
        return State.GONE
    if key.signs_from > now:
        return State.COMING
    ready = [
        one
        for one in keys
        if one.algorithm is key.algorithm and one.signs_from <= now < one.withdrawn_at
    ]
    last = max(ready, key=lambda one: one.signs_from)
    return State.SIGNING if last is key else State.PUBLISHED


@router.get(PATH)
def list_keys(
    request: Request,
    caller: ReadsClients,
    db: Db,
    now: Now,
    sign_on: SignOn,
    done: str = "",
) -> Response:
    with db.transaction() as session:
        keys = shown_keys(service.list_keys(session), now)
        late = service.late_algorithms(session, sign_on.settings, now=now)
    return pages.show(
        request,
        "keys/list.html",
        caller,
        now,
        keys=keys,
        late=late,
        words_of=WORDS,
        tones=TONES,
        days=sign_on.settings.key_days,
        issuer=sign_on.issuer,
        may_manage=caller.may(Permission.MANAGE_CLIENTS),
        done=done,
    )


@router.get(f"{PATH}/doi")
def ask_to_rotate(desk: ClientsDesk, sign_on: SignOn) -> Response:
    return _rotation(desk, sign_on)


@router.post(f"{PATH}/doi", dependencies=OURS_ONLY)
def rotate(
    desk: ClientsDesk,
    sign_on: SignOn,
    typed: BasisOfForm,
    seen: Annotated[list[str] | None, Form()] = None,
) -> Response:
    def write(session: Session) -> None:
        service.rotate(
            session,
            sign_on.ring,
            sign_on.settings,
            desk.actor,
            now=desk.now,
            basis=typed.given(),
            seen=seen or [],
        )

    faults = typed.faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}?done=rotated")
    return _rotation(desk, sign_on, typed, faults)


def _rotation(
    desk: Desk,
    sign_on: SingleSignOn,
    typed: TypedBasis = NOTHING,
    faults: Sequence[Fault] = (),
) -> Response:
    return desk.show(
        "keys/rotate.html",
        faults=faults,
        keys=_live_keys(desk),
        words_of=WORDS,
        tones=TONES,
        signs_from=desk.now + sign_on.settings.key_lead,
        typed=typed,
    )


@router.get(f"{PATH}/{{kid}}/rut")
def ask_to_withdraw(desk: ClientsDesk, kid: Kid) -> Response:
    return _withdrawal(desk, kid)


@router.post(f"{PATH}/{{kid}}/rut", dependencies=OURS_ONLY)
def withdraw(
    desk: ClientsDesk,
    sign_on: SignOn,
    kid: Kid,
    typed: BasisOfForm,
    confirmation: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    faults = typed.faults
    if confirmation.strip() not in {kid, kid[:SHOWN_OF_KID]}:
        faults.append(Fault(CONFIRM, "confirmation"))

    def write(session: Session) -> None:
        service.replace_leaked(
            session,
            sign_on.ring,
            sign_on.settings,
            desk.actor,
            kid,
            now=desk.now,
            basis=typed.given(),
        )

    faults = faults or desk.tried(write)
    if not faults:
        return go(f"{PATH}?done=withdrawn")
    return _withdrawal(desk, kid, typed, faults)


def _withdrawal(
    desk: Desk, kid: str, typed: TypedBasis = NOTHING, faults: Sequence[Fault] = ()
) -> Response:
    """Raises SigningKeyNotFound, also for one that is withdrawn already."""
    found = next((one for one in _live_keys(desk) if one.key.kid == kid), None)
    if found is None:
        raise SigningKeyNotFound(kid)
    return desk.show(
        "keys/withdraw.html", faults=faults, one=found, words_of=WORDS, tones=TONES, typed=typed
    )


def _live_keys(desk: Desk) -> list[ShownKey]:
    with desk.db.transaction() as session:
        keys = shown_keys(service.list_keys(session), desk.now)
    return [one for one in keys if one.state is not State.GONE]
