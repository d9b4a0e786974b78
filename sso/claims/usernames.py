"""What an application calls people: `skhcn_nguyenvana`, a staff number, the login.

Document systems of provinces have logins of their own making (Ninh Bình 161/2025 article 7.4a);
a template in the client's registration makes them, single exceptions stand in a table.
"""

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.names.text import search_key
from sso.clients.models import MappedUsername
from sso.clients.registry import Client

if TYPE_CHECKING:
    from sso.claims.subject import Subject


def username_of(session: Session, client: Client, subject: "Subject") -> str:
    exception = session.scalar(
        select(MappedUsername.username).where(
            MappedUsername.client_id == client.id,
            MappedUsername.account_id == subject.account.id,
        )
    )
    if exception is not None:
        return exception
    template = client.description.username_template
    return template.format_map(_fields(subject)) if template else subject.account.login


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
