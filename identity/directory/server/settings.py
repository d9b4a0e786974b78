from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the identities that are not people. Kept in clear here, only hashes reach slapd."""

    writer: str = field(repr=False)
    """Of the reconciler: the only one who changes entries."""
    reader: str = field(repr=False)
    """Of shared systems: addresses, names, organisations, groups; no phones, nobody hidden."""
    mail: str = field(repr=False)
    """Of Postfix and Dovecot: like the reader, and hidden entries too, or their mail bounces."""
    administrator: str | None = field(default=None, repr=False)
    """Of the IT centre's own door, which may change everything; None closes it."""


@dataclass(frozen=True, slots=True)
class Certificates:
    authority: Path
    server: Path
    key: Path


@dataclass(frozen=True, slots=True)
class LockoutRule:
    """When wrong passwords close an account for a while (NIST SP 800-63B section 5.2.2)."""

    failures: int = 10
    lock_seconds: int = 300
    """Short: a long lock lets anybody keep a colleague out."""
    window_seconds: int = 600
    """Failures older than this are forgotten."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How our slapd is built."""

    base_dn: str
    """For instance dc=backan,dc=gov,dc=vn."""
    configuration: Path
    """Folder of cn=config; rebuilt whenever these settings change."""
    data: Path
    """Folder of the database; never touched once it exists."""
    passwords: Passwords
    certificates: Certificates | None = None
    require_tls: bool = True
    """Refuse a simple bind over a connection that is neither ldaps, StartTLS nor ldapi."""
    lockout: LockoutRule = LockoutRule()
    database_bytes: int = 64 * 1024**3
    """Ceiling of the database file, which is sparse: address space, not disk."""
    durable: bool = True
    """Flush every commit to disk. False only for tests."""
    replicated: bool = False
    """Provider of syncrepl: an overlay and two more indexes, which every write pays for."""
    record_last_bind: bool = False
    """Keep pwdLastSuccess, at the price of one flushed write a sign-in; mail logs tell it too."""
    modules: Path = Path("/usr/lib/ldap")
    schemas: Path = Path("/etc/ldap/schema")
    binary: Path = Path("/usr/sbin/slapd")

    def __post_init__(self) -> None:
        if not self.base_dn.lower().startswith("dc="):
            raise ValueError(f"base_dn must start with dc=, got {self.base_dn}")
        if self.require_tls and self.certificates is None:
            raise ValueError("require_tls needs certificates")
