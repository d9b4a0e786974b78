"""Fills a registry the way `congvu import FILE --yes` does, and times each step."""

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from entrypoints.sample import DOMAIN, FOUNDED, PROVINCE
from entrypoints.wiring import Services
from identity.addresses.presets import PRESETS
from identity.addresses.service import add_domain, set_policy
from identity.directory.leader import leadership
from identity.hr_import.parsing import parse_table
from identity.hr_import.reader import read_table
from identity.hr_import.service import ImportOptions, apply_plan, make_plan, receive_file
from identity.organisations.models import Group
from kernel.access import Actor
from kernel.audit import Basis

ACTOR = Actor.operator("benchmark")
BASIS = Basis("benchmark")


@dataclass(frozen=True, slots=True)
class ImportTimes:
    planning: float
    """Seconds from the file to the stored plan."""
    applying: float
    accepted: int
    """Rows that brought somebody new."""


@dataclass(frozen=True, slots=True)
class DirectoryTimes:
    entries: int
    seconds: float
    seconds_of_groups: float


def found_province(services: Services) -> None:
    """The sample's mail domain, organisations and organisation accounts; nobody in them yet."""
    with services.database.transaction() as session:
        domain = add_domain(session, ACTOR, DOMAIN, is_default=True, basis=BASIS)
        for code in ("congvu", "organisations"):
            set_policy(
                session,
                ACTOR,
                domain.id,
                PRESETS[code].policy,
                organisation_id=None,
                preset=code,
                now=services.clock(),
                basis=BASIS,
            )
    for name in ("organisations.csv", "organisation-accounts.csv"):
        import_file(services, PROVINCE / name)


def import_file(services: Services, file: Path) -> ImportTimes:
    started = time.perf_counter()
    database, importer, now = services.database, services.importer, services.clock()
    content, options = file.read_bytes(), ImportOptions(as_of=FOUNDED)
    with database.transaction() as session:
        plan = receive_file(session, importer, ACTOR, content, file.name, options=options, now=now)
    plan = make_plan(database, importer, ACTOR, plan.id, now=now)
    planned = time.perf_counter()
    apply_plan(database, importer, ACTOR, plan.id, now=now)
    return ImportTimes(planned - started, time.perf_counter() - planned, plan.totals["accept"])


def reading_seconds(services: Services, file: Path) -> float:
    """What reading and parsing alone take, which planning begins with."""
    started = time.perf_counter()
    table = read_table(file.read_bytes(), file.name, services.importer.settings)
    parse_table(table, today=services.clock().date())
    return time.perf_counter() - started


def write_directory(services: Services) -> DirectoryTimes:
    """Have the reconciler write all that is due."""
    with services.database.transaction() as session:
        groups = session.scalar(select(func.count()).select_from(Group)) or 0
    moments = {0: time.perf_counter()}
    """When so many entries stood; a batch holds entries of one kind, groups come last."""
    with services.directory() as directory, leadership(services.engine) as leader:
        assert leader is not None, "nobody else works on a fresh installation"
        run = services.reconciler(directory).run(
            leader, lambda run: moments.update({run.written: time.perf_counter()})
        )
    assert not run.refused, run.refused
    ended = time.perf_counter()
    return DirectoryTimes(run.written, ended - moments[0], ended - moments[run.written - groups])
