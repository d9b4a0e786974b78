"""RFC 9700 section 2.1, RFC 8252 section 7.3: which addresses count, and as the same."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sso.clients.addresses import is_fitting_address, is_fitting_redirect, is_same_redirect

SITE = "https://app.example/callback"
LOOPBACK = "http://127.0.0.1/callback"

Pieces = st.sampled_from(
    [
        *("http://", "https://", "HTTPS://", "javascript:", "data:", "vn.gov.app:/", "//", ":"),
        *("127.0.0.1", "[::1]", "localhost", "app.example", "evil.example", "[", "]", "@", ":80"),
        *(":0", ":99999", ":x", "/", "/callback", "/..", "%2e%2e", "?", "#", "&", "=", ";", ","),
        *("\\", "\0", "\n", "\r", "\t", " ", "\u3000", "\u200b", "é", "ı", "。", "\ud800"),
        *("%", "%zz"),
    ]
)
Addresses = st.lists(Pieces, max_size=8).map("".join) | st.text(max_size=40)


@given(Addresses)
@example("http://[")
@example("https://[::1")
@example("https://app.example:65536/")
@example("https://\u2100.example/")  # normalises to characters that end a host
def test_every_text_fits_or_does_not(address: str) -> None:
    for native in (True, False):
        assert is_fitting_redirect(address, native=native) in {True, False}
    if is_fitting_address(address):
        parts = urlsplit(address)
        assert parts.hostname
        assert "@" not in parts.netloc
        assert "#" not in address
        assert address.isprintable()
        assert parts.scheme == "https" or parts.hostname in {"127.0.0.1", "::1", "localhost"}


@given(Addresses, Addresses)
def test_same_is_to_the_letter_or_differs_in_a_loopback_port(one: str, other: str) -> None:
    if is_same_redirect(one, other) and one != other:
        assert one.startswith(("http://127.0.0.1", "http://[::1]"))
        assert len(other) - len(one) in range(2, 7)


@given(st.text(alphabet="0123456789:@/#?.x", max_size=12))
def test_between_host_and_path_only_a_port_may_stand(between: str) -> None:
    requested = f"http://127.0.0.1{between}/callback"
    if is_same_redirect(LOOPBACK, requested) and between:
        assert between[0] == ":"
        assert 0 < int(between[1:]) < 100_000


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_a_native_program_may_choose_its_port(host: str) -> None:
    registered = f"http://{host}/callback"
    assert is_same_redirect(registered, f"http://{host}:51004/callback")
    assert is_same_redirect(f"http://{host}", f"http://{host}:51004")
    assert not is_same_redirect(f"http://{host}:51004/callback", f"http://{host}:51005/callback")


@pytest.mark.parametrize(
    "requested",
    [
        "http://127.0.0.1:51004/callback#",
        "http://127.0.0.1:51004/callback?",
        "http://127.0.0.1:51004/callback?x=1",
        "http://127.0.0.1:51004/callback/",
        "http://127.0.0.1:51004/Callback",
        "http://127.0.0.1:51004//callback",
        "http://127.0.0.1:51004/other/../callback",
        "http://127.0.0.1:51004@evil.example/callback",
        "http://evil@127.0.0.1:51004/callback",
        "http://127.0.0.1:51004.evil.example/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:0x50/callback",
        "http://127.0.0.1:+80/callback",
        "http://127.0.0.1:８０/callback",
        "http://127.0.0.2:51004/callback",
        "http://2130706433:51004/callback",
        "http://localhost:51004/callback",
        "http://[::1]:51004/callback",
        "https://127.0.0.1:51004/callback",
        "HTTP://127.0.0.1:51004/callback",
        "http://127.0.0.1:51004\\@evil.example/callback",
        "http://127.0.0.1:51004 /callback",
        "//127.0.0.1:51004/callback",
    ],
)
def test_nothing_else_about_a_loopback_address_may_differ(requested: str) -> None:
    assert not is_same_redirect(LOOPBACK, requested)


def test_a_port_is_free_on_loopback_only() -> None:
    assert not is_same_redirect(SITE, "https://app.example:8443/callback")
    assert not is_same_redirect("http://localhost/callback", "http://localhost:51004/callback")


@pytest.mark.parametrize(
    "address",
    [
        "http://app.example/callback",
        "https://app.example/callback#x",
        "https://app.example/callback#",
        "https://user@app.example/callback",
        "https://user:password@app.example/callback",
        "https:///callback",
        "https://",
        "https:app.example/callback",
        "//app.example/callback",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://app.example;script-src/callback",
        "https://app.example,evil.example/callback",
        "https://*.example/callback",
        "https://app.example'/callback",
        "https://app.example\\.evil.example/callback",
        "https://app.example/call back",
        "https://app.example/\r\nLocation:x",
        "https://app.example/\u202egnp",
        "",
    ],
)
def test_addresses_that_nobody_may_register(address: str) -> None:
    assert not is_fitting_address(address)
    assert not is_fitting_redirect(address, native=True)


@pytest.mark.parametrize(
    ("address", "native", "other"),
    [
        (SITE, True, True),
        ("https://app.example:8443/a?b=c", True, True),
        ("https://[2001:db8::1]/callback", True, True),
        (LOOPBACK, True, True),
        ("http://localhost:3000/callback", True, True),
        ("vn.gov.backan.congvu:/callback", True, False),
        ("congvu:/callback", False, False),  # anybody's: it has no dot
    ],
)
def test_addresses_that_fit(address: str, *, native: bool, other: bool) -> None:
    assert is_fitting_redirect(address, native=True) is native
    assert is_fitting_redirect(address, native=False) is other
