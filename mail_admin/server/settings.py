from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr

MEBIBYTE = 1024**2


class MailServerSettings(BaseModel):
    """Our Dovecot and Postfix. Environment: CONGVU_MAIL_SERVER__*."""

    host_name: str = "localhost"
    """As the world knows the server, such as mail.backan.gov.vn; it greets with this name."""
    attachment_bytes: int = Field(default=30 * MEBIBYTE, gt=0)
    """Largest attachment: decision 162/2025/QĐ-UBND of Ninh Bình allows 30 MB. Messages may be
    larger by what their coding adds."""
    require_tls: bool = True
    """Nobody signs in over a connection in clear; script/server listens on loopback only, and
    allows it there."""
    inbound: bool = True
    """Take mail from outside the province, at a listener of its own (port 25 in production)."""
    outside: Literal["direct", "relay", "refuse"] = "direct"
    """What becomes of mail to the outside: sent to the servers of the addressees, handed to
    `relay_host`, or refused, as script/server does: a trial must not write to the world."""
    relay_host: str = ""
    """Such as [relay.example.gov.vn]:587, for outside = relay."""
    forward_outside: bool = False
    """Let Sieve forward to addresses outside the province. Regulations forbid it."""
    organisation_sign_in: bool = False
    """Let organisation accounts sign in themselves. Without it their custodians open them, each
    under their own login, so that no password is shared."""
    policy_service: str = ""
    """Such as inet:127.0.0.1:8011: asked at each recipient of an outgoing message."""
    bounce_service: str = ""
    """Such as inet:127.0.0.1:8012: given what comes back to CONGVU_MAIL__RETURN_ADDRESS."""
    sender_service: str = ""
    """Such as inet:127.0.0.1:8013: shown the From: of what people hand in, which is put off while
    it does not answer. Empty: nobody looks."""
    signing_service: str = ""
    """Such as inet:127.0.0.1:8014: signs with DKIM what people and Sieve send; what people hand in
    is put off while it does not answer, what Sieve sends passes unsigned. Empty: nobody signs."""

    doveadm_url: str = ""
    """Dovecot's API, such as http://127.0.0.1:8008/doveadm/v1; without it nobody ends open
    sessions, and custodians get no access to the mailboxes of their organisations."""
    doveadm_key: SecretStr = SecretStr("")
    """Of that API."""
    doveadm_timeout_seconds: float = Field(default=20.0, gt=0)
    """Limit for one request to that API."""
    store: str = "/var/mail/congvu"
    """Folder of all mail, as Dovecot sees it."""
    closed_retention_days: int = Field(default=90, ge=0)
    """How long the mail of a closed account is kept at least; three months in decision
    162/2025/QĐ-UBND of Ninh Bình."""

    @property
    def message_bytes(self) -> int:
        """An attachment in base64 takes 78 octets for 57, and comes with a message."""
        return self.attachment_bytes * 78 // 57 + MEBIBYTE


@dataclass(frozen=True, slots=True)
class LdapAccess:
    """How both servers ask the directory."""

    uri: str
    base_dn: str
    bind_dn: str
    password: SecretStr
    authority: Path | None = None
    start_tls: bool = False


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """Where Dovecot asks whether an access token is good."""

    introspection_url: SecretStr
    """With the name and secret of the client."""
    authority: Path | None = None


@dataclass(frozen=True, slots=True)
class SystemSender:
    """The product itself as a sender: a name and password good for nothing else."""

    name: str
    password: SecretStr
    address: str
    return_address: str = ""
    """Envelope sender of mail that we want back when it fails, with an extension for each."""


@dataclass(frozen=True, slots=True)
class Encryption:
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class MailSystem:
    """What Dovecot and Postfix have in common."""

    settings: MailServerSettings
    domain: str
    """Of the postmaster and of what has no other domain."""
    ldap: LdapAccess
    tokens: TokenCheck
    sender: SystemSender


@dataclass(frozen=True, slots=True)
class DovecotPlace:
    """Where one Dovecot keeps its things and listens; port 0 switches a listener off."""

    encryption: Encryption
    configuration: Path
    run: Path
    """Sockets; their whole paths have at most 107 octets."""
    state: Path
    store: Path
    """The mail itself."""
    senders: Path
    """What Dovecot's own user reads: hashes of the passwords of senders that are no accounts."""
    log: Path
    user: str
    """Of the operating system; owns all mail."""
    group: str
    imap: int
    lmtp: int
    sieve: int
    doveadm: int
    reinjection: str
    """Host and port of the Postfix listener for what Sieve sends."""
    imaps: int = 0
    sasl_port: int = 0
    """Where a Postfix on another host signs people in; on the same one it uses a socket."""
    listen: str = "127.0.0.1"
    shared_prefix: str = "Cơ quan"
    """Folder under which custodians find the mailboxes of their organisations."""
    rootless: bool = False
    """Run by an ordinary user: no other user, no chroot."""
    patient: bool = True
    """Slow down whoever guesses passwords, by address; tests come from one address."""

    @property
    def sasl_socket(self) -> Path:
        return self.run / "sasl"


@dataclass(frozen=True, slots=True)
class PostfixPlace:
    """Where one Postfix keeps its things and listens; port 0 switches a listener off."""

    encryption: Encryption
    configuration: Path
    queue: Path
    data: Path
    log: Path
    sasl: str
    """Path of Dovecot's socket, or inet:HOST:PORT."""
    lmtp: str
    """HOST:PORT of Dovecot."""
    submission: int
    reinjection: int
    inbound: int
    listen: str = "127.0.0.1"
    reinjection_network: str = "127.0.0.0/8"
    """Whence Dovecot hands in what Sieve sends."""
