"""`congvu directory` against a real slapd."""

import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from identity.accounts.models import Account
from identity.directory.gateway import LdapDirectory
from kernel.clock import office_time
from tests.entrypoints.cli.conftest import Cli
from tests.support.registry import DOMAIN, Province
from tests.support.slapd import BASE_DN, TestSlapd

WHY = ("--reason", "kiểm tra")


@pytest.fixture
def accounts(province: Province) -> list[Account]:
    """In one department: 1 organisation, 2 groups and as many accounts."""
    finance = province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    return [province.account(province.person(finance)) for _ in range(30)]


def dn_of(account: Account) -> str:
    return f"uid={account.login},ou=people,{BASE_DN}"


def check(congvu: Cli, code: int) -> dict[str, Any]:
    found: dict[str, Any] = congvu("directory", "check", "--json", code=code).json
    return found


def test_sync_writes_everything_and_check_finds_no_difference(
    with_directory: Cli, accounts: list[Account]
) -> None:
    assert with_directory("directory", "status", "--json").json["pending"] == 33
    missing = check(with_directory, code=1)
    assert len(missing["missing"]) == 33
    run = with_directory("directory", "sync", "--json").json
    assert (run["written"], run["refused"], run["held"]) == (33, {}, None)
    found = check(with_directory, code=0)
    assert (found["compared"], found["missing"], found["extra"]) == (33, [], [])
    assert found["differing"] == []
    assert with_directory("directory", "status", "--json").json == {
        "pending": 0,
        "refused": {},
        "stops": [],
    }
    assert with_directory("account", "show", accounts[0].login, "--json").json["in_directory"]


def test_what_another_hand_did_is_shown_and_mended(
    with_directory: Cli, accounts: list[Account], ldap_server: TestSlapd
) -> None:
    with_directory("directory", "sync")
    removed, changed = dn_of(accounts[0]), dn_of(accounts[1])
    modify(ldap_server, f"dn: {removed}\nchangetype: delete\n")
    modify(
        ldap_server,
        f"dn: {changed}\nchangetype: modify\nreplace: mail\nmail: other@{DOMAIN}\n",
    )
    found = check(with_directory, code=1)
    assert found["missing"] == [removed]
    foreign = {"dn": changed, "attributes": ["mail"], "hand": "foreign"}
    assert foreign in found["differing"]
    declined = with_directory("directory", "repair", *WHY, typed="n\n", code=1)
    assert removed in declined.out
    with_directory("directory", "repair", "--yes", *WHY)
    with_directory("directory", "sync")
    assert check(with_directory, code=0)["missing"] == []


def modify(server: TestSlapd, ldif: str) -> None:
    command = ["ldapmodify", "-x", "-H", server.slapd.address, "-w", "the-administrator"]
    subprocess.run(
        [*command, "-D", f"cn=administrator,ou=system,{BASE_DN}"],
        input=ldif.encode(),
        env={"LDAPTLS_CACERT": str(server.slapd.authority), "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )


def test_the_brake_holds_a_mass_of_closures_until_it_is_released(
    with_directory: Cli, accounts: list[Account]
) -> None:
    with_directory("directory", "sync")
    for account in accounts[:25]:
        with_directory("account", "close", account.login, *WHY)
    held = with_directory("directory", "sync", "--json").json["held"]
    assert (held["to_remove"], held["accounts"]) == (25, 30)
    (stop,) = with_directory("directory", "status", "--json").json["stops"]
    stopped = office_time(datetime.fromisoformat(stop["stopped_at"]))
    assert f"stopped {stopped}: " in with_directory("directory", "status").out
    with_directory("directory", "release", stop["id"], *WHY)
    again = with_directory("directory", "release", stop["id"], *WHY, code=1)
    assert "brake-already-released" in again.err
    assert with_directory("directory", "sync", "--json").json["removed"] == 25
    assert check(with_directory, code=0)["extra"] == []


def test_an_export_loaded_by_slapadd_is_the_same_directory(
    with_directory: Cli, accounts: list[Account], ldap_server: TestSlapd, tmp_path: Path
) -> None:
    with_directory("directory", "sync")
    with LdapDirectory(ldap_server.settings()) as directory:
        written = {str(entry) for entry in directory.entries(BASE_DN, ("mail", "member", "cn"))}
    target = tmp_path / "all.ldif"
    answer = with_directory("directory", "export", "--ldif", str(target))
    assert answer.out.startswith("33 entries")
    assert target.stat().st_mode & 0o077 == 0
    ldap_server.empty()
    ldap_server.stop()
    load(ldap_server, target)
    ldap_server.start()
    with LdapDirectory(ldap_server.settings()) as directory:
        loaded = {str(entry) for entry in directory.entries(BASE_DN, ("mail", "member", "cn"))}
    assert loaded == written
    assert check(with_directory, code=0)["compared"] == len(accounts) + 3


def load(server: TestSlapd, file: Path) -> None:
    """As the administrator of a server does it while slapd is stopped."""
    configuration = str(server.slapd.folder / "configuration")
    command = ["/usr/sbin/slapadd", "-q", "-n", "1", "-F", configuration]
    with file.open("rb") as ldif:
        subprocess.run(command, stdin=ldif, check=True, capture_output=True)
    server.slapd.prepare()  # gives the files to the user that slapd runs as


def test_without_its_directory_the_command_says_so(congvu: Cli, accounts: list[Account]) -> None:
    assert accounts
    for command in ("sync", "check"):
        assert "directory-unavailable" in congvu("directory", command, code=1).err
    assert congvu("directory", "status", "--json").json["pending"] == 33
