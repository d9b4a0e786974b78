"""Who may open the mailbox of an organisation: its custodians, each under their own login."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mail_admin.server.doveadm import Doveadm

RIGHTS = (
    "lookup",
    "read",
    "write",
    "write-seen",
    "write-deleted",
    "insert",
    "post",
    "expunge",
    "create",
    "delete",
)
"""All but the right to let others in, which the registry alone gives (RFC 4314 section 2.1)."""
FOLDERS = ("INBOX", "Drafts", "Sent", "Junk", "Trash")
"""They stand from the beginning: the organisation never signs in itself and would not make them."""


@dataclass(frozen=True, slots=True)
class AccessChange:
    folder: str
    login: str
    granted: bool


def differences(
    wanted: frozenset[str], present: Mapping[str, Mapping[str, frozenset[str]]]
) -> Iterator[AccessChange]:
    """What has to change so that these logins, and nobody else, may open every folder."""
    for folder, entries in present.items():
        for login in sorted(wanted | set(entries)):
            if login not in wanted:
                yield AccessChange(folder, login, granted=False)
            elif entries.get(login) != frozenset(RIGHTS):
                yield AccessChange(folder, login, granted=True)


def compare(doveadm: Doveadm, login: str, custodians: frozenset[str]) -> list[AccessChange]:
    """Of the mailbox as it stands; folders still to be made are granted whole.

    Raises MailServersUnavailable.
    """
    folders = doveadm.folders(login)
    if folders is None:  # it has left the directory, and nobody can open it
        return []
    present = doveadm.access(login, folders)
    missing: dict[str, dict[str, frozenset[str]]] = {
        name: {} for name in FOLDERS if name not in present
    }
    return list(differences(custodians, {**present, **missing}))


def apply(doveadm: Doveadm, login: str, custodians: frozenset[str]) -> set[str]:
    """Bring the access lists to what is wanted; gives the logins that lost something.

    Raises MailServersUnavailable.
    """
    folders = doveadm.folders(login)
    if folders is None:
        return set()
    if custodians and (missing := [name for name in FOLDERS if name not in folders]):
        doveadm.add_folders(login, missing)
        folders += missing
    lost = set()
    for change in differences(custodians, doveadm.access(login, folders)):
        if change.granted:
            doveadm.grant(login, change.folder, change.login, RIGHTS)
        else:
            doveadm.revoke(login, change.folder, change.login)
            lost.add(change.login)
    return lost
