"""Which client an address belongs to."""

import pytest

from sso.cas.services import find_service
from sso.clients.registry import Clients, load_clients
from tests.support.sign_on import SignOnWorld


def clients(world: SignOnWorld) -> Clients:
    with world.services.database.transaction() as session:
        return load_clients(session)


@pytest.mark.parametrize(
    ("service", "known"),
    [
        ("https://portal.example/app", True),
        ("https://portal.example/app/page?x=1", True),
        ("https://portal.example/application", False),
        ("https://portal.example/", False),
        ("https://portal.example/app/../admin", False),
        ("https://portal.example/app/%2e%2e/admin", False),
        ("https://portal.example/app//x", False),
    ],
)
def test_a_path_covers_what_is_below_it_and_nothing_beside_it(
    world: SignOnWorld,
    service: str,
    known: bool,  # noqa: FBT001
) -> None:
    world.application("portal", cas_services=["https://portal.example/app"])
    assert (find_service(clients(world), service) is not None) is known


def test_a_part_of_a_site_goes_before_the_whole_in_whatever_order_they_are_read(
    world: SignOnWorld,
) -> None:
    world.application("all", cas_services=["https://portal.example/"])
    world.application("part", cas_services=["https://portal.example/app/"])
    known = clients(world)
    backwards = Clients(known.by_client_id, dict(reversed(list(known.by_id.items()))))
    for order in (known, backwards):
        for service, owner in (("app/x", "part"), ("app/", "part"), ("x", "all")):
            found = find_service(order, f"https://portal.example/{service}")
            assert found is not None
            assert found.client_id == owner
