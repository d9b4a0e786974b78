"""How much the mailboxes of an organisation are used, from figures that are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.usage.kept import KeptReadings
from identity.organisations.models import AgencyCode
from mail_admin.rate import service
from mail_admin.rate.branch import Branch
from mail_admin.rate.errors import NoFigures, OrganisationNotInReport
from mail_admin.rate.models import RateWindow
from mail_admin.rate.periods import PeriodKind, period_of
from mail_admin.rate.report import ReportRow


@dataclass(frozen=True, slots=True)
class LatestUsage:
    month: date
    row: ReportRow
    target: float


def latest_usage(
    session: Session, kept: KeptReadings, codes: Sequence[AgencyCode]
) -> LatestUsage | None:
    """Of the last month with figures; None where there are none of this organisation."""
    code = next((one.code for one in codes if one.valid_to is None), None)
    return None if code is None else kept.read(session, read_latest, code)


def read_latest(session: Session, code: str) -> LatestUsage | None:
    months = select(RateWindow.starts_on).order_by(RateWindow.starts_on.desc())
    month = next((day for day in session.scalars(months) if day.day == 1), None)
    if month is None:
        return None
    try:
        period = period_of(PeriodKind.MONTH, month)
        report = service.report(session, period, branch=Branch(code, levels=0))
    except (NoFigures, OrganisationNotInReport):
        return None
    return LatestUsage(month, report.rows[0], report.target)
