"""Where things stand below the base DN (docs/architecture.md, "The directory tree")."""

PEOPLE = "ou=people"
ORGANISATION_ACCOUNTS = "ou=organisation-accounts"
SERVICES = "ou=services"
ORGANISATIONS = "ou=organisations"
GROUPS = "ou=groups"
POLICIES = "ou=policies"
SYSTEM = "ou=system"
"""The identities that are not people."""

CONTAINERS = (PEOPLE, ORGANISATION_ACCOUNTS, SERVICES, ORGANISATIONS, GROUPS, POLICIES, SYSTEM)


def writer_dn(base_dn: str) -> str:
    return f"cn=writer,{SYSTEM},{base_dn}"


def reader_dn(base_dn: str) -> str:
    return f"cn=reader,{SYSTEM},{base_dn}"


def mail_dn(base_dn: str) -> str:
    return f"cn=mail,{SYSTEM},{base_dn}"


def administrator_dn(base_dn: str) -> str:
    """The root DN of the database; it has no entry."""
    return f"cn=administrator,{SYSTEM},{base_dn}"
