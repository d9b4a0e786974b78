"""Figures as they cross the wire; the command line's JSON is the same."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mail_admin.rate.listing import RosterRow
from mail_admin.rate.measures import Measures
from mail_admin.rate.report import Report, ReportRow, share
from mail_admin.rate.roster import Correction


class FormulaOut(BaseModel):
    vi: str
    en: str


class MeasuresOut(BaseModel):
    """Numbers of mailboxes; over several months those of each month are added up."""

    issued: int = Field(description="Existed on at least one day, whatever their status.")
    present: int = Field(description="Not closed at the end.")
    in_service: int
    active: int
    unused: int
    locked: int
    on_leave: int
    never_activated: int
    polling_only: int
    weekly_active: int
    dormant_30: int
    dormant_60: int
    dormant_90: int
    nearly_full: int
    moved_in: int
    moved_out: int
    officials: int
    officials_with_account: int
    active_of_issued: float | None = Field(description="Locking mailboxes does not raise it.")
    issued_rate: float | None = Field(description="Officials with an account ÷ officials.")
    sent_per_mailbox: float | None
    received_per_mailbox: float | None

    @classmethod
    def of(cls, measures: Measures) -> Self:
        return cls(**members_of(measures))


PLAIN = [
    name
    for name in MeasuresOut.model_fields
    if hasattr(Measures, name) and name not in {"moved_in", "moved_out"}
]


def members_of(measures: Measures) -> dict[str, Any]:
    plain: dict[str, Any] = {name: getattr(measures, name) for name in PLAIN}
    return plain | {
        "moved_in": measures.came,
        "moved_out": measures.left,
        "active_of_issued": share(measures.active, measures.issued),
        "issued_rate": share(measures.officials_with_account, measures.officials),
        "sent_per_mailbox": share(measures.sent, measures.in_service),
        "received_per_mailbox": share(measures.delivered, measures.in_service),
    }


class OwnOut(BaseModel):
    """Of the organisation's own mailboxes, without those below it."""

    issued: int
    in_service: int
    active: int
    unused: int
    locked: int
    never_activated: int
    moved_in: int
    moved_out: int
    rate: float | None


class OrganisationFigures(MeasuresOut):
    """With everything below it in the tree of the last day."""

    code: str | None
    name: str
    parent_code: str | None
    depth: int
    rate: float | None = Field(description="None without a mailbox in service.")
    average_monthly: float | None = Field(description="Plain mean of the months' rates.")
    previous_rate: float | None
    change: float | None = Field(description="Against the period before, as a share of 1.")
    meets_target: bool | None
    own: OwnOut


class TotalFigures(MeasuresOut):
    rate: float | None
    average_monthly: float | None
    previous_rate: float | None
    meets_target: bool | None


class MonthFigures(BaseModel):
    starts_on: date
    ends_on: date = Field(description="Excluded.")
    label: str
    rate: float | None


class UsageReportOut(BaseModel):
    month: str = Field(description="The month asked for.")
    period: str
    label: str
    starts_on: date
    ends_on: date = Field(description="Excluded.")
    scope: str
    is_over: bool
    is_closed: bool
    reference_day: date = Field(description="Whose tree, places and statuses count.")
    computed_at: datetime
    confirmed_at: datetime = Field(description="When the figures were last seen to be current.")
    formula: FormulaOut
    target: float
    total: TotalFigures
    months: list[MonthFigures]
    missing: list[str] = Field(description="Parts of the period without figures.")
    organisations: list[OrganisationFigures]
    unplaced: OrganisationFigures | None = Field(
        description="Mailboxes of organisations that did not exist on the last day."
    )


def report_out(report: Report, month: str) -> UsageReportOut:
    codes: dict[UUID | None, str | None] = {}
    codes |= {node.id: node.code for node in report.organisations.above}
    codes |= {node.id: node.code for node in report.organisations.nodes}
    return UsageReportOut(
        month=month,
        period=report.period.kind.value,
        label=report.period.label,
        starts_on=report.period.starts_on,
        ends_on=report.period.ends_on,
        scope=report.scope.value,
        is_over=report.is_over,
        is_closed=report.is_closed,
        reference_day=report.last.reference_day,
        computed_at=report.computed_at,
        confirmed_at=report.confirmed_at,
        formula=FormulaOut(vi=report.formula.vi, en=report.formula.en),
        target=report.target,
        total=_total(report),
        months=[
            MonthFigures(
                starts_on=window.starts_on, ends_on=window.ends_on, label=window.label, rate=rate
            )
            for window, rate in report.monthly
        ],
        missing=[window.label for window in report.missing],
        organisations=[_organisation(report, row, codes) for row in report.rows],
        unplaced=_organisation(report, report.unplaced, codes) if report.unplaced else None,
    )


def _total(report: Report) -> TotalFigures:
    rate = report.total_rate
    return TotalFigures(
        **members_of(report.total),
        rate=rate,
        average_monthly=report.total_average_monthly,
        previous_rate=report.total_previous_rate,
        meets_target=None if rate is None else rate >= report.target,
    )


def _organisation(
    report: Report, row: ReportRow, codes: Mapping[UUID | None, str | None]
) -> OrganisationFigures:
    node, own = row.node, row.own
    # what we computed ourselves needs no looking through: a third of the time of a report
    return OrganisationFigures.model_construct(
        **members_of(row.all),
        code=node.code,
        name=node.name,
        parent_code=codes.get(node.parent_id),
        depth=node.depth,
        rate=row.rate,
        average_monthly=row.average_monthly,
        previous_rate=row.previous_rate,
        change=row.change,
        meets_target=None if row.rate is None else row.rate >= report.target,
        own=OwnOut.model_construct(
            issued=own.issued,
            in_service=own.in_service,
            active=own.active,
            unused=own.unused,
            locked=own.locked,
            never_activated=own.never_activated,
            moved_in=own.moved_in,
            moved_out=own.moved_out,
            rate=row.own_rate,
        ),
    )


class UsageMonthOut(BaseModel):
    month: str = Field(examples=["2026-11"])
    is_over: bool
    closed_at: datetime | None


class MailboxOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    account_id: UUID
    login: str
    name: str
    kind: str
    organisation_code: str | None
    organisation_name: str | None
    status: str
    on_leave: bool
    days_in_service: int
    active_days: int
    in_service: bool
    active: bool
    dormant_days: int = Field(description="0, 30, 60 or 90.")
    moved_from: str | None
    used: dict[str, list[date]] = Field(description="On which days by web, program, sent, read.")


class MailboxPage(BaseModel):
    formula: FormulaOut
    items: list[MailboxOut]
    next_cursor: str | None


def mailbox_out(row: RosterRow) -> MailboxOut:
    return MailboxOut.model_validate(row)


class CorrectionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    account_id: UUID
    login: str
    name: str
    then: dict[str, object] | None
    now: dict[str, object] | None

    @classmethod
    def of(cls, correction: Correction) -> Self:
        return cls.model_validate(correction)
