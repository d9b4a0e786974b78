"""A CAS address belongs to one client: what people are told depends on whose it is."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from sso.clients import service
from sso.clients.errors import CasServiceTaken
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import SignOnWorld

ADDRESS = "https://motcua.example/portal"
DESCRIBED: dict[str, Any] = {"client_name": "Một cửa", "grant_types": ["client_credentials"]}


def set_enabled(world: SignOnWorld, session: Session, client_id: str, *, enabled: bool) -> None:
    service.set_enabled(session, world.officer, client_id, enabled=enabled, now=NOW, basis=BASIS)


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}/", f"{ADDRESS}?x=1"])
def test_no_second_client_gets_it(world: SignOnWorld, address: str) -> None:
    world.application("first", cas_services=[ADDRESS])
    with pytest.raises(CasServiceTaken) as refused:
        world.application("second", cas_services=["https://other.example/", address])
    assert "first" in refused.value.message.en
    world.application("third", cas_services=["https://motcua.example/portal-2"])


def test_nor_by_a_change(world: SignOnWorld) -> None:
    world.application("first", cas_services=[ADDRESS])
    world.application("second")
    described = service.describe(DESCRIBED | {"cas_services": [ADDRESS]})
    with world.services.database.transaction() as session:
        change = (session, world.officer)
        service.change_client(*change, "first", described, now=NOW, basis=BASIS)
        with pytest.raises(CasServiceTaken):
            service.change_client(*change, "second", described, now=NOW, basis=BASIS)


def test_a_disabled_client_makes_room_and_comes_back_only_where_there_is_some(
    world: SignOnWorld,
) -> None:
    world.application("former", cas_services=[ADDRESS])
    with world.services.database.transaction() as session:
        set_enabled(world, session, "former", enabled=False)
    world.application("present", cas_services=[ADDRESS])
    with world.services.database.transaction() as session:
        with pytest.raises(CasServiceTaken):
            set_enabled(world, session, "former", enabled=True)
        set_enabled(world, session, "present", enabled=True)
