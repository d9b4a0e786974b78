"""Signatures compared with an implementation of others, whatever a message looks like."""

import base64
import re
from datetime import UTC, datetime
from uuid import uuid4

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from mail_admin.domains.dkim import SigningKey
from mail_admin.domains.models import DkimKey
from mail_admin.signing.signature import NAME, BodyHash, sign
from tests.support.dkim import record_of, verifies

NOW = datetime(2026, 11, 28, tzinfo=UTC)
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
KEY = SigningKey("backan.gov.vn", "cv20261128", PRIVATE)
RECORD = record_of(
    KEY.domain,
    DkimKey(
        domain_id=uuid4(),
        selector=KEY.selector,
        private_sealed=b"",
        public_key=base64.b64encode(PUBLIC).decode(),
        created_at=NOW,
    ),
)
PIECES = st.lists(st.sampled_from([b"a", b"  ", b"\t", b"\r\n", b".", "ơ".encode(), b"\r\n\r\n"]))


def signed(fields: list[tuple[str, bytes]], *body: bytes) -> bytes:
    hashed = BodyHash()
    for piece in body:
        hashed.add(piece)
    value = sign(KEY, fields, hashed.digest(), NOW).replace("\n", "\r\n")
    lines = [f"{name}: ".encode() + text + b"\r\n" for name, text in fields]
    return f"{NAME}: {value}\r\n".encode() + b"".join(lines) + b"\r\n" + b"".join(body)


@given(PIECES, st.booleans())
def test_any_body_in_any_pieces_verifies(pieces: list[bytes], ended: bool) -> None:  # noqa: FBT001
    body = [*pieces, b"\r\n"] if ended or pieces else []
    assert verifies(signed([("from", b"an@backan.gov.vn")], *body), RECORD)


def test_fields_that_come_twice_or_in_lines_verify() -> None:
    fields = [
        ("from", " Nguyễn \t An\r\n <an@backan.gov.vn> ".encode()),
        ("to", b"a@example.com,\r\n\tb@example.com"),
        ("references", b""),
        ("to", b"c@example.com"),
        ("subject", "thư\t mời".encode()),
    ]
    assert verifies(signed(fields, b"x\r\n"), RECORD)
    assert not verifies(
        signed(fields, b"x\r\n").replace(b"c@example.com", b"d@example.com"), RECORD
    )


def test_a_receiver_of_others_finds_the_same_digest_for_an_empty_body() -> None:
    content = signed([("from", b"an@backan.gov.vn")])
    theirs = dkim.sign(
        content, b"s", b"backan.gov.vn", _pem(), canonicalize=(b"relaxed", b"relaxed")
    )
    digests = re.findall(rb"bh=([^;]+);", re.sub(rb"\s", b"", theirs + content))
    assert digests[0] == digests[1]


def _pem() -> bytes:
    return PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
