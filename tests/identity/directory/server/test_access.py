"""Who may read and write what, asked of the real server."""

import pytest
from argon2 import PasswordHasher

from identity.directory import encoding
from identity.directory.changes import Put
from identity.directory.encoding import Alteration, Modification
from identity.directory.entries import Entry
from identity.directory.errors import DirectoryRefused
from identity.directory.gateway import LdapDirectory
from identity.directory.server import tree
from identity.directory.server.settings import LockoutRule
from tests.support.directory import account
from tests.support.scratch import scratch_folder
from tests.support.slapd import BASE_DN, TestSlapd, running_slapd

PASSWORD = "một mật khẩu dài"
HASH = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
ENTRY = account(
    1,
    status="active",
    password_hash=HASH,
    phone="0912345678",
    staff_number="06.000001",
    title="Chuyên viên",
    quota_bytes=100,
)
HIDDEN = account(2, hidden=True)


@pytest.fixture(autouse=True)
def people(directory: LdapDirectory) -> None:
    assert all(outcome.written for outcome in directory.write([Put(ENTRY), Put(HIDDEN)]))


def as_self(server: TestSlapd, entry: Entry, password: str = PASSWORD) -> LdapDirectory:
    return LdapDirectory(server.settings(bind_dn=entry.dn, bind_password=password))


def seen(server: TestSlapd, identity: str) -> dict[str, set[str]]:
    """Names of the attributes that an identity reads, by login."""
    with LdapDirectory(server.settings(identity)) as reader:
        found = reader.entries(f"{tree.PEOPLE},{BASE_DN}", ("*", "+"))
        return {entry.one("uid") or "": set(entry.attributes) for entry in found}


def test_shared_systems_read_addresses_but_no_phones_and_nobody_hidden(
    ldap_server: TestSlapd,
) -> None:
    people = seen(ldap_server, "reader")
    assert set(people) == {"nganth1"}
    assert {"uid", "cn", "mail", "title", "congvuQuota", "congvuStatus"} <= people["nganth1"]
    assert not {"mobile", "employeeNumber", "userPassword", "pwdChangedTime"} & people["nganth1"]


def test_mail_servers_read_hidden_entries_too(ldap_server: TestSlapd) -> None:
    people = seen(ldap_server, "mail")
    assert set(people) == {"nganth1", "nganth2"}
    assert not {"mobile", "userPassword"} & people["nganth1"]


def test_everybody_reads_all_of_the_own_entry_but_the_password(ldap_server: TestSlapd) -> None:
    with as_self(ldap_server, ENTRY) as self:
        own = self.read(ENTRY.dn)
        assert own is not None
        assert own.one("mobile") == "0912345678"
        assert "userPassword" not in own.attributes
        assert self.read(HIDDEN.dn) is None


def test_nobody_but_the_reconciler_writes(ldap_server: TestSlapd) -> None:
    title = [Modification(Alteration.REPLACE, "title", (b"x",))]
    identities = [LdapDirectory(ldap_server.settings(name)) for name in ("reader", "mail")]
    for somebody in [*identities, as_self(ldap_server, ENTRY)]:
        with somebody:
            assert somebody._run([encoding.modify_request(ENTRY.dn, title)]).code
            assert not somebody.write([Put(account(3))])[0].written
    with LdapDirectory(ldap_server.settings()) as writer:
        standing = writer.read(ENTRY.dn)
        assert standing is not None
        assert standing.one("title") == "Chuyên viên"
        assert writer.read(account(3).dn) is None


def test_applications_see_nothing_of_policies_and_other_identities(
    ldap_server: TestSlapd,
) -> None:
    with LdapDirectory(ldap_server.settings("reader")) as reader:
        assert reader.read(tree.reader_dn(BASE_DN)) is not None
        assert reader.read(tree.writer_dn(BASE_DN)) is None
        assert reader.read(f"cn=default,{tree.POLICIES},{BASE_DN}") is None


def test_an_account_without_password_cannot_sign_in(ldap_server: TestSlapd) -> None:
    with as_self(ldap_server, HIDDEN) as self, pytest.raises(DirectoryRefused):
        self.ping()


def test_wrong_passwords_lock_an_account_for_a_while_but_never_an_identity() -> None:
    with (
        scratch_folder() as folder,
        running_slapd(folder, lockout=LockoutRule(failures=3, lock_seconds=60)) as server,
    ):
        with LdapDirectory(server.settings()) as writer:
            writer.write([Put(ENTRY)])
        for _ in range(3):
            for settings in (
                server.settings(bind_dn=ENTRY.dn, bind_password="wrong"),
                server.settings(bind_password="wrong"),
            ):
                with LdapDirectory(settings) as guess, pytest.raises(DirectoryRefused):
                    guess.ping()
        with as_self(server, ENTRY) as self, pytest.raises(DirectoryRefused):
            self.ping()
        with LdapDirectory(server.settings()) as writer:
            writer.ping()
