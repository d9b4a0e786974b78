"""What an application calls people: `skhcn_nguyenvana`, a staff number, the login.

Document systems of provinces have logins of their own making (Ninh Bình 161/2025 article 7.4a);
a template in the client's registration makes them. Two people may come to the same name, and
whoever has a name has the account behind it: so a name belongs to the first who enters with it,
for good, even when they move to another organisation. Administrators give others another one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from identity.names.text import search_key
from sso.clients.errors import UsernameTaken
from sso.clients.models import LONGEST_USERNAME, MappedUsername
from sso.clients.registry import Client
from sso.clients.username_template import makes_unique_names

if TYPE_CHECKING:
    from sso.claims.subject import Subject


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Why somebody is not let in, for the page that says so: the client would mix up two people."""

    client_id: str
    login: str
    username: str


def claim_username(session: Session, client: Client, subject: "Subject") -> NameTaken | None:
    """Before somebody enters: from now on their name there is theirs, if it is nobody else's."""
    try:
        username_of(session, client, subject)
    except UsernameTaken as error:
        return NameTaken(client.client_id, subject.account.login, error.username)
    return None


def username_of(session: Session, client: Client, subject: "Subject") -> str:
    """What the client calls the account, the same from the first time on.

    Raises UsernameTaken when that is what it calls somebody else.
    """
    account_id = subject.account.id
    kept = _kept(session, client, account_id)
    if kept is not None:
        return kept
    template = client.description.username_template
    made = template.format_map(_fields(subject)) if template else ""
    name = made[:LONGEST_USERNAME] or subject.account.login
    if not makes_unique_names(template):
        return _keep(session, client, account_id, name)
    if _is_kept_for_another(session, client, name):
        raise UsernameTaken(name)
    return name


def _kept(session: Session, client: Client, account_id: UUID) -> str | None:
    statement = select(MappedUsername.username).where(
        MappedUsername.client_id == client.id, MappedUsername.account_id == account_id
    )
    return session.scalar(statement)


def _keep(session: Session, client: Client, account_id: UUID, name: str) -> str:
    """Raises UsernameTaken. Of two who come at once, one waits and finds it taken."""
    statement = insert(MappedUsername).values(
        id=uuid4(), client_id=client.id, account_id=account_id, username=name
    )
    session.execute(statement.on_conflict_do_nothing())
    kept = _kept(session, client, account_id)
    if kept is None:
        raise UsernameTaken(name)
    return kept


def _is_kept_for_another(session: Session, client: Client, name: str) -> bool:
    """By an administrator, who could not know of everybody still to come."""
    statement = select(MappedUsername.id).where(
        MappedUsername.client_id == client.id, MappedUsername.username == name
    )
    return session.scalar(statement) is not None


def _fields(subject: "Subject") -> dict[str, str]:
    account, person, organisation = subject.account, subject.person, subject.organisation
    words = search_key(person.full_name if person else account.display_name).split()
    return {
        "login": account.login,
        "email": subject.email or account.login,
        "staff_number": (person and person.staff_number) or account.login,
        "unit": (organisation and organisation.mail_stem) or "",
        "name": "".join(words),
        "given": words[-1] if words else "",
        "initials": "".join(word[0] for word in words[:-1]),
        "id": str(account.id),
    }
