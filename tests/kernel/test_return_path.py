"""The addresses to which single mails come back: ours are read, and nobody else makes one."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.encryption import KeyRing
from kernel.mailer import MailSettings
from kernel.return_path import LONGEST_LOCAL_PART, MAC_LETTERS, MailKind, MailReference, ReturnPath
from tests.support.registry import keys

__all__ = ["keys"]

ADDRESS = "congvu-bounce@backan.gov.vn"


@pytest.fixture
def path(keys: KeyRing) -> ReturnPath:
    return ReturnPath(keys, ADDRESS)


@given(kind=st.sampled_from(MailKind), identity=st.uuids())
def test_an_address_says_what_it_was_made_for_also_in_capitals(
    path: ReturnPath, kind: MailKind, identity: UUID
) -> None:
    mail = MailReference(kind, identity)
    address = path.address_of(mail)
    assert path.read(address) == path.read(address.upper()) == mail
    local_part, _, domain = address.rpartition("@")
    assert local_part.startswith("congvu-bounce+")
    assert len(local_part) <= 64
    assert domain == "backan.gov.vn"


def test_nobody_turns_an_address_of_one_mail_into_that_of_another(path: ReturnPath) -> None:
    mine, other = (MailReference(MailKind.NOTICE, uuid4()) for _ in range(2))
    address, wanted = path.address_of(mine), path.address_of(other)
    mac = address.partition("@")[0][-16:]
    assert path.read(wanted.replace(wanted.partition("@")[0][-16:], mac)) is None
    assert path.read(address.replace("+n", "+r", 1)) is None
    for place in range(len("congvu-bounce+"), address.index("@")):
        letter = "a" if address[place] != "a" else "b"
        assert path.read(address[:place] + letter + address[place + 1 :]) is None


def test_an_id_is_written_in_one_way_only(path: ReturnPath) -> None:
    """The last of its letters has bits to spare, which nobody else's hash covers."""
    mail = MailReference(MailKind.NOTICE, UUID(int=0))
    address = path.address_of(mail)
    last = address.index("@") - MAC_LETTERS - 1
    assert address[last] == "a"
    assert path.read(address) == mail
    for letter in "bcd":
        assert path.read(address[:last] + letter + address[last + 1 :]) is None


@given(st.text(max_size=120))
def test_whatever_else_stands_there_is_nothing_of_ours(path: ReturnPath, text: str) -> None:
    assert path.read(text) is None
    assert path.read(f"congvu-bounce+{text}@backan.gov.vn") is None


def test_the_address_of_returns_leaves_room_for_what_is_added() -> None:
    settings = {"host": "127.0.0.1", "tls": "none", "sender_address": "a@backan.gov.vn"}
    longest = "x" * LONGEST_LOCAL_PART + "@backan.gov.vn"
    assert MailSettings(**settings, return_address=longest).return_address == longest
    for wrong in (f"x{longest}", "a+b@backan.gov.vn", "nobody"):
        with pytest.raises(ValueError, match=r"return_address|no domain"):
            MailSettings(**settings, return_address=wrong)
