"""What we encode is what ldap3 decodes, octet for octet, by the grammar of RFC 4511."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ldap3.operation.search import search_operation
from ldap3.protocol.rfc4511 import LDAPMessage, MessageID, ProtocolOp
from pyasn1.codec.ber import decoder, encoder

from identity.directory import encoding
from identity.directory.encoding import Alteration, Modification, Scope

TEXT = st.text(st.characters(codec="utf-8"), max_size=300)
VALUES = st.lists(st.binary(max_size=70_000), min_size=1, max_size=5)
ATTRIBUTES = st.lists(st.tuples(st.sampled_from(["cn", "sn", "x" * 200]), VALUES), max_size=5)
MESSAGE_IDS = st.integers(min_value=0, max_value=2**31 - 1)


def decoded(message_id: int, operation: bytes, controls: bytes = b"") -> Any:
    message = encoding.message(message_id, operation, controls)
    answer, rest = decoder.decode(message, asn1Spec=LDAPMessage())
    assert rest == b""
    assert int(answer["messageID"]) == message_id
    return answer


def attributes_of(listed: Any) -> list[tuple[str, list[bytes]]]:
    return [
        (str(attribute["type"]), [bytes(value) for value in attribute["vals"]])
        for attribute in listed
    ]


@given(MESSAGE_IDS, TEXT, ATTRIBUTES)
def test_an_add_request_is_read_back_as_it_was_meant(
    message_id: int, dn: str, attributes: list[tuple[str, list[bytes]]]
) -> None:
    answer = decoded(message_id, encoding.add_request(dn, attributes))
    request = answer["protocolOp"]["addRequest"]
    assert bytes(request["entry"]).decode() == dn
    assert attributes_of(request["attributes"]) == attributes


@given(TEXT, st.lists(st.tuples(st.sampled_from(Alteration), st.just("mail"), VALUES), max_size=4))
def test_a_modify_request_is_read_back_as_it_was_meant(
    dn: str, changes: list[tuple[Alteration, str, list[bytes]]]
) -> None:
    answer = decoded(7, encoding.modify_request(dn, [Modification(*each) for each in changes]))
    request = answer["protocolOp"]["modifyRequest"]
    assert bytes(request["object"]).decode() == dn
    read = [
        (int(change["operation"]), *attributes_of([change["modification"]])[0])
        for change in request["changes"]
    ]
    assert read == [tuple(each) for each in changes]


def test_a_modification_may_have_no_values() -> None:
    request = encoding.modify_request("cn=a", [Modification(Alteration.REPLACE, "title", ())])
    changes = decoded(1, request)["protocolOp"]["modifyRequest"]["changes"]
    assert attributes_of([changes[0]["modification"]]) == [("title", [])]


@given(TEXT, TEXT, st.none() | TEXT)
def test_a_rename_is_read_back_as_it_was_meant(dn: str, rdn: str, superior: str | None) -> None:
    answer = decoded(1, encoding.modify_dn_request(dn, rdn, superior))
    request = answer["protocolOp"]["modDNRequest"]
    assert [bytes(request[name]).decode() for name in ("entry", "newrdn")] == [dn, rdn]
    assert bool(request["deleteoldrdn"])
    new_superior = request["newSuperior"]
    assert (bytes(new_superior).decode() if new_superior.hasValue() else None) == superior


@given(TEXT)
def test_a_removal_is_read_back_as_it_was_meant(dn: str) -> None:
    request = decoded(1, encoding.delete_request(dn))["protocolOp"]["delRequest"]
    assert bytes(request).decode() == dn


@given(st.none() | st.binary(max_size=300))
def test_an_extended_request_is_read_back_as_it_was_meant(value: bytes | None) -> None:
    answer = decoded(1, encoding.extended_request("1.3.6.1.1.21.1", value))
    request = answer["protocolOp"]["extendedReq"]
    assert str(request["requestName"]) == "1.3.6.1.1.21.1"
    read = request["requestValue"]
    assert (bytes(read) if read.hasValue() else None) == value


@given(st.booleans(), st.none() | st.binary(max_size=300))
def test_controls_are_read_back_as_they_were_meant(critical: bool, value: bytes | None) -> None:  # noqa: FBT001  # hypothesis passes them by place
    control = encoding.control("1.3.6.1.1.21.2", value, critical=critical)
    answer = decoded(1, encoding.delete_request("cn=a"), encoding.control_list(control))
    (read,) = answer["controls"]
    assert str(read["controlType"]) == "1.3.6.1.1.21.2"
    assert bool(read["criticality"]) == critical
    assert (bytes(read["controlValue"]) if read["controlValue"].hasValue() else None) == value


@given(TEXT, st.sampled_from(Scope), st.binary(max_size=200))
def test_a_search_is_read_back_as_it_was_meant(base: str, scope: Scope, value: bytes) -> None:
    condition = encoding.equals("congvuId", value)
    request = encoding.search_request(base, scope, condition, ["*", "+"], 30)
    read = decoded(1, request)["protocolOp"]["searchRequest"]
    assert bytes(read["baseObject"]).decode() == base
    assert (int(read["scope"]), int(read["timeLimit"])) == (scope, 30)
    assert [str(name) for name in read["attributes"]] == ["*", "+"]
    assert bytes(read["filter"]["equalityMatch"]["assertionValue"]) == value


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_a_search_for_one_of_several_is_encoded_as_ldap3_does(values: list[bytes]) -> None:
    # Compared as encoded: ldap3's grammar cannot decode its own nested filters.
    condition = encoding.any_of(encoding.equals("congvuId", value) for value in values)
    ours = encoding.search_request("dc=vn", Scope.SUBTREE, condition, ["*"], 30)
    text = "".join(f"(congvuId={_escaped(value)})" for value in values)
    theirs = search_operation(
        "dc=vn", f"(|{text})", "SUBTREE", "NEVER", ["*"], 0, 30, False, False, None
    )
    message = LDAPMessage()
    message["messageID"] = MessageID(1)
    message["protocolOp"] = ProtocolOp().setComponentByName("searchRequest", theirs)
    assert encoding.message(1, ours) == encoder.encode(message)


def _escaped(value: bytes) -> str:
    return "".join(f"\\{octet:02x}" for octet in value)


def test_a_filter_for_presence_is_read_back_as_it_was_meant() -> None:
    request = encoding.search_request("", Scope.ENTRY, encoding.present("objectClass"), [], 1)
    read = decoded(1, request)["protocolOp"]["searchRequest"]
    assert str(read["filter"]["present"]) == "objectClass"
