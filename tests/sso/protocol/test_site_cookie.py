"""The cookie of a site comes back from a browser as it was set, however long its content."""

from http.cookies import SimpleCookie

import pytest

from kernel.encryption import KeyRing
from sso.protocol.sites import Sites


@pytest.mark.parametrize("length", range(3))
def test_no_character_of_it_has_to_be_quoted(keys: KeyRing, length: int) -> None:
    sites = Sites(None, keys)  # type: ignore[arg-type]  # only sealing is asked for
    content = {"name": "x" * length}
    sealed = sites._seal("test", content)
    cookie = SimpleCookie({"site": sealed})
    assert cookie["site"].OutputString() == f"site={sealed}"
    assert sites._open("test", sealed) == content
