"""cn=config of our slapd as LDIF for `slapadd -n 0` (slapd-config(5))."""

from collections.abc import Iterable, Iterator
from importlib.resources import files

from identity.directory.server import access, tree
from identity.directory.server.passwords import hash_password
from identity.directory.server.settings import ServerSettings

MODULES = ("back_mdb", "ppolicy", "memberof", "refint", "unique", "argon2")
STANDARD_SCHEMAS = ("core", "cosine", "inetorgperson")
INDEXES = (
    "objectClass eq",
    "uid eq",
    "cn eq",
    "mail eq",
    "congvuMailAlias eq",
    "congvuId eq",
    "congvuOrganisationCode eq",
    "member eq",
    "memberOf eq",
    "congvuCustodian eq",
    "congvuParent eq",
)
"""Every index costs each write; the last four serve refint, memberof and searches by group."""
REPLICATION_INDEXES = ("entryUUID eq", "entryCSN eq")
REFERENCES = ("member", "congvuCustodian", "congvuParent")
"""Attributes that hold DNs and follow when those are renamed or removed."""
FRONTEND = (
    ("dn", "olcDatabase={-1}frontend,cn=config"),
    ("objectClass", "olcDatabaseConfig"),
    ("objectClass", "olcFrontendConfig"),
    ("olcDatabase", "{-1}frontend"),
    ("olcSortVals", "member"),  # finds one of 100,000 by bisection
    ("olcAccess", 'to dn.base="" by * read'),  # how clients learn what the server can do
    ("olcAccess", 'to dn.base="cn=subschema" by * read'),
)
LARGEST_REQUEST_BYTES = 64 * 1024**2
"""slapd's own limit of 4 MiB cannot carry a group of 100,000 members."""


def server_configuration(settings: ServerSettings) -> str:
    """The whole of cn=config. Contains password hashes; write it where only slapd reads."""
    return "\n".join(
        [
            _record(_globals(settings)),
            _record(_modules(settings)),
            _record([("dn", "cn=schema,cn=config"), ("objectClass", "olcSchemaConfig")]),
            *(f"include: file://{settings.schemas}/{name}.ldif\n" for name in STANDARD_SCHEMAS),
            (files(__package__) / "congvu.ldif").read_text("utf-8"),
            _record(FRONTEND),
            _record(_configuration_database(settings)),
            _record(_database(settings)),
            *(_record(overlay) for overlay in _overlays(settings)),
        ]
    )


Lines = Iterable[tuple[str, str]]


def _record(lines: Lines) -> str:
    return "".join(f"{name}: {value}\n" for name, value in lines)


def _globals(settings: ServerSettings) -> Iterator[tuple[str, str]]:
    yield "dn", "cn=config"
    yield "objectClass", "olcGlobal"
    yield "cn", "config"
    yield "olcDisallows", "bind_anon"
    yield "olcLocalSSF", "256"  # ldapi never leaves the machine
    yield "olcSecurity", "simple_bind=128" if settings.require_tls else "simple_bind=0"
    yield "olcSockbufMaxIncomingAuth", str(LARGEST_REQUEST_BYTES)
    yield "olcWriteTimeout", "30"  # a client that stops reading must not hold a thread
    if settings.certificates:
        yield "olcTLSCACertificateFile", str(settings.certificates.authority)
        yield "olcTLSCertificateFile", str(settings.certificates.server)
        yield "olcTLSCertificateKeyFile", str(settings.certificates.key)
        yield "olcTLSProtocolMin", "3.3"
        yield "olcTLSVerifyClient", "never"


def _modules(settings: ServerSettings) -> Iterator[tuple[str, str]]:
    yield "dn", "cn=module{0},cn=config"
    yield "objectClass", "olcModuleList"
    yield "cn", "module{0}"
    yield "olcModulePath", str(settings.modules)
    for module in (*MODULES, *(("syncprov",) if settings.replicated else ())):
        yield "olcModuleLoad", module


def _configuration_database(settings: ServerSettings) -> Iterator[tuple[str, str]]:
    yield "dn", "olcDatabase={0}config,cn=config"
    yield "objectClass", "olcDatabaseConfig"
    yield "olcDatabase", "{0}config"
    yield "olcAccess", f'to * by dn.exact="{tree.administrator_dn(settings.base_dn)}" manage'


def _database(settings: ServerSettings) -> Iterator[tuple[str, str]]:
    base = settings.base_dn
    yield "dn", "olcDatabase={1}mdb,cn=config"
    yield "objectClass", "olcDatabaseConfig"
    yield "objectClass", "olcMdbConfig"
    yield "olcDatabase", "{1}mdb"
    yield "olcSuffix", base
    yield "olcRootDN", tree.administrator_dn(base)
    if settings.passwords.administrator:
        yield "olcRootPW", hash_password(settings.passwords.administrator)
    yield "olcDbDirectory", str(settings.data)
    yield "olcDbMaxSize", str(settings.database_bytes)
    yield "olcDbMultival", "member 100,50"  # large groups outside their entry, value by value
    if not settings.durable:
        yield "olcDbNoSync", "TRUE"
    if settings.record_last_bind:
        yield "olcLastBind", "TRUE"
    for index in (*INDEXES, *(REPLICATION_INDEXES if settings.replicated else ())):
        yield "olcDbIndex", index
    for name in (tree.writer_dn, tree.mail_dn):
        yield "olcLimits", f'dn.exact="{name(base)}" size=unlimited time=unlimited'
    # A system that wants everything reads it in pages.
    yield "olcLimits", f'dn.exact="{tree.reader_dn(base)}" size=1000 size.prtotal=unlimited'
    for rule in access.access_rules(base):
        yield "olcAccess", rule


def _overlays(settings: ServerSettings) -> Iterator[Lines]:
    place = "olcDatabase={1}mdb,cn=config"
    # What overlays change by themselves carries the writer's name: it is no foreign hand.
    writer = tree.writer_dn(settings.base_dn)
    for position, (name, kind, lines) in enumerate(_overlay_lines(settings, writer)):
        yield [
            ("dn", f"olcOverlay={{{position}}}{name},{place}"),
            ("objectClass", kind),
            ("olcOverlay", f"{{{position}}}{name}"),
            *lines,
        ]


def _overlay_lines(
    settings: ServerSettings, writer: str
) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    base = settings.base_dn
    if settings.replicated:
        yield "syncprov", "olcSyncProvConfig", [("olcSpCheckpoint", "1000 5")]
    policy = f"cn=default,{tree.POLICIES},{base}"
    yield "ppolicy", "olcPPolicyConfig", [("olcPPolicyDefault", policy)]
    yield (
        "unique",
        "olcUniqueConfig",
        [
            ("olcUniqueURI", f"ldap:///{base}?uid?sub"),
            # Each among its own kind only: across both, the registry's ledger sees to it.
            ("olcUniqueURI", f"ldap:///{base}?mail?sub"),
            ("olcUniqueURI", f"ldap:///{base}?congvuMailAlias?sub"),
        ],
    )
    yield (
        "memberof",
        "olcMemberOfConfig",
        [
            ("olcMemberOfDN", writer),
            ("olcMemberOfGroupOC", "congvuGroup"),
            ("olcMemberOfMemberAD", "member"),
            ("olcMemberOfMemberOfAD", "memberOf"),
            ("olcMemberOfDangling", "ignore"),
        ],
    )
    yield (
        "refint",
        "olcRefintConfig",
        [
            *(("olcRefintAttribute", name) for name in REFERENCES),
            ("olcRefintModifiersName", writer),
        ],
    )
