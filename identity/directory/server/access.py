"""Who may read and write what. slapd takes the first rule that matches (slapd.access(5))."""

from identity.directory.server import tree

READABLE = (
    "entry",
    "objectClass",
    "uid",
    "cn",
    "sn",
    "givenName",
    "displayName",
    "description",
    "mail",
    "congvuMailAlias",
    "title",
    "ou",
    "o",
    "congvuId",
    "congvuAccountKind",
    "congvuStatus",
    "congvuQuota",
    "congvuOrganisationCode",
    "congvuCustodian",
    "congvuOrganisationKind",
    "congvuParent",
    "congvuMailStem",
    "member",
    "memberOf",
    "associatedDomain",
    "entryUUID",
    "modifyTimestamp",
)
"""What shared systems see. Phones, staff numbers and the traces of sign-ins are not among it."""


def access_rules(base_dn: str) -> list[str]:
    """Values of olcAccess. Passwords change through the registry only, so nobody writes his own."""
    writer, reader, mail = (
        f'dn.exact="{name(base_dn)}"' for name in (tree.writer_dn, tree.reader_dn, tree.mail_dn)
    )
    readable = ",".join(READABLE)
    whole = f'dn.subtree="{base_dn}"'
    return [
        f"to attrs=userPassword by {writer} write by anonymous auth by * none",
        f"to * by {writer} write by * break",
        f'to dn.subtree="{tree.POLICIES},{base_dn}" by * none',
        f'to dn.subtree="{tree.SYSTEM},{base_dn}" by self read by * none',
        f"to {whole} filter=(congvuHidden=TRUE) by {mail} break by self read by * none",
        f"to {whole} attrs={readable} by {reader} read by {mail} read by self read by * none",
        f"to {whole} by self read by * none",
    ]
