"""Cookies as browsers send them, and as neighbours would like to have them read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection, Request

from sso.sessions.cookies import LONGEST, SESSION_COOKIE, read_cookie, session_secret

NAME = SESSION_COOKIE.encode()


def request(*headers: bytes) -> Request:
    lines = [(b"cookie", header) for header in headers]
    return Request({"type": "http", "headers": lines})


def test_a_cookie_is_found_among_others() -> None:
    assert session_secret(request(b"a=b; " + NAME + b"=secret; c=d")) == "secret"
    assert session_secret(request(b"a=b", NAME + b"=secret")) == "secret"
    assert session_secret(request(NAME + b"=with=sign")) == "with=sign"


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"=",
        b";;;",
        NAME,
        NAME + b"=",
        b"=" + NAME + b"=evil",  # a cookie without a name
        b"\xa0" + NAME + b"=evil",
        b"\x85" + NAME + b"=evil",
        NAME + b"\xa0=evil",
        b"\xe2\x80\x80" + NAME + b"=evil",
        b"\x0b" + NAME + b"=evil",
        b'"' + NAME + b'"=evil',
        NAME.lower() + b"=evil",
        NAME.upper() + b"=evil",
        b"$Version=1; \x1f" + NAME + b"=evil",
        b"a=b, " + NAME + b"=evil",
        b'a="' + NAME + b'=evil"',
        NAME + b"=\xff",
        NAME + b"=" + b"x" * (LONGEST + 1),
    ],
)
def test_what_only_looks_like_our_cookie_is_none(header: bytes) -> None:
    assert session_secret(request(header)) is None


def test_a_tossed_cookie_does_not_take_the_place_of_ours() -> None:
    """A neighbouring host can set anything but this exact name."""
    own = NAME + b"=own"
    for tossed in (b"\xa0" + NAME + b"=evil", NAME.lower() + b"=evil", b"=" + NAME + b"=evil"):
        assert session_secret(request(own + b"; " + tossed)) == "own"
        assert session_secret(request(tossed + b"; " + own)) == "own"


def test_of_two_with_our_name_none_counts() -> None:
    """No browser has two, with the path that the prefix demands."""
    assert session_secret(request(NAME + b"=a; " + NAME + b"=b")) is None
    assert session_secret(request(NAME + b"=a", NAME + b"=b")) is None


@given(st.lists(st.binary(max_size=40), max_size=3), st.text(max_size=5))
def test_any_header_is_read_or_not(headers: list[bytes], name: str) -> None:
    scope = {"type": "http", "headers": [(b"cookie", header) for header in headers]}
    value = read_cookie(HTTPConnection(scope), name)
    assert value is None or any(value.encode() in header for header in headers)


@given(
    st.lists(
        st.sampled_from([NAME, b"=", b";", b" ", b"\xa0", b"a", b"\t", b'"', b"\0"]), max_size=9
    ).map(b"".join)
)
def test_a_value_is_found_only_behind_the_exact_name(header: bytes) -> None:
    value = session_secret(request(header))
    if value is not None:
        behind = [part.strip(b" \t") for part in header.split(b";")]
        assert NAME + b"=" + value.encode() in behind
