"""What is read or computed of some organisations is what is said of them among all."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind
from kernel.clock import utc_now
from mail_admin.rate import queries, service
from mail_admin.rate.branch import Branch
from mail_admin.rate.computing import compute, keep
from mail_admin.rate.mailboxes_sql import Chosen, mailboxes
from mail_admin.rate.measures import MEASURES
from mail_admin.rate.models import NOWHERE
from mail_admin.rate.periods import Period, PeriodKind, Window
from mail_admin.rate.report import Report, ReportRow
from mail_admin.rate.settings import UsageRateSettings
from tests.mail_admin.rate.test_recount import DAYS, RULES, WINDOWS, World, worlds, written
from tests.support.usage import under

ROWS = "SELECT * FROM mail_admin_rate_{} WHERE window_id = :window_id"


def vectors(session: Session, table: str, window_id: UUID) -> dict[tuple[str, UUID], list[int]]:
    rows = session.execute(text(ROWS.format(table)), {"window_id": window_id}).mappings()
    return {
        (row["account_kind"], row["organisation_id"]): [row[name] for name in MEASURES]
        for row in rows
    }


@settings(max_examples=40)
@given(world=worlds(), window=WINDOWS, rules=RULES, today=DAYS)
def test_kept_totals_are_the_figures_of_every_branch_added_up(
    engine: Engine, world: World, window: Window, rules: UsageRateSettings, today: date
) -> None:
    day = window.reference_day(max(today, window.starts_on))
    with written(engine, world) as (session, _):
        computed = compute(session, window, day, rules)
        window_id = keep(session, computed, rules, utc_now())
        own = vectors(session, "figure", window_id)
        total = vectors(session, "total", window_id)
        for node in computed.tree.nodes:
            below = [one.id for one in under(computed.tree, node.id)]
            for kind in (AccountKind.PERSONAL, AccountKind.ORGANISATION):
                parts = [own[kind.value, place] for place in below if (kind.value, place) in own]
                added = [*map(sum, zip(*parts, strict=True))]
                assert total.pop((kind.value, node.id), []) == (added if any(added) else [])
        assert total == {}
        (kept,) = queries.load_windows(session, [window])
        (figures,) = queries.load_totals(session, [kept])
        for kind in (AccountKind.PERSONAL, AccountKind.ORGANISATION):
            everything = [vector for (name, _), vector in own.items() if name == kind.value]
            assert figures.sums.get(kind, []) == [*map(sum, zip(*everything, strict=True))]


def described(rows: Iterable[ReportRow]) -> list[tuple[Any, ...]]:
    return [
        (row.node, row.own, row.all, row.rate, row.own_rate, row.previous_rate, row.average_monthly)
        for row in rows
    ]


def agree(part: Report, whole: Report) -> None:
    assert described(part.rows) == [
        row for row in described(whole.rows) if row[0] in part.organisations.nodes
    ]
    assert (part.total, part.total_rate) == (whole.total, whole.total_rate)
    assert part.total_previous_rate == whole.total_previous_rate
    assert part.monthly == whole.monthly
    if whole.unplaced is not None:
        assert part.unplaced is not None
        assert described([part.unplaced]) == described([whole.unplaced])


@settings(max_examples=30)
@given(world=worlds(), rules=RULES, levels=st.none() | st.integers(0, 3))
def test_a_branch_read_alone_is_that_part_of_everything(
    engine: Engine, world: World, rules: UsageRateSettings, levels: int | None
) -> None:
    """Over several windows with trees of their own, and those before them."""
    edges = [date(2026, month, 1) for month in range(8, 13)]
    windows = [Window(first, end) for first, end in pairwise(edges)]
    period = Period(PeriodKind.QUARTER, (*windows[2:], Window(edges[-1], date(2027, 1, 1))))
    with written(engine, world) as (session, _):
        for window in windows:
            keep(session, compute(session, window, window.last_day, rules), rules, utc_now())
        last = compute(session, windows[-1], windows[-1].last_day, rules).tree
        whole = service.report(session, period)
        assert whole.organisations.nodes == [node for node in last.nodes if node.id != NOWHERE]
        tops = service.report(session, period, branch=Branch(levels=levels))
        assert len(tops.rows) == sum(
            levels is None or node.depth <= levels for node in whole.organisations.nodes
        )
        agree(tops, whole)
        for node in whole.organisations.nodes:
            part = service.report(session, period, branch=Branch(node.code, levels))
            assert part.organisations.nodes == [
                one
                for one in under(last, node.id)
                if levels is None or one.depth <= node.depth + levels
            ]
            line = [one.id for one in part.organisations.above]
            assert line == last.line(node.id)[:0:-1]
            agree(part, whole)


@settings(max_examples=40)
@given(world=worlds(), window=WINDOWS, rules=RULES, today=DAYS)
def test_mailboxes_of_some_organisations_are_those_among_all(
    engine: Engine, world: World, window: Window, rules: UsageRateSettings, today: date
) -> None:
    """By the indexes of a few organisations or accounts, and by reading every table once."""
    day = window.reference_day(max(today, window.starts_on))
    with written(engine, world) as (session, ids):
        tree = list(compute(session, window, day, rules).tree.by_id)

        def ask(chosen: Chosen | None) -> list[dict[str, Any]]:
            question = mailboxes(window, day, rules, chosen)
            statement = text(f"{question.sql} SELECT * FROM mailbox ORDER BY account_id")
            rows = session.execute(statement, question.values | {"tree": tree}).mappings()
            return [dict(row) for row in rows]

        everyone = ask(None)
        for count in (1, 2):
            for start in range(len(ids)):
                wanted = ids[start:][:count]
                found = ask(Chosen.of_organisations(wanted))
                assert of_these(found, wanted) == of_these(everyone, wanted)
        for part in (everyone[::2], everyone[:1], []):
            assert ask(Chosen.accounts([row["account_id"] for row in part])) == part


def of_these(rows: list[dict[str, Any]], organisations: list[UUID]) -> list[dict[str, Any]]:
    return [row for row in rows if row["organisation_id"] in organisations]
