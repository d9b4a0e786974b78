"""How parts that misbehave are dealt with; what they run is a shell script."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from entrypoints.embedded.state import PartCondition, last_written
from entrypoints.home import CHECKOUT
from tests.support.installation import are_gone, eventually
from tests.support.shell_parts import LARGEST

STEADY = 'touch "$READY"; exec sleep 1000'
STUBBORN = 'trap "" TERM; touch "$READY"; exec sleep 1000'  # what is ignored stays so over exec
STUBBORN_PARENT = 'trap "" TERM; touch "$READY"; sleep 1000; :'
Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    running = []

    def launch(start_limit: float = 60, **scripts: str) -> subprocess.Popen[str]:
        parts = [f"{name}={script}" for name, script in scripts.items()]
        driver = [sys.executable, "-P", "-m", "tests.support.shell_parts"]
        process = subprocess.Popen(
            [*driver, str(tmp_path), str(start_limit), *parts],
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield launch
    for process in running:
        process.terminate()
        process.communicate(timeout=30)


def wait_for(home: Path, part: str, restarts: int = 0) -> int:
    """Process id of the part, once it runs and was restarted that often."""

    def runs() -> bool:
        state = last_written(home).parts.get(part)
        return (
            state is not None
            and state.state is PartCondition.RUNNING
            and state.restarts == restarts
        )

    eventually(runs)
    pid = last_written(home).parts[part].pid
    assert pid is not None
    return pid


def test_a_part_that_ends_at_once_is_reported_with_its_words_and_the_others_are_stopped(
    launch: Launch,
) -> None:
    process = launch(steady=STEADY, broken="echo no such table; exit 3")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "broken did not start: ended with exit code 3" in output
    assert "no such table" in output
    assert "steady stopped" in output


def test_a_part_that_never_serves_is_given_up(launch: Launch) -> None:
    process = launch(start_limit=1, deaf="exec sleep 1000")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "deaf did not start: not ready after 1 s" in output


def test_a_part_that_ignores_the_request_to_stop_is_killed_with_its_children(
    launch: Launch, tmp_path: Path
) -> None:
    process = launch(stubborn=STUBBORN_PARENT)
    pid = wait_for(tmp_path, "stubborn")
    children = Path(f"/proc/{pid}/task/{pid}/children")
    eventually(lambda: children.read_text() != "")
    family = [pid, *map(int, children.read_text().split())]
    process.terminate()
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "stubborn did not stop within 0.5 s, killed" in output
    eventually(lambda: are_gone(family))


def test_the_pause_before_a_restart_doubles(launch: Launch, tmp_path: Path) -> None:
    process = launch(fragile=STEADY)
    os.kill(wait_for(tmp_path, "fragile"), signal.SIGKILL)
    os.kill(wait_for(tmp_path, "fragile", restarts=1), signal.SIGSEGV)
    wait_for(tmp_path, "fragile", restarts=2)
    process.terminate()
    output, _ = process.communicate(timeout=30)
    assert "fragile was killed by SIGKILL, starting again in 0.5 s" in output
    assert "fragile was killed by SIGSEGV, starting again in 1 s" in output


def test_a_part_that_hangs_after_its_restart_is_started_once_more(
    launch: Launch, tmp_path: Path
) -> None:
    count = 'echo >>"$READY.starts"; [ $(wc -l <"$READY.starts") = 2 ] || touch "$READY"'
    process = launch(start_limit=3, moody=f"{count}; exec sleep 1000")
    os.kill(wait_for(tmp_path, "moody"), signal.SIGKILL)
    wait_for(tmp_path, "moody", restarts=2)
    process.terminate()
    output, _ = process.communicate(timeout=30)
    assert "moody is not ready after 3 s" in output


def test_ctrl_c_while_a_part_is_starting_stops_it(launch: Launch, tmp_path: Path) -> None:
    process = launch(steady=STEADY, slow="exec sleep 1000")
    wait_for(tmp_path, "steady")
    eventually(lambda: "slow" in last_written(tmp_path).parts)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "slow stopped" in output


def test_an_impatient_second_ctrl_c_changes_nothing(launch: Launch, tmp_path: Path) -> None:
    process = launch(stubborn=STUBBORN)
    wait_for(tmp_path, "stubborn")
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)  # into the half second that the part is given
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "killed" in output


def test_parts_die_with_a_supervisor_that_was_killed(launch: Launch, tmp_path: Path) -> None:
    process = launch(steady=STEADY, stubborn=STUBBORN)
    pids = [wait_for(tmp_path, name) for name in ("steady", "stubborn")]
    process.kill()
    eventually(lambda: are_gone(pids))


def test_a_log_that_has_grown_is_put_aside_at_the_start(launch: Launch, tmp_path: Path) -> None:
    log = tmp_path / "log" / "steady.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * LARGEST)
    launch(steady=STEADY)
    wait_for(tmp_path, "steady")
    assert log.stat().st_size == 0
    assert log.with_name("steady.log.1").stat().st_size == LARGEST


def test_what_a_part_writes_never_grows_for_ever(launch: Launch, tmp_path: Path) -> None:
    launch(talker='touch "$READY"; while echo "a line that says nothing $((++n))"; do :; done')
    wait_for(tmp_path, "talker")
    log = tmp_path / "log" / "talker.log"
    eventually(log.with_name("talker.log.3").exists)
    first = log.with_name("talker.log.3").stat().st_ino
    eventually(lambda: log.with_name("talker.log.3").stat().st_ino != first)
    assert not log.with_name("talker.log.5").exists()
    assert log.with_name("talker.log.1").stat().st_mode & 0o777 == 0o600


def test_a_part_with_a_log_of_its_own_is_told_to_open_it_again_and_no_line_is_lost(
    launch: Launch, tmp_path: Path
) -> None:
    script = """
        exec 3>>"$LOG"
        trap 'exec 3>>"$LOG"' USR1
        touch "$READY"
        for ((n = 0; n < 30000; n++)); do echo line $n >&3; done
        echo done
        sleep 1000
    """
    log = tmp_path / "log" / "writer-own.log"
    launch(writer=script)
    wait_for(tmp_path, "writer")
    eventually(lambda: "done" in (tmp_path / "log" / "writer.log").read_text())
    names = [log, *(log.with_name(f"{log.name}.{number}") for number in (1, 2, 3))]
    files = [name.read_text().splitlines() for name in reversed(names) if name.exists()]
    assert len(files) > 2
    told = [line for lines in files for line in lines]
    begin = 30000 - len(told)  # the oldest are gone
    assert told == [f"line {number}" for number in range(begin, 30000)]


def test_waiting_costs_no_processor_time(launch: Launch, tmp_path: Path) -> None:
    process = launch(steady=STEADY)
    wait_for(tmp_path, "steady")
    eventually(lambda: spent(process.pid, 0.5) <= 1)  # once it has told that all are ready


def spent(pid: int, seconds: float) -> int:
    before = ticks(pid)
    time.sleep(seconds)
    return ticks(pid) - before


def ticks(pid: int) -> int:
    """Processor time in hundredths of a second, proc(5) fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
