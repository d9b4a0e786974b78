"""What the registry's rows look like in the directory (docs/architecture.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from identity.directory import dn
from identity.directory.server import tree

CONTAINERS = {
    "personal": tree.PEOPLE,
    "organisation": tree.ORGANISATION_ACCOUNTS,
    "service": tree.SERVICES,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A desired entry, whole: attributes it does not name shall not be there."""

    dn: str
    congvu_id: str
    object_classes: tuple[bytes, ...]
    attributes: Mapping[str, tuple[bytes, ...]]
    """Without objectClass; no attribute is empty."""

    def all_attributes(self) -> dict[str, tuple[bytes, ...]]:
        return {"objectClass": self.object_classes, **self.attributes}


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """What the entry of one account is made of."""

    id: UUID
    kind: str
    """`personal`, `organisation` or `service`."""
    login: str
    status: str
    """`pending`, `active` or `suspended`."""
    display_name: str
    family_name: str | None = None
    given_name: str | None = None
    mail: str | None = None
    aliases: tuple[str, ...] = ()
    quota_bytes: int | None = None
    password_hash: str | None = None
    """argon2id in PHC form; shown to slapd only while the account is active."""
    organisation_code: str | None = None
    organisation_name: str | None = None
    title: str | None = None
    staff_number: str | None = None
    phone: str | None = None
    custodians: tuple[str, ...] = ()
    """Logins of personal accounts."""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationSnapshot:
    id: UUID
    kind: str
    name: str
    short_name: str | None = None
    parent_id: UUID | None = None
    code: str | None = None
    mail_stem: str | None = None


@dataclass(frozen=True, slots=True)
class GroupSnapshot:
    id: UUID
    organisation_id: UUID
    scope: str
    """`own` or `subtree`."""
    organisation_name: str
    organisation_code: str | None = None
    members: tuple[str, ...] = ()
    """DNs."""
    mail: tuple[str, ...] = ()
    """Addresses of distribution lists that reach the members."""


def account_dn(kind: str, login: str, base_dn: str) -> str:
    return f"{dn.relative('uid', login)},{CONTAINERS[kind]},{base_dn}"


def organisation_dn(organisation_id: UUID, base_dn: str) -> str:
    return f"congvuId={organisation_id},{tree.ORGANISATIONS},{base_dn}"


def group_dn(organisation_id: UUID, scope: str, base_dn: str) -> str:
    return f"cn={organisation_id}.{scope},{tree.GROUPS},{base_dn}"


def account_entry(account: AccountSnapshot, base_dn: str) -> Entry:
    active = account.status == "active"
    return Entry(
        account_dn(account.kind, account.login, base_dn),
        str(account.id),
        (b"inetOrgPerson", b"congvuAccount"),
        _attributes(
            uid=account.login,
            cn=account.display_name,
            sn=account.family_name or account.display_name,  # some names have no family part
            givenName=account.given_name,
            displayName=account.display_name,
            mail=account.mail,
            congvuMailAlias=account.aliases,
            congvuId=str(account.id),
            congvuAccountKind=account.kind,
            congvuStatus=account.status,
            congvuQuota=None if account.quota_bytes is None else str(account.quota_bytes),
            congvuOrganisationCode=account.organisation_code,
            ou=account.organisation_name,
            title=account.title,
            employeeNumber=account.staff_number,
            mobile=account.phone,
            congvuCustodian=[
                account_dn("personal", login, base_dn) for login in account.custodians
            ],
            congvuHidden="TRUE" if account.hidden else None,
            userPassword="{ARGON2}" + account.password_hash
            if active and account.password_hash
            else None,
        ),
    )


def organisation_entry(organisation: OrganisationSnapshot, base_dn: str) -> Entry:
    parent = organisation.parent_id
    return Entry(
        organisation_dn(organisation.id, base_dn),
        str(organisation.id),
        (b"organizationalUnit", b"congvuOrganisation"),
        _attributes(
            ou=[organisation.name, *([organisation.short_name] if organisation.short_name else [])],
            congvuId=str(organisation.id),
            congvuOrganisationKind=organisation.kind,
            congvuOrganisationCode=organisation.code,
            congvuParent=organisation_dn(parent, base_dn) if parent else None,
            congvuMailStem=organisation.mail_stem,
        ),
    )


def group_entry(group: GroupSnapshot, base_dn: str) -> Entry:
    return Entry(
        group_dn(group.organisation_id, group.scope, base_dn),
        str(group.id),
        (b"congvuGroup",),
        _attributes(
            cn=f"{group.organisation_id}.{group.scope}",
            congvuId=str(group.id),
            congvuOrganisationCode=group.organisation_code,
            description=group.organisation_name,
            member=group.members,
            mail=group.mail,
        ),
    )


def _attributes(**named: str | Iterable[str] | None) -> dict[str, tuple[bytes, ...]]:
    """Only what has a value; values repeated in other case would be refused as duplicates."""
    attributes = {}
    for name, given in named.items():
        if not given:
            continue
        values = [given] if isinstance(given, str) else {v.casefold(): v for v in given}.values()
        if encoded := tuple(value.encode() for value in values):
            attributes[name] = encoded
    return attributes
