from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from kernel.encryption import KeyRing
from kernel.http import BasisForm, Db, ManagesClients, Now, ReadsClients, problems
from sso.keys import service
from sso.keys.errors import KeysChangedMeanwhile, SigningKeyNotFound
from sso.keys.models import SigningKey
from sso.keys.schemas import KeyRotation, SigningKeyList, SigningKeyOut
from sso.settings import SignOnSettings

router = APIRouter(prefix="/signing-keys", tags=["signing keys"])
Kid = Annotated[str, Path(max_length=64)]


async def ring_of(request: Request) -> KeyRing:
    ring: KeyRing = request.app.state.keys
    return ring


async def settings_of(request: Request) -> SignOnSettings:
    settings: SignOnSettings = request.app.state.sign_on.settings
    return settings


Ring = Annotated[KeyRing, Depends(ring_of)]
OfSignOn = Annotated[SignOnSettings, Depends(settings_of)]


@router.get("")
def list_keys(db: Db, _: ReadsClients) -> SigningKeyList:
    """The last published first, those that are withdrawn included."""
    with db.transaction() as session:
        return _listed(service.list_keys(session))


@router.post("/rotate", status_code=201, responses=problems(KeysChangedMeanwhile))
def rotate_keys(
    form: KeyRotation, actor: ManagesClients, db: Db, now: Now, ring: Ring, settings: OfSignOn
) -> SigningKeyList:
    """The keys that were made. They sign once everybody can know them."""
    with db.transaction() as session:
        made = service.rotate(
            session,
            ring,
            settings,
            actor,
            now=now,
            basis=form.basis.to_basis(),
            seen=form.seen,
        )
        return _listed(made)


@router.post("/{kid}/withdraw", status_code=204, responses=problems(SigningKeyNotFound))
def withdraw_key(  # what FastAPI hands over
    kid: Kid,
    form: BasisForm,
    actor: ManagesClients,
    db: Db,
    now: Now,
    ring: Ring,
    settings: OfSignOn,
) -> None:
    """For one that may have leaked: whatever it signed is void at once, another one signs."""
    with db.transaction() as session:
        service.replace_leaked(session, ring, settings, actor, kid, now=now, basis=form.to_basis())


def _listed(keys: list[SigningKey]) -> SigningKeyList:
    return SigningKeyList(items=[SigningKeyOut.model_validate(key) for key in keys])
