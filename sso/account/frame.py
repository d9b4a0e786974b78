"""What stands around every page of the own account: the menu, and who is signed in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from identity.roles.models import Role
from identity.roles.service import roles_of
from kernel.messages import Message
from sso.account import texts
from sso.assembly import SingleSignOn
from sso.http import require_who
from sso.login.destinations import (
    CHANGE_PATH,
    CONSOLE_PATH,
    HOME_PATH,
    MAILBOX_PATH,
    ME_PATH,
    SECURITY_PATH,
    SESSIONS_PATH,
    SYSTEMS_PATH,
)
from sso.sessions.service import SignedIn


@dataclass(frozen=True, slots=True)
class Item:
    label: Message
    path: str
    icon: str
    also: tuple[str, ...] = ()
    """Pages that one comes to from it."""

    def is_current(self, path: str) -> bool:
        return path == self.path or path in self.also


@dataclass(frozen=True, slots=True)
class Group:
    label: Message
    items: tuple[Item, ...]


WORK = Group(
    texts.WORK,
    (
        Item(texts.PORTAL, HOME_PATH, "layout-grid"),
        Item(texts.MAILBOX_SHORT, MAILBOX_PATH, "mail"),
    ),
)
OWN = Group(
    texts.ACCOUNT,
    (
        Item(texts.WHO, ME_PATH, "id"),
        Item(texts.SECURITY, SECURITY_PATH, "shield-check", (CHANGE_PATH,)),
        Item(texts.SESSIONS, SESSIONS_PATH, "device-laptop"),
        Item(texts.SYSTEMS, SYSTEMS_PATH, "plug-connected"),
    ),
)
CONSOLE = Group(texts.ADMINISTRATION, (Item(texts.CONSOLE, CONSOLE_PATH, "settings"),))


@dataclass(frozen=True, slots=True)
class Frame:
    me: SignedIn
    roles: frozenset[Role]

    @property
    def groups(self) -> Iterator[Group]:
        yield from (WORK, OWN)
        if self.roles:
            yield CONSOLE


def frame_of(
    request: Request, session: Session, sign_on: SingleSignOn, now: datetime, *, back: str
) -> Frame:
    """Raises SignInNeeded."""
    me = require_who(request, session, sign_on, now, back=back)
    return Frame(me, roles_of(session, me.account.id))
