"""The real worker beside real PostgreSQL and slapd: whatever dies, both sides agree in the end."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from entrypoints.home import CHECKOUT
from entrypoints.wiring import Services
from identity.accounts.models import Account, AccountStatus
from identity.bulk.confirmation import confirm_plan
from identity.bulk.models import BulkAction, BulkStatus
from identity.bulk.service import get_plan, make_plan
from identity.directory.comparison import Comparison, compare
from identity.directory.gateway import LdapDirectory
from identity.directory.pending import count_pending
from kernel.access import Actor
from kernel.audit import AuditRecord, Basis
from kernel.clock import office_day, utc_now
from kernel.database import Database
from mail_admin.rate.models import RateFigure
from mail_admin.rate.settings import Sign
from sso.keys.models import Algorithm, SigningKey
from tests.support.installation import eventually
from tests.support.services import built, environment_for, nowhere, settings_for
from tests.support.slapd import BASE_DN, TestSlapd, ldap_server, slapd_of_this_process
from tests.support.small_province import NOW, Province, found_province
from tests.support.usage import use

__all__ = ["ldap_server", "slapd_of_this_process"]

PEOPLE = 1000
FOUNDED = 6
"""Entries of the two organisations and their four groups."""

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def province(db: Database) -> Province:
    return found_province(db)


@pytest.fixture
def services(database_url: str) -> Iterator[Services]:
    with built(settings_for(database_url, nowhere())) as services:
        yield services


@pytest.fixture
def start(database_url: str, ldap_server: TestSlapd, tmp_path: Path) -> Iterator[Start]:
    """Start another worker; those that are left are stopped as an operator stops them."""
    directory = ldap_server.settings(group_size=50)
    environment = environment_for(database_url, directory) | {
        "CONGVU_HOME": str(tmp_path),
        "CONGVU_DIRECTORY__GROUP_SIZE": "50",
        "CONGVU_USAGE_RATE__REFRESH_SECONDS": "5",
        "PYTHONPATH": str(CHECKOUT),
        "PATH": "/usr/bin:/bin",
    }
    started: list[subprocess.Popen[bytes]] = []
    with contextlib.ExitStack() as logs:

        def start() -> "subprocess.Popen[bytes]":
            log = logs.enter_context((tmp_path / f"worker-{len(started)}.log").open("wb"))
            command = [sys.executable, "-P", "-m", "entrypoints.worker"]
            started.append(subprocess.Popen(command, env=environment, stderr=log))
            return started[-1]

        yield start
        for process in started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        codes = [process.wait(timeout=30) for process in started]
    assert set(codes) <= {0, -signal.SIGKILL}
    told = "".join(file.read_text() for file in tmp_path.glob("worker-*.log"))
    assert "Traceback" not in told, told


def settled(province: Province) -> bool:
    with province.database.transaction() as session:
        return count_pending(session) == 0


def standing(server: TestSlapd) -> int:
    with LdapDirectory(server.settings()) as directory:
        return sum(1 for _ in directory.entries(f"ou=people,{BASE_DN}", ("uid",)))


def assert_agreement(province: Province, server: TestSlapd, entries: int) -> None:
    """Everything stands once, as wanted, and nothing besides."""
    eventually(lambda: settled(province))
    with LdapDirectory(server.settings()) as directory:
        found = compare(province.database, directory, BASE_DN, lambda: NOW)
    assert found == Comparison(compared=entries)


def test_a_change_shows_within_seconds_and_a_stop_is_clean(
    province: Province, start: Start, ldap_server: TestSlapd
) -> None:
    worker = start()
    eventually(lambda: settled(province))
    province.hire(3)
    eventually(lambda: standing(ldap_server) == 3)
    assert_agreement(province, ldap_server, FOUNDED + 3)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0


def test_changes_made_while_the_directory_is_down_follow_when_it_is_back(
    province: Province, start: Start, ldap_server: TestSlapd
) -> None:
    accounts = province.hire(20)
    worker = start()
    eventually(lambda: settled(province))
    ldap_server.stop()
    later = NOW + timedelta(hours=1)
    province.change_status(accounts[:3], AccountStatus.SUSPENDED, later)
    province.change_status(accounts[3:5], AccountStatus.CLOSED, later)
    province.hire(5, first=100)
    assert not settled(province)
    ldap_server.start()
    assert_agreement(province, ldap_server, FOUNDED + 20 - 2 + 5)
    assert worker.poll() is None


def test_a_worker_killed_in_mid_batch_is_succeeded_without_loss_or_doubles(
    province: Province, start: Start, ldap_server: TestSlapd
) -> None:
    province.hire(PEOPLE)
    killed = start()
    eventually(lambda: standing(ldap_server) > 0)
    killed.kill()
    killed.wait()
    assert not settled(province)
    start()
    assert_agreement(province, ldap_server, FOUNDED + PEOPLE)


def test_a_plan_for_many_is_applied_whole_and_once_though_its_worker_is_killed(
    province: Province, start: Start, services: Services
) -> None:
    accounts = province.hire(20)
    plan_id = confirmed_suspension(services, accounts)
    with province.database.transaction() as session:
        session.execute(select(Account).where(Account.id == accounts[-1]).with_for_update())
        killed = start()
        eventually(lambda: jobs_doing(services) == 1)
        killed.kill()
        killed.wait()
    assert statuses(services, accounts) == {AccountStatus.ACTIVE}
    with province.database.transaction() as session:  # as half a minute later
        session.execute(
            text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 s'")
        )
    start()
    eventually(lambda: statuses(services, accounts) == {AccountStatus.SUSPENDED})
    with province.database.transaction() as session:
        assert get_plan(session, plan_id).status is BulkStatus.APPLIED
        told = select(func.count()).where(AuditRecord.tag == "account:suspended")
        assert session.scalar(told) == len(accounts)


def confirmed_suspension(services: Services, accounts: list[UUID]) -> UUID:
    actor, basis = Actor.operator("officer"), Basis("theo kế hoạch")
    with services.database.transaction() as session:
        plan = make_plan(session, actor, BulkAction.SUSPEND, accounts, now=NOW, basis=basis)
        confirm_plan(session, actor, plan.id, revision=1, now=NOW)
        services.bulk_jobs.defer_apply(session, actor, plan.id)
        return plan.id


def jobs_doing(services: Services) -> int:
    with services.database.transaction() as session:
        doing = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
        return session.scalar(doing) or 0


def statuses(services: Services, accounts: list[UUID]) -> set[AccountStatus]:
    with services.database.transaction() as session:
        return set(session.scalars(select(Account.status).where(Account.id.in_(accounts))))


def test_use_of_a_mailbox_shows_in_the_figures_of_the_month(
    province: Province, start: Start
) -> None:
    (account,) = province.hire(1)
    today = office_day(utc_now())
    start()

    def active() -> int:
        with province.database.transaction() as session:
            return session.scalar(select(func.sum(RateFigure.weekly_active))) or 0

    assert active() == 0
    with province.database.transaction() as session:
        use(session, account, Sign.WEB, today)
    eventually(lambda: active() == 1)


def test_two_workers_at_once_do_the_work_of_one(
    province: Province, start: Start, ldap_server: TestSlapd
) -> None:
    first, second = start(), start()
    province.hire(PEOPLE)
    eventually(lambda: standing(ldap_server) > 0)
    first.kill()  # whichever of them led, the work goes on
    assert_agreement(province, ldap_server, FOUNDED + PEOPLE)
    assert second.poll() is None


def test_a_directory_killed_in_mid_batch_is_filled_up_by_the_same_worker(
    province: Province, start: Start, ldap_server: TestSlapd
) -> None:
    province.hire(PEOPLE)
    worker = start()
    eventually(lambda: standing(ldap_server) > 0)
    ldap_server.kill()
    assert not settled(province)
    ldap_server.start()
    assert_agreement(province, ldap_server, FOUNDED + PEOPLE)
    assert worker.poll() is None


def test_a_worker_makes_the_keys_that_are_missing(
    province: Province, start: Start, ldap_server: TestSlapd
) -> None:
    def keys() -> int:
        with province.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(SigningKey)) or 0

    assert keys() == 0
    start()
    eventually(lambda: keys() == len(Algorithm))
    assert_agreement(province, ldap_server, FOUNDED)
