"""Dovecot as docs/integrate sets it up: tokens are introspected, passwords go to the directory."""

import imaplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from identity.directory.gateway import LdapDirectory
from kernel.encryption import KeyRing
from tests.support.code_flow import tokens_for
from tests.support.installation import eventually
from tests.support.postgres import Cluster
from tests.support.provider import Member, Provider, running_provider
from tests.support.relying_parties import MailSystem, documented_dovecot
from tests.support.scratch import scratch_folder
from tests.support.slapd import BASE_DN, TestSlapd, running_slapd

SignIn = Callable[[imaplib.IMAP4], object]


@pytest.fixture(scope="module")
def directory() -> Iterator[TestSlapd]:
    """One that no other test empties."""
    with scratch_folder() as folder, running_slapd(folder) as server:
        yield server


@pytest.fixture(scope="module")
def provider(
    cluster: Cluster, migrated_template: str, keys: KeyRing, directory: TestSlapd
) -> Iterator[Provider]:
    """One whose worker writes people into the directory that Dovecot asks."""
    with running_provider(cluster, migrated_template, keys, directory.settings()) as provider:
        yield provider


@pytest.fixture(scope="module")
def mail_system(provider: Provider, directory: TestSlapd) -> Iterator[MailSystem]:
    with (
        scratch_folder() as folder,
        documented_dovecot(provider, directory, folder) as mail_system,
    ):
        yield mail_system


@contextmanager
def connected(mail_system: MailSystem) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4("127.0.0.1", mail_system.imap_port) as imap:
        yield imap


def opens_the_mailbox(mail_system: MailSystem, sign_in: SignIn) -> bool:
    with connected(mail_system) as imap:
        try:
            sign_in(imap)
        except imaplib.IMAP4.error:
            return False
        return imap.select()[0] == "OK"


def by_token(member: Member, token: str) -> SignIn:
    answer = f"user={member.address}\1auth=Bearer {token}\1\1".encode()
    return lambda imap: imap.authenticate("XOAUTH2", lambda prompt: b"" if prompt else answer)


def by_password(member: Member) -> SignIn:
    encoded = b"\0" + member.address.encode() + b"\0" + member.password.encode()
    return lambda imap: imap.authenticate("PLAIN", lambda _: encoded)


def token_of(provider: Provider, mail_system: MailSystem, member: Member) -> str:
    callback = f"{mail_system.address}/index.php/login/oauth"
    tokens = tokens_for(
        provider, mail_system.webmail, member, callback, resource=mail_system.address
    )
    token: str = tokens["access_token"]
    return token


def failed_binds(directory: TestSlapd, member: Member) -> int:
    """Wrong passwords that the directory has counted."""
    dn = f"uid={member.login},ou=people,{BASE_DN}"
    with LdapDirectory(directory.settings("administrator")) as gateway:
        entry = gateway.read(dn, ("pwdFailureTime",))
    assert entry is not None
    return len(entry.attributes.get("pwdFailureTime", ()))


def test_a_token_for_the_mail_server_opens_the_mailbox_of_its_person_alone(
    provider: Provider, mail_system: MailSystem
) -> None:
    member, other = provider.hire(), provider.hire("Trần Văn Bình")
    token = token_of(provider, mail_system, member)
    assert opens_the_mailbox(mail_system, by_token(member, token))
    assert not opens_the_mailbox(mail_system, by_token(other, token))


def test_a_token_for_another_system_opens_nothing(
    provider: Provider, mail_system: MailSystem
) -> None:
    member = provider.hire()
    callback = "http://127.0.0.1:20000/callback"
    other = provider.register("other", redirect_uris=[callback])
    token = tokens_for(provider, other, member, callback)["access_token"]
    assert not opens_the_mailbox(mail_system, by_token(member, token))


def test_a_token_of_a_suspended_person_opens_nothing_any_more(
    provider: Provider, mail_system: MailSystem
) -> None:
    member = provider.hire()
    token = token_of(provider, mail_system, member)
    provider.suspend(member)
    assert not opens_the_mailbox(mail_system, by_token(member, token))


def test_refused_tokens_never_reach_the_directory_and_passwords_still_do(
    provider: Provider, mail_system: MailSystem, directory: TestSlapd
) -> None:
    member = provider.hire()
    eventually(lambda: opens_the_mailbox(mail_system, by_password(member)))
    assert not opens_the_mailbox(mail_system, by_password(replace(member, password="wrong")))
    assert failed_binds(directory, member) == 1
    for _ in range(4):
        assert not opens_the_mailbox(mail_system, by_token(member, "no-token"))
    assert failed_binds(directory, member) == 1
    assert opens_the_mailbox(mail_system, by_password(member))
