"""Whoever names an address to us learns nothing through it and harms nothing with it."""

import gzip
import ssl
import threading
import time
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from kernel.outbound import Outbound, OutboundRefused, OutboundSettings, OutboundUnavailable
from kernel.outbound_address import Refused, check_address
from tests.support.certificates import Authority
from tests.support.raw_server import Script, answer, dripping, raw_server


def outbound(*answers: Sequence[str], **settings: Any) -> Outbound:
    """With a name server that gives these answers in turn, the last one for ever."""
    given = list(answers)

    def lookup(host: str, _: int) -> Sequence[str]:
        if not given:
            return [host]
        return given.pop(0) if len(given) > 1 else given[0]

    return Outbound(OutboundSettings(**settings), lookup)


def local(**settings: Any) -> Outbound:
    return outbound(["127.0.0.1"], **{"allow_loopback_http": True, **settings})


def fetch(script: Script, **settings: Any) -> Any:
    with raw_server(script) as server:
        return local(**settings).get_json(f"http://client.example:{server.port}/keys?a=b")


def test_a_document_is_fetched_with_a_plain_request() -> None:
    with raw_server(answer(body=b'{"keys": []}')) as server:
        assert local().get_json(f"http://client.example:{server.port}/k?a=b#c") == {"keys": []}
    (request,) = server.requests
    lines = request.decode().split("\r\n")
    assert lines[0] == "GET /k?a=b HTTP/1.1"
    assert f"Host: client.example:{server.port}" in lines
    assert "cookie" not in request.decode().lower()


def test_a_form_is_posted_and_any_success_will_do() -> None:
    with raw_server(answer("204 No Content", b"")) as server:
        address = f"http://client.example:{server.port}/logout"
        local().post_form(address, {"logout_token": "a b&c"})
    assert server.requests[0].startswith(b"POST /logout HTTP/1.1\r\n")
    with raw_server(answer("400 Bad Request")) as server, pytest.raises(OutboundUnavailable):
        local().post_form(f"http://client.example:{server.port}/", {})


REFUSED = [
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "0.0.0.0",  # noqa: S104  # an address to refuse, nothing listens on it
    "0.1.2.3",
    "::",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "169.254.169.254",
    "169.254.1.1",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "ff0e::1",
    "255.255.255.255",
    "240.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_nobodys_public_server_are_refused(address: str) -> None:
    with pytest.raises(OutboundRefused):
        outbound([address]).get_json("https://client.example/keys")
    with pytest.raises(OutboundRefused):  # one good address does not excuse it
        outbound(["203.0.114.1", address]).get_json("https://client.example/keys")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::ffff:7f00:1"],  # noqa: S104
)
def test_no_list_of_networks_allows_what_is_never_allowed(address: str) -> None:
    with pytest.raises(OutboundRefused):
        outbound([address], allowed_networks=["0.0.0.0/0", "::/0"]).get_json("https://x.example/")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "localhost", "0x7f.1", "2130706433", "127.1", "[::ffff:127.0.0.1]"],
)
def test_no_way_of_writing_this_machine_gets_through(host: str) -> None:
    with pytest.raises(OutboundRefused):
        Outbound(OutboundSettings()).get_json(f"https://{host}/")


def test_private_networks_are_permitted_where_the_province_lists_them() -> None:
    listed = [ip_network("10.20.0.0/16"), ip_network("fd12:3456::/32")]
    for address in ("10.20.3.4", "::ffff:10.20.3.4", "fd12:3456::1"):
        assert check_address(address, listed, loopback_allowed=False).is_private
    for address in ("10.21.3.4", "fd12:3457::1"):
        with pytest.raises(Refused, match="ALLOWED_NETWORKS"):
            check_address(address, listed, loopback_allowed=False)


@pytest.mark.parametrize("address", ["203.0.114.1", "2606:4700::1111", "::ffff:203.0.114.1"])
def test_public_addresses_are_permitted(address: str) -> None:
    assert check_address(address, [], loopback_allowed=False).is_global


def test_a_network_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError):
        OutboundSettings(allowed_networks=["10.20.0.1/16"])


@pytest.mark.parametrize(
    "url",
    [
        "http://client.example/",
        "ftp://client.example/",
        "file:///etc/passwd",
        "gopher://client.example/",
        "client.example",
        "",
        "https://",
        "https://user:secret@client.example/",
        "https://client.example:99999/",
        "https://client.example/\r\nX: y",
        "https://client.example/" + "a" * 2048,
    ],
)
def test_only_https_addresses_of_sound_form_are_fetched(url: str) -> None:
    with pytest.raises(OutboundRefused) as refused:
        outbound(["203.0.114.1"]).get_json(url)
    assert "secret" not in str(refused.value)


def test_without_tls_only_this_machine_is_reached_and_only_if_allowed() -> None:
    with pytest.raises(OutboundRefused):
        outbound(["127.0.0.1"]).get_json("http://localhost/")
    with pytest.raises(OutboundRefused, match="https"):
        outbound(["203.0.114.1"], allow_loopback_http=True).get_json("http://client.example/")


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name server that answers something else the second time is not asked a second time."""
    with raw_server(answer()) as server:
        rebinding = outbound(["127.0.0.1"], ["169.254.169.254"], allow_loopback_http=True)
        assert rebinding.get_json(f"http://client.example:{server.port}/") == {}
        with pytest.raises(OutboundRefused):
            rebinding.get_json(f"http://client.example:{server.port}/")
    assert len(server.requests) == 1


def test_certificates_are_checked_against_the_name_though_the_address_is_pinned(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    pair = authority.for_server("client.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    trusting = local(authority=authority.file)
    with raw_server(answer(body=b"[1]"), context) as server:
        assert trusting.get_json(f"https://client.example:{server.port}/") == [1]
        for fetching, host in ((trusting, "other.example"), (local(), "client.example")):
            with pytest.raises(OutboundUnavailable):
                fetching.get_json(f"https://{host}:{server.port}/")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str) -> None:
    with pytest.raises(OutboundUnavailable, match="status 30"):
        fetch(answer(status, b"", "Location: http://169.254.169.254/latest/meta-data/"))


def in_pieces(piece: bytes, *, count: int) -> Script:
    """Without a length to refuse beforehand."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (len(piece), piece)
    return lambda connection, _: connection.sendall(head + chunk * count)


@pytest.mark.parametrize(
    "script",
    [
        answer(body=b"[" + b"1," * 70_000 + b"1]"),
        answer("200 OK", gzip.compress(b"[" + b" " * 50_000_000 + b"]"), "Content-Encoding: gzip"),
        in_pieces(bytes(4096), count=30),
    ],
)
def test_an_answer_that_is_too_large_is_dropped(script: Script) -> None:
    with pytest.raises(OutboundUnavailable, match="too large"):
        fetch(script)


def test_a_packed_answer_is_understood_though_it_was_not_asked_for() -> None:
    packed = gzip.compress(b'{"keys": [1]}')
    assert fetch(answer("200 OK", packed, "Content-Encoding: gzip")) == {"keys": [1]}
    for broken, encoding in ((packed[:-9], "gzip"), (b"{}", "gzip"), (packed, "br")):
        with pytest.raises(OutboundUnavailable):
            fetch(answer("200 OK", broken, f"Content-Encoding: {encoding}"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"NaN", b"\xff", b"[" * 60_000])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(OutboundUnavailable, match="JSON"):
        fetch(answer(body=body))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"


def after_head(script: Script) -> Script:
    def send(connection: Any, server: Any) -> None:
        connection.sendall(HEAD)
        script(connection, server)

    return send


@pytest.mark.parametrize(
    "script",
    [
        dripping(b"H", seconds=0.02),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n", seconds=0.02),
        after_head(dripping(b" ", seconds=0.02)),
        lambda _, server: server.stopping.wait(20),
    ],
)
def test_the_limit_of_time_is_for_the_whole_fetch(script: Script) -> None:
    before = time.monotonic()
    with pytest.raises(OutboundUnavailable):
        fetch(script, timeout_seconds=0.5)
    assert time.monotonic() - before < 3


def test_a_name_server_that_takes_its_time_is_not_waited_for() -> None:
    asked = threading.Event()

    def lookup(*_: object) -> list[str]:
        asked.wait(20)
        return ["203.0.114.1"]

    before = time.monotonic()
    with pytest.raises(OutboundUnavailable, match="in time"):
        Outbound(OutboundSettings(timeout_seconds=0.1), lookup).get_json("https://slow.example/")
    assert time.monotonic() - before < 3
    asked.set()


def test_a_name_without_address_and_a_port_without_server_are_unavailable() -> None:
    with pytest.raises(OutboundUnavailable, match="no address"):
        outbound([]).get_json("https://client.example/")
    with raw_server(answer()) as server:
        port = server.port
    with pytest.raises(OutboundUnavailable):
        local().get_json(f"http://client.example:{port}/")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetch(answer()) == {}
