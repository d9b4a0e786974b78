"""Processes are killed in the middle of their work; both sides agree in the end."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from identity.directory.comparison import Comparison, compare
from identity.directory.gateway import LdapDirectory
from identity.directory.pending import count_pending
from tests.support.slapd import BASE_DN, TestSlapd
from tests.support.small_province import NOW, Province

CHECKOUT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0
PEOPLE = 1000

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database_url: str, ldap_server: TestSlapd) -> Iterator[Start]:
    """Start another reconciler; all are killed at the end."""
    started: list[subprocess.Popen[bytes]] = []
    slapd = ldap_server.slapd
    arguments = [database_url, slapd.address, str(slapd.authority)]

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-P", "-m", "tests.support.reconcile_process", *arguments]
        environment = {"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin"}
        started.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def count_standing(directory: LdapDirectory) -> int:
    return sum(1 for _ in directory.entries(f"ou=people,{BASE_DN}", ("uid",)))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def everything_is_written(province: Province) -> bool:
    with province.database.transaction() as session:
        return count_pending(session) == 0


def agree(province: Province, ldap_server: TestSlapd) -> bool:
    with LdapDirectory(ldap_server.settings()) as directory:
        found = compare(province.database, directory, BASE_DN, lambda: NOW)
    return found == Comparison(compared=2 + PEOPLE + 4)


def test_a_killed_reconciler_is_succeeded_by_another(
    province: Province, directory: LdapDirectory, start: Start, ldap_server: TestSlapd
) -> None:
    province.hire(PEOPLE)
    first, second = start(), start()
    wait_until(lambda: count_standing(directory) > 0)
    first.kill()
    wait_until(lambda: everything_is_written(province))
    assert second.poll() is None
    assert agree(province, ldap_server)


def test_a_killed_directory_is_filled_up_when_it_is_back(
    province: Province, directory: LdapDirectory, start: Start, ldap_server: TestSlapd
) -> None:
    province.hire(PEOPLE)
    start()
    wait_until(lambda: count_standing(directory) > 0)
    ldap_server.kill()
    assert not everything_is_written(province)
    ldap_server.start()
    wait_until(lambda: everything_is_written(province))
    assert agree(province, ldap_server)


def test_changes_follow_by_themselves(
    province: Province, start: Start, ldap_server: TestSlapd
) -> None:
    start()
    wait_until(lambda: everything_is_written(province))
    province.hire(PEOPLE)
    wait_until(lambda: everything_is_written(province))
    assert agree(province, ldap_server)
