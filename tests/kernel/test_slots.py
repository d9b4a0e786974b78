import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from entrypoints.home import CHECKOUT
from kernel.slots import SharedSlots

HOLDER = """
import sys
from pathlib import Path
from kernel.slots import SharedSlots
with SharedSlots(Path(sys.argv[1]), int(sys.argv[2])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


def holding(folder: Path, number: int) -> "subprocess.Popen[str]":
    """Another process that holds a slot until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_no_more_threads_than_slots_are_inside_at_once(tmp_path: Path) -> None:
    slots, inside, most, counting = SharedSlots(tmp_path, 2), 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal inside, most
        with slots.held():
            with counting:
                inside += 1
                most = max(most, inside)
            with counting:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(400)))
    assert 1 <= most <= 2


def test_a_slot_of_another_process_is_waited_for(tmp_path: Path) -> None:
    with holding(tmp_path, 1) as other:
        inside = threading.Event()

        def enter() -> None:
            with SharedSlots(tmp_path, 1).held():
                inside.set()

        thread = threading.Thread(target=enter)
        thread.start()
        assert not inside.wait(0.2)
        other.communicate("")
        thread.join()
        assert inside.is_set()


def test_one_that_is_free_is_taken_while_others_are_not(tmp_path: Path) -> None:
    with holding(tmp_path, 2) as other:
        with SharedSlots(tmp_path, 2).held():
            pass
        other.communicate("")


def test_a_process_that_is_killed_gives_its_slot_back(tmp_path: Path) -> None:
    with holding(tmp_path, 1) as other:
        other.send_signal(signal.SIGKILL)
        with SharedSlots(tmp_path, 1).held():
            pass
        other.communicate()


def test_files_are_closed_with_the_thread_that_opened_them(tmp_path: Path) -> None:
    slots = SharedSlots(tmp_path, 3)
    before = len(list(Path("/proc/self/fd").iterdir()))

    def once() -> None:
        with slots.held():
            pass

    for _ in range(20):
        thread = threading.Thread(target=once)
        thread.start()
        thread.join()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
