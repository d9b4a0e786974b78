"""Child processes that cannot outlive us."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, TypedDict

PR_SET_PDEATHSIG = 1
"""Linux prctl(2): the signal a process gets when the thread that started it ends."""

_libc = ctypes.CDLL(None, use_errno=True)


class Identity(TypedDict, total=False):
    """The arguments of subprocess.Popen that change the user of the child."""

    user: int
    group: int
    extra_groups: list[int]


def identity(user: str | None) -> Identity:
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    groups = os.getgrouplist(user, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": groups}


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    user: str | None = None,
    output: IO[bytes] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    pass_fds: Collection[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C in the terminal reaches only us.

    It gets `death_signal` when we die in whatever way. Call from the main thread: the kernel
    takes the death of the calling *thread* for the death of the parent.
    """
    return subprocess.Popen(  # noqa: S603  # parts build commands, never input
        command,
        env=dict(environment),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
        pass_fds=pass_fds,
        preexec_fn=_tie_to_parent(os.getpid(), death_signal),  # noqa: PLW1509  # single thread
        **identity(user),
    )


def _tie_to_parent(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    """Runs in the child after it has changed user, which would have undone the tie."""

    def tie() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for ignored_in_background_shells in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(ignored_in_background_shells, signal.SIG_DFL)
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before the tie was made
            os._exit(1)

    return tie


def stop(
    process: subprocess.Popen[bytes], stop_signal: signal.Signals, *, limit_seconds: float
) -> bool:
    """Ask, wait, then kill the child with everything it started; False when it had to be killed."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(stop_signal)
    try:
        process.wait(limit_seconds)
    except subprocess.TimeoutExpired:
        kill(process)
        return False
    return True


def kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):  # its session carries its own process id
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
