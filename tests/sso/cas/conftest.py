"""A one-stop portal that speaks CAS, and somebody who enters it."""

import pytest

from tests.support.sign_on import Application, Member, SignOnWorld


@pytest.fixture
def portal(world: SignOnWorld) -> Application:
    return world.application(
        "motcua", cas_services=["https://motcua.backan.gov.vn/"], cas_proxy=True
    )


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()
