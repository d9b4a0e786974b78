"""Ways in, and what happens when there is none."""

import os
import signal
from pathlib import Path
from threading import Timer

import pytest
from pydantic import ValidationError

from identity.directory.changes import WRITTEN, Put
from identity.directory.errors import DirectoryRefused, DirectoryUnavailable
from identity.directory.gateway import LdapDirectory
from identity.directory.server.certificates import ensure_certificates
from identity.directory.settings import DirectorySettings
from tests.support.directory import account, accounts
from tests.support.slapd import BASE_DN, TestSlapd, running_slapd


def test_writes_go_through_starttls(ldap_server: TestSlapd) -> None:
    settings = ldap_server.settings(uri=ldap_server.slapd.plain_address, start_tls=True)
    with LdapDirectory(settings) as directory:
        assert directory.write([Put(entry) for entry in accounts(30)]) == [WRITTEN] * 30


def test_large_entries_go_through_ldaps(ldap_server: TestSlapd) -> None:
    with LdapDirectory(ldap_server.settings()) as directory:
        large = account(aliases=tuple(f"alias{number}@backan.gov.vn" for number in range(3000)))
        assert directory.write([Put(large)]) == [WRITTEN]
        found = directory.read(large.dn)
        assert found is not None
        assert len(found.attributes["congvuMailAlias"]) == 3000


def test_a_server_on_loopback_may_be_reached_in_clear(tmp_path: Path) -> None:
    with running_slapd(tmp_path, require_tls=False) as server:
        settings = server.settings(uri=server.slapd.plain_address)
        with LdapDirectory(settings) as directory:
            assert directory.write([Put(account())]) == [WRITTEN]


def test_our_server_refuses_passwords_in_clear(ldap_server: TestSlapd) -> None:
    settings = ldap_server.settings(uri=ldap_server.slapd.plain_address)
    with LdapDirectory(settings) as directory, pytest.raises(DirectoryRefused):
        directory.ping()


def test_a_wrong_password_is_refused(ldap_server: TestSlapd) -> None:
    settings = ldap_server.settings(bind_password="wrong")
    with LdapDirectory(settings) as directory, pytest.raises(DirectoryRefused):
        directory.ping()


def test_a_certificate_of_another_authority_is_not_trusted(
    ldap_server: TestSlapd, tmp_path: Path
) -> None:
    other = ensure_certificates(tmp_path, ["127.0.0.1"])
    more: dict[str, object]
    for more in ({}, {"uri": ldap_server.slapd.plain_address, "start_tls": True}):
        settings = ldap_server.settings(authority=other.authority, **more)
        with LdapDirectory(settings) as directory, pytest.raises(DirectoryUnavailable):
            directory.ping()


def test_a_certificate_for_another_name_is_not_trusted(ldap_server: TestSlapd) -> None:
    uri = ldap_server.slapd.address.replace("127.0.0.1", "127.0.0.2")
    with (
        LdapDirectory(ldap_server.settings(uri=uri)) as directory,
        pytest.raises(DirectoryUnavailable),
    ):
        directory.ping()


def test_a_stopped_server_is_unavailable_and_a_started_one_serves_again(
    ldap_server: TestSlapd,
) -> None:
    with LdapDirectory(ldap_server.settings()) as directory:
        directory.ping()
        ldap_server.stop()
        for _ in range(2):
            with pytest.raises(DirectoryUnavailable):
                directory.ping()
        ldap_server.start()
        directory.ping()


def test_a_server_that_hangs_is_unavailable_after_the_limit(ldap_server: TestSlapd) -> None:

    with LdapDirectory(ldap_server.settings(timeout_seconds=0.3)) as directory:
        directory.ping()
        os.kill(ldap_server.pid, signal.SIGSTOP)
        try:
            with pytest.raises(DirectoryUnavailable):
                directory.write([Put(account())])
        finally:
            os.kill(ldap_server.pid, signal.SIGCONT)


def test_a_server_killed_in_the_middle_keeps_whole_groups_only(ldap_server: TestSlapd) -> None:
    entries = accounts(4000)
    killer = Timer(0.35, ldap_server.kill)
    with LdapDirectory(ldap_server.settings(group_size=50)) as directory:
        directory.ping()
        killer.start()
        with pytest.raises(DirectoryUnavailable):
            directory.write([Put(entry) for entry in entries])
        killer.join()
        ldap_server.start()
        people = f"ou=people,{BASE_DN}"
        standing = {entry.dn for entry in directory.entries(people, ("uid",))}
        assert len(standing) % 50 == 0
        assert directory.write([Put(entry) for entry in entries]) == [WRITTEN] * 4000
        assert sum(1 for _ in directory.entries(people, ("uid",))) == 4000


@pytest.mark.parametrize(
    "changed",
    [
        {"uri": "ldap://ldap.example.org"},
        {"uri": "http://ldap.example.org"},
        {"bind_password": ""},
    ],
)
def test_unsafe_settings_are_refused(changed: dict[str, str]) -> None:
    given = {"uri": "ldaps://ldap.example.org", "base_dn": BASE_DN, "bind_password": "x"}
    assert DirectorySettings.model_validate(given).identity == f"cn=writer,ou=system,{BASE_DN}"
    with pytest.raises(ValidationError):
        DirectorySettings.model_validate(given | changed)
