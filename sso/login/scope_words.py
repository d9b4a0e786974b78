"""What a system will do once somebody allows it, in words."""

from collections.abc import Iterable

from kernel.messages import Message
from sso.claims.scopes import SHOWN, Scope
from sso.login import texts

ACTS = (Scope.OPENID, Scope.OFFLINE_ACCESS)
"""Things that a client does; the other scopes are things that it is told."""


def scopes_in_words(names: Iterable[str]) -> list[Message]:
    return [_in_words(name) for name in names]


def _in_words(name: str) -> Message:
    shown = SHOWN.get(name)
    if shown is None:
        return Message(texts.USE.vi.format(name=name), texts.USE.en.format(name=name))
    if name in ACTS:
        return shown
    return Message(texts.KNOW.vi.format(thing=shown.vi), texts.KNOW.en.format(thing=shown.en))
