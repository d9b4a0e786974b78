"""Answers encoded by ldap3's grammar are read as they were meant; anything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.protocol import rfc4511
from pyasn1.codec.ber import encoder

from identity.directory import decoding, encoding
from identity.directory.decoding import Kind, MalformedAnswer, Result, StandingEntry

TEXT = st.text(st.characters(codec="utf-8"), max_size=300)


def whole(message_id: int, name: str, operation: object) -> bytes:
    message = rfc4511.LDAPMessage()
    message["messageID"] = rfc4511.MessageID(message_id)
    message["protocolOp"] = rfc4511.ProtocolOp().setComponentByName(name, operation)
    return bytes(encoder.encode(message))


@given(st.integers(0, 2**31 - 1), st.sampled_from([0, 19, 32, 68, 80]), TEXT, TEXT)
def test_a_result_is_read(message_id: int, code: int, matched: str, diagnostic: str) -> None:
    response = rfc4511.AddResponse()
    response["resultCode"] = rfc4511.ResultCode(code)
    response["matchedDN"] = rfc4511.LDAPDN(matched.encode())
    response["diagnosticMessage"] = rfc4511.LDAPString(diagnostic.encode())
    answer = decoding.decode(whole(message_id, "addResponse", response))
    assert (answer.message_id, answer.kind) == (message_id, Kind.ADD)
    assert answer.content == Result(code, matched, diagnostic)


@given(
    TEXT,
    st.dictionaries(
        st.sampled_from(["cn", "mail", "member"]), st.lists(st.binary(max_size=300), max_size=4)
    ),
)
def test_an_entry_is_read(dn: str, attributes: dict[str, list[bytes]]) -> None:
    listed = rfc4511.PartialAttributeList()
    for place, (name, values) in enumerate(attributes.items()):
        each = rfc4511.PartialAttribute()
        each["type"] = rfc4511.AttributeDescription(name)
        each["vals"] = rfc4511.Vals()
        for index, value in enumerate(values):
            each["vals"].setComponentByPosition(index, rfc4511.AttributeValue(value))
        listed.setComponentByPosition(place, each)
    response = rfc4511.SearchResultEntry()
    response["object"] = rfc4511.LDAPDN(dn.encode())
    response["attributes"] = listed
    answer = decoding.decode(whole(3, "searchResEntry", response))
    expected = {name: tuple(values) for name, values in attributes.items()}
    assert answer.content == StandingEntry(dn, expected)


@given(st.binary(max_size=60))
def test_noise_is_refused_and_nothing_worse(noise: bytes) -> None:
    try:
        decoding.decode(noise)
    except MalformedAnswer:
        return


@given(st.integers(0, 5), st.integers(0, 70_000))
def test_the_size_of_a_message_is_known_once_its_header_is_complete(before: int, size: int) -> None:
    message = encoding.tagged(encoding.SEQUENCE, b"x" * size)
    assert decoding.message_size(b"y" * before + message, before) == len(message)


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x82", b"\x30\x82\x01"])
def test_an_incomplete_header_asks_for_more(data: bytes) -> None:
    assert decoding.message_size(data, 0) is None


def test_the_cookie_of_a_page_is_found() -> None:
    value = encoding.tagged(encoding.SEQUENCE, encoding.integer(0) + encoding.octets(b"next"))
    assert decoding.paging_cookie(value) == b"next"
