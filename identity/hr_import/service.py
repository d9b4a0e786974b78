"""From a file to a stored plan, and from the plan to the registry as a whole or not at all."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg.errors
from sqlalchemy import case, null, select, text, true, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from identity.accounts.settings import MailboxSettings
from identity.hr_import import queries
from identity.hr_import.applying import Context
from identity.hr_import.audit_tags import ImportAuditTag
from identity.hr_import.columns import Column
from identity.hr_import.confirmation import basis_of, check_mass_change
from identity.hr_import.errors import (
    ImportPlanNotOpen,
    ImportPlanStale,
    ImportValueUnstorable,
)
from identity.hr_import.findings import Refusal
from identity.hr_import.kept_file import KeptFile, open_file, seal_file
from identity.hr_import.kinds import SheetKind
from identity.hr_import.models import ImportPlan, ImportRow, PlanStatus, Stage, Verdict
from identity.hr_import.organisation_accounts_apply import apply_organisation_accounts
from identity.hr_import.organisation_accounts_plan import OrganisationAccountsPlan
from identity.hr_import.organisations_apply import apply_organisations
from identity.hr_import.organisations_plan import OrganisationsPlan
from identity.hr_import.parsing import ParsedTable, parse_table
from identity.hr_import.people_apply import apply_people
from identity.hr_import.people_plan import PeoplePlan
from identity.hr_import.plan_rows import totals_of
from identity.hr_import.plan_sheet import answers_by_position, planned_rows
from identity.hr_import.plan_store import open_payloads, store_rows
from identity.hr_import.progress import Progress, Silent, counted
from identity.hr_import.rejected import write_rejected
from identity.hr_import.requests_apply import apply_requests
from identity.hr_import.requests_plan import RequestsPlan
from identity.hr_import.row_cells import layout_of
from identity.hr_import.settings import ImportSettings
from identity.people.citizen_numbers import CitizenNumbers
from identity.projection import queue_group_changes
from identity.protection.service import barred_people
from kernel import audit
from kernel.access import Actor
from kernel.clock import office_day
from kernel.collector import collector_at_rest
from kernel.database import Database, lift_statement_timeout
from kernel.encryption import KeyRing
from kernel.errors import DomainError
from kernel.messages import Message

LONGEST_STATEMENT_SECONDS = 600
MANY_ROWS = 1000
FRESH_STATISTICS = text(
    "ANALYZE identity_person, identity_appointment, identity_account, identity_address"
)
"""After many rows at once; autovacuum would leave the planner guessing for a minute."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person who sends a file says with it."""

    as_of: date
    document_number: str | None = None
    document_date: date | None = None
    reason: str | None = None
    """The name of the file where nobody gives one."""
    confirmed: Mapping[int, UUID | None] | Mapping[str, UUID | None] = field(default_factory=dict)
    """Row, or `row:sheet` → the registered person it is about; None for somebody new."""

    def as_json(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
            "document_number": self.document_number,
            "document_date": self.document_date and self.document_date.isoformat(),
            "confirmed": {str(row): who and str(who) for row, who in self.confirmed.items()},
        }


@dataclass(frozen=True, slots=True)
class Importer:
    """The tools that planning and applying need besides a session."""

    keys: KeyRing
    numbers: CitizenNumbers
    settings: ImportSettings
    mailboxes: MailboxSettings


def receive_file(
    session: Session,
    importer: Importer,
    actor: Actor,
    content: bytes,
    file_name: str,
    *,
    options: ImportOptions,
    now: datetime,
    plan_id: UUID | None = None,
) -> ImportPlan:
    """Keep the file, sealed, as a plan that is still to be made; with that id if one is given."""
    plan = ImportPlan(
        id=plan_id or uuid4(),
        status=PlanStatus.PENDING,
        file_name=file_name[-255:],
        file_sha256=hashlib.sha256(content).digest(),
        options=options.as_json(),
        totals={},
        created_at=now,
        created_by=actor.label,
        as_of=options.as_of,
        asked_at=now,
    )
    seal_file(importer.keys, plan, content)
    session.add(plan)
    session.flush()
    return plan


def make_plan(
    database: Database,
    importer: Importer,
    actor: Actor,
    plan_id: UUID,
    *,
    now: datetime,
    progress: Progress | None = None,
) -> ImportPlan:
    """Read the file, outside any transaction, and store what it would do.

    A file that is refused as a whole leaves a failed plan that says why, and is raised too.
    """
    progress = progress or Silent()
    with database.transaction() as session:
        plan = queries.get_plan(session, plan_id)
        if plan.status is not PlanStatus.PENDING:
            raise ImportPlanNotOpen(plan.status.value)
        kept = open_file(importer.keys, plan)
    progress.begin(Stage.READING)
    try:
        parsed = _parse(importer, kept, now)
    except DomainError as error:
        with database.transaction() as session:
            failed = queries.get_plan(session, plan_id)
            failed.status, failed.file_sealed = PlanStatus.FAILED, None
            failed.asked_at = failed.corrections_sealed = None
            failed.failure = error.as_json()
        raise
    with collector_at_rest(), database.transaction() as session:
        lift_statement_timeout(session, seconds=LONGEST_STATEMENT_SECONDS)
        plan = queries.get_plan(session, plan_id)
        _store_plan(session, importer, actor, plan, parsed, progress)
        audit.record(
            session,
            actor,
            ImportAuditTag.PLANNED,
            plan_id,
            basis_of(plan),
            file_name=plan.file_name,
            totals=plan.totals,
        )
        return plan


def _parse(importer: Importer, kept: KeptFile, now: datetime) -> ParsedTable:
    return parse_table(kept.read(importer.settings), today=office_day(now))


def _store_plan(
    session: Session,
    importer: Importer,
    actor: Actor,
    plan: ImportPlan,
    parsed: ParsedTable,
    progress: Progress,
) -> None:
    rows, pairs = planned_rows(parsed)
    said = {key: UUID(who) if who else None for key, who in plan.options["confirmed"].items()}
    confirmed = answers_by_position(rows, said)
    progress.begin(Stage.CHECKING, len(pairs))
    _planner(session, importer, actor, parsed.kind, plan.as_of, confirmed).plan(pairs)
    plan.kind, plan.status = parsed.kind, PlanStatus.PLANNED
    plan.totals, plan.layout = totals_of(rows), layout_of(parsed.sheets)
    plan.asked_at = plan.failure = None
    progress.begin(Stage.STORING, len(rows))
    store_rows(session, importer.keys, plan.id, counted(rows, progress))


Planner = PeoplePlan | RequestsPlan | OrganisationsPlan | OrganisationAccountsPlan


def _planner(
    session: Session,
    importer: Importer,
    actor: Actor,
    kind: SheetKind,
    day: date,
    confirmed: Mapping[int, UUID | None],
) -> Planner:
    if kind is SheetKind.PEOPLE:
        barred = barred_people(session, actor)
        return PeoplePlan(session, importer.numbers, day, confirmed, barred)
    if kind is SheetKind.REQUESTS:
        return RequestsPlan(session, importer.numbers, day, confirmed, actor)
    if kind is SheetKind.ORGANISATIONS:
        return OrganisationsPlan(session, day)
    return OrganisationAccountsPlan(session, day)


def apply_plan(
    database: Database,
    importer: Importer,
    actor: Actor,
    plan_id: UUID,
    *,
    now: datetime,
    mass_change_confirmed: bool = False,
    revision: int | None = None,
    progress: Progress | None = None,
) -> ImportPlan:
    """Write everything the plan accepts in one transaction.

    `revision`: of the plan that was confirmed; another one stays as it is.

    Raises ImportPlanNotFound, ImportPlanNotOpen, ImportPlanStale (and marks the plan so),
    ImportValueUnstorable, MassChangeStopped.
    """
    try:
        with collector_at_rest(), database.transaction() as session:
            lift_statement_timeout(session, seconds=LONGEST_STATEMENT_SECONDS)
            queue_group_changes(session)
            plan = _take_plan(session, plan_id, revision, now)
            if not mass_change_confirmed:
                check_mass_change(session, importer.settings, plan)
            _write(session, importer, actor, plan, progress or Silent())
            return plan
    except DataError:
        raise ImportValueUnstorable from None  # its words may quote what stands in the file
    except (ImportPlanStale, IntegrityError) as error:
        if isinstance(error, IntegrityError) and not _is_race(error):
            raise
        with database.transaction() as session:
            stale = queries.get_plan(session, plan_id)
            stale.status, stale.asked_at = PlanStatus.STALE, None
        raise ImportPlanStale from error


def _is_race(error: IntegrityError) -> bool:
    """Somebody took a number, login or address after the plan was made."""
    races = psycopg.errors.UniqueViolation | psycopg.errors.ExclusionViolation
    return isinstance(error.orig, races)


def _take_plan(session: Session, plan_id: UUID, revision: int | None, now: datetime) -> ImportPlan:
    """One statement consumes the plan, so that two appliers cannot both have it."""
    taken = session.execute(
        update(ImportPlan)
        .where(
            ImportPlan.id == plan_id,
            ImportPlan.status == PlanStatus.PLANNED,
            true() if revision is None else ImportPlan.revision == revision,
        )
        .values(status=PlanStatus.APPLIED, applied_at=now)
        .returning(ImportPlan.id)
    ).scalar_one_or_none()
    plan = queries.get_plan(session, plan_id)
    if taken is None:
        raise ImportPlanNotOpen(plan.status.value)
    return plan


def _write(
    session: Session, importer: Importer, actor: Actor, plan: ImportPlan, progress: Progress
) -> None:
    assert plan.applied_at is not None  # noqa: S101  # it was taken just now
    context = Context(
        session=session,
        actor=actor,
        numbers=importer.numbers,
        mailboxes=importer.mailboxes,
        basis=basis_of(plan),
        day=plan.as_of,
        now=plan.applied_at,
        plan_id=plan.id,
        progress=progress,
    )
    payloads = open_payloads(session, importer.keys, plan.id)
    progress.begin(Stage.APPLYING, _steps(payload for _, payload in payloads))
    if plan.kind is SheetKind.PEOPLE:
        apply_people(context, payloads)
    elif plan.kind is SheetKind.REQUESTS:
        apply_requests(context, payloads)
    elif plan.kind is SheetKind.ORGANISATIONS:
        apply_organisations(context, [payload for _, payload in payloads])
    else:
        apply_organisation_accounts(context, payloads)
    session.execute(
        update(ImportRow).where(ImportRow.plan_id == plan.id).values(payload_sealed=None)
    )
    if plan.totals["rows"] >= MANY_ROWS:
        session.execute(FRESH_STATISTICS)
    audit.record(
        session,
        actor,
        ImportAuditTag.APPLIED,
        plan.id,
        basis_of(plan),
        file_name=plan.file_name,
        totals=plan.totals,
    )


def _steps(payloads: Iterable[Mapping[str, Any]]) -> int:
    """A person, an organisation or a change is one, an account that is opened is another."""
    return sum(
        ("account" in payload) + (len(payload.keys() - {"account", "display_name"}) > 0)
        for payload in payloads
    )


def rejected_rows(database: Database, importer: Importer, plan_id: UUID, now: datetime) -> bytes:
    """The refused rows as the same spreadsheet with the reasons beside each.

    Raises ImportPlanNotFound, ImportPlanSealed.
    """
    with database.transaction() as session:
        plan = queries.get_plan(session, plan_id)
        kept = open_file(importer.keys, plan)
        refused = queries.list_rows(session, plan_id, verdicts=[Verdict.REFUSE])
    table = kept.read(importer.settings)
    reasons = {
        (row.sheet, row.row): [
            Refusal(refusal.reason, Column(refusal.column), Message(**refusal.message), seen="")
            for refusal in row.refusals
            if refusal.message is not None and refusal.column is not None
        ]
        for row in refused
    }
    return write_rejected(table, parse_table(table, today=office_day(now)), reasons)


def forget_old_files(session: Session, settings: ImportSettings, now: datetime) -> int:
    """Drop files and what their rows said, once their time is over; verdicts stay.

    Returns the number of plans.
    """
    old = (
        select(ImportPlan.id)
        .where(
            ImportPlan.created_at < now - timedelta(days=settings.keep_days),
            ImportPlan.file_sealed.is_not(None),
        )
        .scalar_subquery()
    )
    session.execute(
        update(ImportRow)
        .where(ImportRow.plan_id.in_(old))
        .values(payload_sealed=None, cells_sealed=None, message=null(), further=[], changes=[])
    )
    forgotten = session.execute(
        update(ImportPlan)
        .where(ImportPlan.id.in_(old))
        .values(
            file_sealed=None,
            corrections_sealed=None,
            draft_sealed=None,
            status=case(
                (ImportPlan.status == PlanStatus.PLANNED, PlanStatus.STALE),
                else_=ImportPlan.status,
            ),
        )
        .returning(ImportPlan.id)
    )
    return len(forgotten.all())
