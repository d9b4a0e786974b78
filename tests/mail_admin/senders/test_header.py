"""Whom a message names as its sender, read so that no mail program sees somebody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_admin.senders.header import LONGEST_VALUE, Unclear, addresses_in, named_senders


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("an@backan.gov.vn", ["an@backan.gov.vn"]),
        (" <An@Backan.gov.vn> ", ["an@backan.gov.vn"]),
        ("Nguyễn V. An <an@backan.gov.vn>", ["an@backan.gov.vn"]),
        ('"Sở Tài chính, \\"P. Kế toán\\"" <stc@backan.gov.vn>', ["stc@backan.gov.vn"]),
        ("=?utf-8?B?xJDhu5cgVsSDbg==?=\r\n <an@backan.gov.vn>", ["an@backan.gov.vn"]),
        ("an@a.vn, Bình <binh@a.vn>", ["an@a.vn", "binh@a.vn"]),
        ('"boss@a.vn" <an@a.vn>', ["an@a.vn"]),
    ],
)
def test_what_mail_programs_write_is_read(value: str, addresses: list[str]) -> None:
    assert addresses_in(value) == addresses


@pytest.mark.parametrize(
    "value",
    [
        "",
        "an",
        "undisclosed:;",
        "an@a.vn binh@a.vn",
        "boss@a.vn <an@a.vn>",
        "boss@a.vn, ",
        ", an@a.vn",
        "<boss@a.vn> <an@a.vn>",
        "An <an@a.vn",
        "An <@relay.vn:an@a.vn>",
        '"boss@a.vn an@a.vn',
        "an@a.vn (boss@a.vn)",
        "an(x)@a.vn",
        '"an"@a.vn',
        "an@a.vn\0",
        "an@@a.vn",
        "x" * LONGEST_VALUE + "@a.vn",
        ", ".join(["an@a.vn"] * 11),
        '"' * (LONGEST_VALUE - 1),
        " " * (LONGEST_VALUE - 1),
    ],
)
def test_what_two_programs_could_read_otherwise_is_unclear(value: str) -> None:
    with pytest.raises(Unclear):
        addresses_in(value)


def test_a_message_has_one_from_and_at_most_one_sender() -> None:
    assert named_senders(["a@b.vn"], []) == ["a@b.vn"]
    assert named_senders(["office@b.vn"], ["a@b.vn"]) == ["office@b.vn", "a@b.vn"]
    for froms, senders in (([], []), (["a@b.vn"] * 2, []), (["a@b.vn"], ["a@b.vn"] * 2)):
        with pytest.raises(Unclear):
            named_senders(froms, senders)
    with pytest.raises(Unclear):
        named_senders(["a@b.vn"], ["a@b.vn, c@b.vn"])


@given(st.text(max_size=300) | st.text(alphabet='ab@,<>"\\ \r\n\t:;()=?.', max_size=300))
def test_whatever_is_written_is_an_address_or_unclear(value: str) -> None:
    try:
        found = addresses_in(value)
    except Unclear:
        return
    assert all(address.count("@") == 1 and address in value.lower() for address in found)
