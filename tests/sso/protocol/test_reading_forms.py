"""How a form arrives, piece by piece, or does not."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from sso.protocol.http import (
    FORM,
    LARGEST_BODY_BYTES,
    MAY_REPEAT,
    parse_form,
    parse_pairs,
    read_body,
    read_headers,
    sort_pairs,
)

GONE: Message = {"type": "http.disconnect"}


def piece(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def read(messages: Sequence[Message], seconds: float = 5.0) -> bytes:
    """What comes after the last of the messages never comes."""
    coming = iter(messages)

    async def receive() -> Message:
        for message in coming:
            return message
        return await asyncio.Future()

    return asyncio.run(read_body(receive, seconds=seconds))


def refused(messages: Sequence[Message], seconds: float = 5.0) -> Any:
    with pytest.raises(OAuth2Error) as caught:
        read(messages, seconds)
    return caught.value.status_code or 400


def test_pieces_are_put_together() -> None:
    assert read([piece(b"a=1", more=False)]) == b"a=1"
    assert read([piece(b"a="), piece(b""), piece(b"1", more=False)]) == b"a=1"
    assert read([{"type": "http.request"}]) == b""


def test_half_a_form_is_none() -> None:
    """`scope=admin` cut short might be another scope, a token another token."""
    assert refused([piece(b"grant_type=client_credentials&scope=a"), GONE]) == 400
    assert refused([GONE]) == 400


def test_too_much_is_refused_as_soon_as_it_is_too_much() -> None:
    half = b"x" * (LARGEST_BODY_BYTES // 2 + 1)
    assert refused([piece(half + half, more=False)]) == 413
    assert refused([piece(half), piece(half)]) == 413
    full = b"x" * LARGEST_BODY_BYTES
    assert read([piece(full, more=False)]) == full


def test_whoever_holds_back_the_rest_is_not_waited_for() -> None:
    assert refused([piece(b"grant_type=")], seconds=0.01) == 408


@pytest.mark.parametrize(
    "kind",
    [
        b"application/json",
        b"multipart/form-data; boundary=x",
        b"text/plain",
        b"application/x-www-form-urlencoded-not",
        b"application/x-www-form-urlencoded, text/plain",
        b"",
    ],
)
def test_other_kinds_of_content_are_refused(kind: bytes) -> None:
    with pytest.raises(OAuth2Error):
        parse_form({b"content-type": kind}, b"a=1")


def test_the_kind_is_read_as_http_has_it() -> None:
    headers = {b"content-type": b"Application/X-WWW-Form-Urlencoded ; charset=UTF-8"}
    assert parse_form(headers, b"a=1") == [("a", "1")]


def test_a_packed_form_is_refused() -> None:
    headers = {b"content-type": FORM.encode(), b"content-encoding": b"gzip"}
    with pytest.raises(OAuth2Error):
        parse_form(headers, b"a=1")


@pytest.mark.parametrize(
    "text",
    [b"a=\xff", b"a=%FF", b"a=%C3", "a=é".encode(), b"a=%ED%A0%80", b"&".join([b"a=1"] * 101)],
)
def test_what_is_no_text_is_refused(text: bytes) -> None:
    with pytest.raises(OAuth2Error):
        parse_pairs(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    try:
        form, many = sort_pairs(parse_pairs(text))
    except InvalidRequestError:
        return
    assert all(form.values())
    assert not any("\0" in value for value in form.values())
    assert set(many) <= MAY_REPEAT
    assert not MAY_REPEAT & set(form)


Names = st.sampled_from(["a", "b", "resource", "audience", "client_id", ""])


@given(st.lists(st.tuples(Names, st.text(max_size=5)), max_size=8))
def test_nothing_counts_that_came_twice(pairs: list[tuple[str, str]]) -> None:
    try:
        form, many = sort_pairs(pairs)
    except OAuth2Error:
        return
    given_once = [(name, value) for name, value in pairs if name not in MAY_REPEAT and value]
    assert sorted(form.items()) == sorted(given_once)
    for name in MAY_REPEAT:
        assert many.get(name, []) == [value for found, value in pairs if found == name]


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.binary(max_size=3)), max_size=6))
def test_repeated_headers_are_known(pairs: list[tuple[bytes, bytes]]) -> None:
    headers, repeated = read_headers({"headers": pairs})
    names = [name for name, _ in pairs]
    assert set(headers) == set(names)
    assert repeated == {name for name in names if names.count(name) > 1}
