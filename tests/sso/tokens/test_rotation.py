"""Several refresh tokens of one grant that arrive in the same moment."""

import asyncio
from uuid import UUID

from kernel.async_database import AsyncDatabase
from sso.tokens.issuing import GrantView
from sso.tokens.rotation import RefreshRotation, Refusal, Rotation
from tests.support.sign_on import SignOnWorld


def rotate(world: SignOnWorld, client_id: UUID, *texts: str) -> list[GrantView | Refusal]:
    sign_on = world.services.sign_on
    tokens = [sign_on.refresh_tokens.decode(text) for text in texts]
    asked = [Rotation(token, client_id) for token in tokens if token is not None]

    async def together() -> list[GrantView | Refusal]:
        database = AsyncDatabase(world.services.settings.database)
        try:
            rotation = RefreshRotation(database, sign_on.settings, world.services.clock)
            return await rotation.rotate(asked)
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
    found = rotate(world, site.id, first, third["refresh_token"])
    assert found[0] is Refusal.REUSED
    assert world.introspect(site, third["access_token"]) == {"active": False}


def test_the_same_token_twice_in_one_moment_has_one_successor(world: SignOnWorld) -> None:
    site, member = world.application(), world.member()
    first = world.tokens(site, member)["refresh_token"]
    found = rotate(world, site.id, first, first)
    assert [view.generation for view in found if isinstance(view, GrantView)] == [2, 2]
