"""The addresses in From: and Sender:, read so strictly that no mail program reads others.

What RFC 5322 section 3.4 allows and mail programs write: addresses alone, or in angle brackets
behind a name. Groups, comments, routes and quoted local parts are not taken.
"""

import re
from collections.abc import Sequence

LONGEST_VALUE = 4000
MOST_ADDRESSES = 10
ADDRESS = r"[^\s<>()\[\]:;@\\,\"]+@[^\s<>()\[\]:;@\\,\"]+"
NAME = r"(?:\"(?:[^\"\\]|\\.)*\"|[^\"<>@,:;()\[\]\\])*+"
MAILBOX = re.compile(rf"(?:{NAME}<\s*({ADDRESS})\s*>|\s*({ADDRESS}))\s*(,|$)")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Unclear(ValueError):
    """Nobody can tell whose address that is."""


def addresses_in(value: str) -> list[str]:
    """In lower case. Raises Unclear."""
    if len(value) > LONGEST_VALUE or CONTROL.search(value):
        raise Unclear
    text, place = re.sub(r"\r?\n", "", value), 0
    found: list[str] = []
    while len(found) < MOST_ADDRESSES:
        mailbox = MAILBOX.match(text, place)
        if mailbox is None:
            raise Unclear
        found.append((mailbox[1] or mailbox[2]).lower())
        if not mailbox[3]:
            return found
        place = mailbox.end()
    raise Unclear


def named_senders(froms: Sequence[str], senders: Sequence[str]) -> list[str]:
    """Everybody a message names as its author or sender: one field of each. Raises Unclear."""
    if len(froms) != 1 or len(senders) > 1:
        raise Unclear
    behalf = [address for value in senders for address in addresses_in(value)]
    if len(behalf) > 1:
        raise Unclear
    return addresses_in(froms[0]) + behalf
