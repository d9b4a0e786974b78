"""Several refresh tokens of one grant that arrive in the same moment."""

import asyncio
from uuid import UUID

from sqlalchemy import update

from kernel.async_database import AsyncDatabase
from sso.tokens.issuing import GrantView
from sso.tokens.models import Grant
from sso.tokens.refresh import RefreshToken
from sso.tokens.rotation import Outcome, RefreshRotation, Refusal, Reused, Rotation
from tests.support.sign_on import SignOnWorld


def asked(world: SignOnWorld, client_id: UUID, text: str, **shown: str) -> Rotation:
    token = world.services.sign_on.refresh_tokens.decode(text)
    assert token is not None
    return Rotation(token, client_id, **shown)


def rotate(world: SignOnWorld, *rotations: Rotation) -> list[Outcome]:
    sign_on = world.services.sign_on

    async def together() -> list[Outcome]:
        database = AsyncDatabase(world.services.settings.database)
        try:
            rotation = RefreshRotation(database, sign_on.settings, world.services.clock)
            return await rotation.rotate(rotations)
        finally:
            await database.close()

    return asyncio.run(together())


def test_an_old_token_gains_nothing_from_a_good_one_beside_it(world: SignOnWorld) -> None:
    site, member = world.application(), world.member()
    first = world.tokens(site, member)["refresh_token"]
    second = world.token(site, grant_type="refresh_token", refresh_token=first).json()
    third = world.token(
        site, grant_type="refresh_token", refresh_token=second["refresh_token"]
    ).json()
    found = rotate(
        world, asked(world, site.id, first), asked(world, site.id, third["refresh_token"])
    )
    assert isinstance(found[0], Reused)
    assert world.introspect(site, third["access_token"]) == {"active": False}


def test_the_same_token_twice_in_one_moment_has_one_successor(world: SignOnWorld) -> None:
    site, member = world.application(), world.member()
    first = world.tokens(site, member)["refresh_token"]
    found = rotate(world, asked(world, site.id, first), asked(world, site.id, first))
    assert [view.generation for view in found if isinstance(view, GrantView)] == [2, 2]


def test_another_client_gains_nothing_from_the_owner_beside_it(world: SignOnWorld) -> None:
    site, other, member = world.application(), world.application("other"), world.member()
    token = world.tokens(site, member)["refresh_token"]
    found = rotate(
        world,
        asked(world, other.id, token),
        asked(world, site.id, token),
        asked(world, other.id, token),
    )
    assert found[0] is Refusal.UNKNOWN
    assert isinstance(found[1], GrantView)
    assert found[2] is Refusal.UNKNOWN


def test_whoever_lacks_the_key_gains_nothing_from_the_owner_beside_them(
    world: SignOnWorld,
) -> None:
    site, member = world.application(), world.member()
    token = world.tokens(site, member)["refresh_token"]
    change(world, token, dpop_thumbprint="owners-key")
    found = rotate(
        world,
        asked(world, site.id, token),
        asked(world, site.id, token, thumbprint="owners-key"),
        asked(world, site.id, token, thumbprint="thiefs-key"),
    )
    assert found[0] is Refusal.UNKNOWN
    assert isinstance(found[1], GrantView)
    assert found[2] is Refusal.UNKNOWN


def change(world: SignOnWorld, text: str, **values: object) -> None:
    grant_id = asked(world, UUID(int=0), text).token.grant_id
    with world.services.database.transaction() as session:
        session.execute(update(Grant).where(Grant.id == grant_id).values(values))


def test_a_rotation_that_the_database_lost_costs_nobody_their_sign_in(world: SignOnWorld) -> None:
    site, member = world.application(), world.member()
    first = world.tokens(site, member)["refresh_token"]
    (second,) = rotate(world, asked(world, site.id, first))
    assert isinstance(second, GrantView)
    text = world.services.sign_on.refresh_tokens.encode(RefreshToken(second.id, second.generation))
    change(world, first, generation=1)  # PostgreSQL fell before it was on the disk
    (third,) = rotate(world, asked(world, site.id, text))
    assert isinstance(third, GrantView)
    assert third.generation == 3
    assert isinstance(rotate(world, asked(world, site.id, first))[0], Reused)
