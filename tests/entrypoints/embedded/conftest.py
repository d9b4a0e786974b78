from collections.abc import Iterator
from contextlib import closing

import pytest

from entrypoints.home import PORTS_IN_A_ROW
from tests.support.installation import Installation
from tests.support.ports import free_port
from tests.support.scratch import scratch_folder


@pytest.fixture(scope="module")
def used_installation() -> Iterator[Installation]:
    """With the data of the tests before; every test leaves it fit to start."""
    with (
        scratch_folder() as folder,
        closing(Installation(folder, free_port(PORTS_IN_A_ROW))) as installation,
    ):
        yield installation


@pytest.fixture
def installation(used_installation: Installation) -> Iterator[Installation]:
    with closing(used_installation):
        yield used_installation
