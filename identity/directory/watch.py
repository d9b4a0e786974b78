"""The reconciler's life in a worker."""

from threading import Event

import structlog
from sqlalchemy import Engine

from identity.directory.errors import DirectoryRefused, DirectoryUnavailable
from identity.directory.leader import Leadership, LeadershipLost, leadership
from identity.directory.reconciler import Reconciler

IDLE_SECONDS = 2.0
"""Longest sleep: refused entries fall due and another leader dies without a notice."""
STOP_SECONDS = 0.5
"""How soon we hear that we shall stop."""

log = structlog.get_logger()


def reconcile_until(stop: Event, engine: Engine, reconciler: Reconciler) -> None:
    """Keep the directory current while we lead, wait to lead while another does."""
    while not stop.is_set():
        with leadership(engine) as leader:
            if leader is None:
                stop.wait(IDLE_SECONDS)
                continue
            try:
                _lead(stop, leader, reconciler)
            except LeadershipLost:
                log.warning("reconciler-lost-leadership")


def _lead(stop: Event, leader: Leadership, reconciler: Reconciler) -> None:
    while not stop.is_set():
        try:
            run = reconciler.run(leader)
        except (DirectoryUnavailable, DirectoryRefused) as error:
            log.warning("directory-unavailable", code=error.code, reason=str(error))
            reconciler.look_again()
            stop.wait(IDLE_SECONDS)
            continue
        if run.written or run.removed or run.refused:
            counts = {"written": run.written, "removed": run.removed, "refused": run.refused}
            log.info("directory-written", held=run.held is not None, **counts)
        _rest(stop, leader)


def _rest(stop: Event, leader: Leadership) -> None:
    waited = 0.0
    while waited < IDLE_SECONDS and not stop.is_set():
        if leader.wait_for_changes(STOP_SECONDS):
            return
        waited += STOP_SECONDS
