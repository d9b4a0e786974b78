"""The servers of the one-machine default, as the person at the terminal meets them."""

import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.embedded.postgres import find_directory
from entrypoints.embedded.state import PartCondition, read_state
from entrypoints.home import PORTS_IN_A_ROW
from tests.support.installation import SERVERS, Installation, are_gone, eventually
from tests.support.ports import free_port
from tests.support.scratch import scratch_folder


def connect(installation: Installation) -> psycopg.Connection:
    lines = (installation.home / "congvu.env").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line)
    url = settings["CONGVU_DATABASE__URL"].strip("'").replace("+psycopg", "")
    return psycopg.connect(url)


def test_ctrl_c_stops_everything_in_reverse_order(installation: Installation) -> None:
    started = installation.start()
    pids = [installation.pid(name) for name in SERVERS]
    started.send_signal(signal.SIGINT)
    output, _ = started.communicate(timeout=30)
    assert started.returncode == 0
    assert output.index("ldap stopped") < output.index("postgres stopped")
    assert are_gone(pids)
    assert {installation.state().parts[name].state for name in SERVERS} == {PartCondition.STOPPED}
    assert installation.state().pid is None


def test_where_nothing_was_ever_started_every_part_is_absent(tmp_path: Path) -> None:
    state = read_state(tmp_path / "nowhere")
    assert {part.state for part in state.parts.values()} == {PartCondition.ABSENT}
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("part", SERVERS)
def test_a_server_that_is_killed_is_started_again(installation: Installation, part: str) -> None:
    started = installation.start()
    killed = installation.pid(part)
    os.kill(killed, signal.SIGKILL)
    installation.wait_until(
        lambda state: (
            state.parts[part].state is PartCondition.RUNNING and state.parts[part].pid != killed
        )
    )
    assert installation.state().parts[part].restarts == 1
    started.send_signal(signal.SIGTERM)
    output, _ = started.communicate(timeout=30)
    assert f"{part} was killed by SIGKILL, starting again" in output


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_finds_the_data(
    installation: Installation,
) -> None:
    started = installation.start()
    with connect(installation) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    pids = [installation.pid(name) for name in SERVERS]
    started.kill()
    started.communicate()
    eventually(lambda: are_gone(pids))
    assert {installation.state().parts[name].state for name in SERVERS} == {PartCondition.STOPPED}
    installation.start()
    with connect(installation) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM kept").fetchone() == (True,)


def test_a_start_right_after_a_kill_waits_for_the_ports(installation: Installation) -> None:
    started = installation.start()
    started.kill()
    started.communicate()
    installation.start()


def test_a_stale_lock_file_of_postgres_is_no_obstacle(installation: Installation) -> None:
    started = installation.start()
    started.send_signal(signal.SIGTERM)
    started.communicate(timeout=30)
    lock = installation.home / "postgres" / "data" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n")  # a process that lives but is another
    installation.start()


def test_a_second_start_on_the_same_home_is_refused(installation: Installation) -> None:
    started = installation.start()
    second = installation.launch()
    output, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"Already running on {installation.home}, pid {started.pid}." in output
    assert installation.state().pid == started.pid


def test_two_homes_run_side_by_side(installation: Installation) -> None:
    with (
        scratch_folder() as folder,
        closing(Installation(folder, free_port(PORTS_IN_A_ROW))) as other,
    ):
        installation.start()
        other.start()
        assert installation.pid("postgres") != other.pid("postgres")
        with connect(installation) as here, connect(other) as there:
            identifier = "SELECT system_identifier FROM pg_control_system()"
            assert here.execute(identifier).fetchone() != there.execute(identifier).fetchone()


def test_the_data_follow_when_the_ports_move(installation: Installation) -> None:
    former = installation.port_base
    installation.port_base = free_port(PORTS_IN_A_ROW)
    assert installation.port_base != former
    installation.start()
    with connect(installation) as connection:
        assert connection.info.port == installation.port_base + 1


def test_a_taken_port_is_named_before_anything_starts(installation: Installation) -> None:
    with socket.create_server((LOOPBACK, installation.port_base + 1)):
        output, _ = (refused := installation.launch()).communicate(timeout=30)
    assert refused.returncode == 1
    assert f"Port {installation.port_base + 1} (postgres) is taken" in output
    assert "CONGVU_PORT_BASE" in output


def test_a_database_named_in_the_environment_is_not_touched(installation: Installation) -> None:
    refused = installation.launch(CONGVU_DATABASE__URL="postgresql+psycopg://production/congvu")
    output, _ = refused.communicate(timeout=30)
    assert refused.returncode == 1
    assert "CONGVU_DATABASE__URL is set in the environment" in output


def test_data_of_another_major_version_are_refused_untouched(installation: Installation) -> None:
    started = installation.start()
    started.send_signal(signal.SIGTERM)
    started.communicate(timeout=30)
    version = installation.home / "postgres" / "data" / "PG_VERSION"
    genuine = version.read_text()
    version.write_text("9\n")
    refused = installation.launch()
    output, _ = refused.communicate(timeout=30)
    version.write_text(genuine)
    assert refused.returncode == 1
    assert "was made by PostgreSQL 9 but this machine has PostgreSQL" in output


def test_data_whose_folder_is_gone_are_not_replaced_by_an_empty_database(
    installation: Installation,
) -> None:
    data, elsewhere = installation.home / "postgres", installation.home / "elsewhere"
    if data.exists():
        data.rename(elsewhere)
    data.symlink_to(installation.home / "unmounted")
    refused = installation.launch()
    output, _ = refused.communicate(timeout=30)
    data.unlink()
    if elsewhere.exists():
        elsewhere.rename(data)
    assert refused.returncode == 1
    assert "which is not there" in output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can own what it gives away")
def test_root_does_not_take_over_the_home_of_a_user(installation: Installation) -> None:
    os.chown(installation.home, 65534, 65534)
    refused = installation.launch()
    output, _ = refused.communicate(timeout=30)
    os.chown(installation.home, 0, 0)
    assert refused.returncode == 1
    assert "belongs to user 65534" in output


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs PostgreSQL as itself")
def test_root_keeps_the_cluster_where_its_server_can_reach_it(tmp_path: Path) -> None:
    home = tmp_path / "closed"
    home.mkdir(mode=0o700)
    place = find_directory(home)
    try:
        assert place.parent == Path("/var/lib/congvu")
        assert (home / "postgres").readlink() == place
        assert find_directory(home) == place
    finally:
        place.rmdir()
