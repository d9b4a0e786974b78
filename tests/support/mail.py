"""Our mail servers as they run: Dovecot and Postfix on a slapd, the provider and its worker.

One for all tests of the process; they bring their own people. `outside` stands for the world.
"""

import imaplib
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from entrypoints.embedded.configuration import SYSTEM_SENDER
from entrypoints.embedded.dovecot import EmbeddedDovecot
from entrypoints.embedded.ports import LOOPBACK
from entrypoints.embedded.postfix import EmbeddedPostfix
from identity.accounts import provisioning, service
from identity.accounts.models import Account
from identity.addresses.models import AddressRole
from identity.addresses.queries import get_domain
from identity.addresses.service import give_address
from identity.directory.pending import count_pending
from identity.directory.server import tree
from kernel.clock import office_day, utc_now
from kernel.encryption import KeyRing
from kernel.mailer import Mailer, MailSettings
from kernel.return_path import ReturnPath
from mail_admin.bounces.server import BounceServer
from mail_admin.bounces.service import ReturnedMail
from mail_admin.bounces.settings import BounceSettings
from mail_admin.senders.server import SenderServer
from mail_admin.senders.service import Named, SenderCheck
from mail_admin.senders.settings import SenderSettings
from mail_admin.server.doveadm import Doveadm
from mail_admin.server.queries import due_accounts
from mail_admin.server.settings import (
    LdapAccess,
    MailServerSettings,
    MailSystem,
    SystemSender,
    TokenCheck,
)
from mail_admin.signing.server import SigningServer
from mail_admin.signing.service import Signer
from mail_admin.signing.settings import SigningSettings
from tests.support.code_flow import tokens_for
from tests.support.embedded_server import Server
from tests.support.installation import eventually
from tests.support.listening import Switched, in_thread
from tests.support.mail_messages import authenticate, compose, messages_in, plain
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.provider import PASSWORD, Member, Provider, Registered, running_provider
from tests.support.registry import BASIS, DOMAIN
from tests.support.scratch import scratch_folder
from tests.support.slapd import BASE_DN, PASSWORDS, TestSlapd, running_slapd
from tests.support.smtp import Inbox, smtp_server

SENDER = SystemSender(
    SYSTEM_SENDER,
    SecretStr("for-tests-only"),
    address=f"khong-tra-loi@{DOMAIN}",
    return_address=f"congvu-bounce@{DOMAIN}",
)
DOVEADM_KEY = "the-doveadm-key"
RESOURCE = f"https://mail.{DOMAIN}"
CALLBACK = f"{RESOURCE}/index.php/login/oauth"


@dataclass(frozen=True, slots=True)
class Office:
    """An organisation's mailbox."""

    account_id: UUID
    login: str

    @property
    def address(self) -> str:
        return f"{self.login}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class MailStack:
    provider: Provider
    directory: TestSlapd
    system: MailSystem
    dovecot: EmbeddedDovecot
    postfix: EmbeddedPostfix
    dovecot_server: Server
    postfix_server: Server
    outside: Inbox
    webmail: Registered
    return_path: ReturnPath
    senders: Switched
    """What Postfix shows messages to."""
    signing: Switched
    """What signs them with DKIM."""

    def hire(self, **given: Any) -> Member:
        """A person who can sign in to mail; `quota_bytes` and `aliases` as given."""
        member = self.provider.hire()
        self._equip(member.account_id, **given)
        self.settle()
        return member

    def office(self, *custodians: Member, **given: Any) -> Office:
        """A mailbox of an organisation of its own."""
        province = self.provider.province
        organisation = province.organisation()
        with province.db.transaction() as session:
            account = provisioning.open_organisation_account(
                session,
                province.officer,
                organisation.id,
                stem=organisation.mail_stem or "",
                purpose="clerical",
                display_name="Văn thư",
                quota_bytes=None,
                now=utc_now(),
                basis=BASIS,
            )
        office = Office(account.id, account.login)
        for custodian in custodians:
            self.entrust(office, custodian)
        self._equip(account.id, **given)
        self.settle()
        return office

    def entrust(self, office: Office, member: Member) -> None:
        province = self.provider.province
        with province.db.transaction() as session:
            service.add_custodian(
                session,
                province.officer,
                office.account_id,
                _person(session.get_one(Account, member.account_id)),
                valid_from=office_day(utc_now()),
                valid_to=None,
                basis=BASIS,
            )

    def relieve(self, office: Office, member: Member) -> None:
        province = self.provider.province
        with province.db.transaction() as session:
            service.end_custodian(
                session,
                province.officer,
                office.account_id,
                _person(session.get_one(Account, member.account_id)),
                on=office_day(utc_now()),
                basis=BASIS,
            )

    def change(self, name: str, holder: Member | Office) -> None:
        """`suspend`, `reinstate` or `close`, as the command of that name does it."""
        province = self.provider.province
        with province.db.transaction() as session:
            getattr(service, f"{name}_account")(
                session, province.officer, holder.account_id, now=utc_now(), basis=BASIS
            )

    def _equip(
        self, account_id: UUID, *, quota_bytes: int | None = None, aliases: Sequence[str] = ()
    ) -> None:
        province, today = self.provider.province, office_day(utc_now())
        with province.db.transaction() as session:
            if quota_bytes is not None:
                service.change_quota(
                    session, province.officer, account_id, quota_bytes, basis=BASIS
                )
            for alias in aliases:
                give_address(
                    session,
                    province.officer,
                    get_domain(session, DOMAIN),
                    alias,
                    account_id,
                    role=AddressRole.ALIAS,
                    on=today,
                    basis=BASIS,
                )

    def settle_servers(self) -> None:
        """Wait until the mail servers were told, too."""
        self.settle()

        def are_told() -> bool:
            with self.provider.province.db.transaction() as session:
                return not due_accounts(session, utc_now() + timedelta(days=1), 1)

        eventually(are_told, self.logs)

    def settle(self) -> None:
        """Wait until the directory shows all that was registered."""

        def is_written() -> bool:
            with self.provider.province.db.transaction() as session:
                return count_pending(session) == 0

        eventually(is_written)

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.dovecot.authority))

    def token(self, member: Member) -> str:
        """As webmail gets one for the mail server."""
        tokens = tokens_for(self.provider, self.webmail, member, CALLBACK, resource=RESOURCE)
        access: str = tokens["access_token"]
        return access

    @contextmanager
    def mailbox(
        self, member: Member, *, user: str | None = None, password: str = PASSWORD
    ) -> Iterator[imaplib.IMAP4]:
        """Signed in by IMAP with TLS. Raises imaplib.IMAP4.error."""
        answer = plain(user or member.login, password)
        imap = imaplib.IMAP4(LOOPBACK, self.dovecot.imap)
        try:
            imap.starttls(self.trust())
            imap.authenticate("PLAIN", lambda _: answer)
            yield imap
        finally:
            try:
                imap.logout()
            except (imaplib.IMAP4.abort, OSError):  # the server has left first
                with suppress(OSError):
                    imap.shutdown()

    def opens(self, member: Member, **given: Any) -> bool:
        """Whether signing in works."""
        try:
            with self.mailbox(member, **given):
                return True
        except imaplib.IMAP4.error:
            return False

    @contextmanager
    def submission(
        self, member: Member, *, user: str | None = None, password: str = PASSWORD
    ) -> Iterator[smtplib.SMTP]:
        """Signed in for sending. Raises smtplib.SMTPAuthenticationError."""
        with smtplib.SMTP(LOOPBACK, self.postfix.submission) as smtp:
            smtp.starttls(context=self.trust())
            authenticate(smtp, "PLAIN", plain(user or member.login, password))
            yield smtp

    def send(
        self, sender: Member, *recipients: str, subject: str, content: str = "Kính gửi."
    ) -> None:
        """As the sender's own address. Raises smtplib.SMTPException."""
        with self.submission(sender) as smtp:
            mail = compose(sender.address, recipients, subject, content)
            refused = smtp.send_message(mail, sender.address, list(recipients))
        assert not refused

    def deliver(self, recipient: str, subject: str, *, sender: str = "ban@example.com") -> None:
        """From outside, as the servers of others do it. Raises smtplib.SMTPException."""
        with smtplib.SMTP(LOOPBACK, self.postfix.inbound) as smtp:
            smtp.send_message(compose(sender, [recipient], subject), sender, [recipient])

    def messages(self, member: Member, folder: str = "INBOX") -> list[EmailMessage]:
        with self.mailbox(member) as imap:
            return messages_in(imap, folder)

    def wait_for(self, member: Member, subject: str, folder: str = "INBOX") -> EmailMessage:
        """The first message with that subject, once it has arrived."""
        found: list[EmailMessage] = []

        def has_arrived() -> bool:
            found[:] = [m for m in self.messages(member, folder) if m["Subject"] == subject]
            return bool(found)

        eventually(has_arrived, self.logs)
        return found[0]

    def mailer(self) -> Mailer:
        """The product's own, as it signs in to Postfix."""
        return Mailer(
            MailSettings(
                host=LOOPBACK,
                port=self.postfix.submission,
                authority=self.dovecot.authority,
                username=SENDER.name,
                password=SENDER.password,
                sender_address=SENDER.address,
                return_address=SENDER.return_address,
            ),
            self.return_path,
        )

    def doveadm(self) -> Doveadm:
        return Doveadm(self.system.settings)

    def logs(self) -> str:
        return self.dovecot.log.read_text() + self.postfix.log.read_text()


def _person(account: Account) -> UUID:
    assert account.person_id is not None
    return account.person_id


@contextmanager
def running_mail(
    cluster: Cluster,
    template: str,
    keys: KeyRing,
    settings: MailServerSettings | None = None,
    *,
    below: str = "",
) -> Iterator[MailStack]:
    """Settings are those of the servers; mail to the outside always ends in `outside`.

    `below` names the home inside its scratch folder.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder())
        home = folder / below
        home.mkdir(mode=0o700, parents=True, exist_ok=True)  # closed, if it is below
        directory = stack.enter_context(running_slapd(folder, require_tls=False))
        base = free_port(10)
        api = {
            "MAIL_SERVER__DOVEADM_URL": f"http://{LOOPBACK}:{base + 3}/doveadm/v1",
            "MAIL_SERVER__DOVEADM_KEY": DOVEADM_KEY,
            "MAIL_SERVER__STORE": str(home / "mail" / "store"),
        }
        provider = stack.enter_context(
            running_provider(cluster, template, keys, directory.settings(), **api)
        )
        outside = Inbox()
        relay = f"[{LOOPBACK}]:{stack.enter_context(smtp_server(outside))}"
        chosen = (settings or MailServerSettings()).model_copy(
            update={
                "outside": "relay",
                "relay_host": relay,
                "doveadm_url": api["MAIL_SERVER__DOVEADM_URL"],
                "doveadm_key": SecretStr(DOVEADM_KEY),
                "store": api["MAIL_SERVER__STORE"],
                "bounce_service": f"inet:{LOOPBACK}:{base + 7}",
                "sender_service": f"inet:{LOOPBACK}:{base + 8}",
                "signing_service": f"inet:{LOOPBACK}:{base + 9}",
            }
        )
        return_path = ReturnPath(keys, SENDER.return_address)
        returned = ReturnedMail(provider.province.db, return_path, utc_now)
        bounces = BounceServer(BounceSettings(port=base + 7), returned.take)
        stack.enter_context(in_thread(bounces))
        senders = Switched(lambda: _sender_server(provider, base + 8))
        signing = Switched(lambda: _signing_server(provider, keys, base + 9))
        for milter in (senders, signing):
            stack.callback(milter.stop)
            milter.start()
        system = _system(provider, directory, chosen)
        dovecot = EmbeddedDovecot(
            home=home,
            system=system,
            imap=base,
            lmtp=base + 1,
            sieve=base + 2,
            doveadm=base + 3,
            reinjection=base + 4,
            patient=False,
        )
        postfix = EmbeddedPostfix(
            home=home,
            system=system,
            sasl=dovecot.place.sasl_socket,
            lmtp=base + 1,
            submission=base + 5,
            reinjection=base + 4,
            inbound=base + 6,
        )
        servers = [Server(dovecot, folder), Server(postfix, folder)]
        for server in servers:
            stack.callback(server.stop)
            server.start()
        webmail = provider.register(
            "webmail", redirect_uris=[CALLBACK], resources=[RESOURCE], id_token_claims=True
        )
        mail = MailStack(
            provider,
            directory,
            system,
            dovecot,
            postfix,
            servers[0],
            servers[1],
            outside,
            webmail,
            return_path,
            senders,
            signing,
        )
        mail.settle()
        yield mail


def _sender_server(provider: Provider, port: int) -> SenderServer:
    check = SenderCheck(SENDER.name, SENDER.address)

    def decide(message: Named) -> str | None:
        with provider.province.db.transaction() as session:
            return check.decide(session, message, utc_now())

    return SenderServer(SenderSettings(port=port), decide)


def _signing_server(provider: Provider, keys: KeyRing, port: int) -> SigningServer:
    settings = SigningSettings(port=port)
    return SigningServer(settings, Signer(keys, settings).bound_to(provider.province.db, utc_now))


def _system(provider: Provider, directory: TestSlapd, settings: MailServerSettings) -> MailSystem:
    client = provider.register(
        "dovecot",
        grant_types=[],
        scope=["email"],
        resource_identifiers=[RESOURCE],
        introspection_claims=True,
    )
    access = f"{client.client_id}:{client.secret}@"
    return MailSystem(
        settings=settings,
        domain=DOMAIN,
        ldap=LdapAccess(
            uri=directory.slapd.plain_address,
            base_dn=BASE_DN,
            bind_dn=tree.mail_dn(BASE_DN),
            password=SecretStr(PASSWORDS.mail),
            authority=directory.slapd.authority,
            start_tls=True,
        ),
        tokens=TokenCheck(
            SecretStr(f"{provider.web}/oauth2/introspect".replace("//", f"//{access}", 1))
        ),
        sender=SENDER,
    )


@pytest.fixture(scope="session")
def mail(cluster: Cluster, migrated_template: str, keys: KeyRing) -> Iterator[MailStack]:
    """One for all tests of the process, with the strict settings of production."""
    with running_mail(cluster, migrated_template, keys) as mail:
        yield mail
