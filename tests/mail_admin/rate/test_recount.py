"""Figures against a recount in plain Python, for any registry, use and reorganisation."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from identity.accounts.models import AccountKind, AccountStatus
from kernel.clock import VIETNAM, office_day
from mail_admin.rate.computing import Computation, compute
from mail_admin.rate.measures import MEASURES
from mail_admin.rate.models import NOWHERE
from mail_admin.rate.periods import Window, month_window
from mail_admin.rate.settings import ServiceRule, Sign, UsageRateSettings
from mail_admin.rate.tree import rolled_up
from tests.mail_admin.rate.recount import Box, Recounted, recount
from tests.support.usage import Registry, add_partition, under, use

FIRST, LAST = date(2026, 7, 20), date(2026, 12, 20)
DAYS = st.integers(0, (LAST - FIRST).days).map(lambda number: FIRST + timedelta(days=number))
MOMENTS = st.tuples(DAYS, st.integers(0, 24 * 60 - 1)).map(
    lambda pair: (
        datetime(pair[0].year, pair[0].month, pair[0].day, tzinfo=VIETNAM)
        + timedelta(minutes=pair[1])
    )
)
WINDOWS = st.sampled_from(
    [
        month_window(date(2026, 11, 1)),
        month_window(date(2026, 10, 1)),
        Window(date(2026, 10, 10), date(2026, 11, 10)),
        Window(date(2026, 9, 10), date(2026, 10, 10)),
    ]
)
LONG_AGO = date(2020, 1, 1)
NEXT = {
    AccountStatus.PENDING: [AccountStatus.ACTIVE, AccountStatus.SUSPENDED, AccountStatus.CLOSED],
    AccountStatus.ACTIVE: [AccountStatus.SUSPENDED, AccountStatus.CLOSED],
    AccountStatus.SUSPENDED: [AccountStatus.ACTIVE, AccountStatus.CLOSED],
    AccountStatus.CLOSED: [],
}
RULES = st.builds(
    UsageRateSettings,
    active_by=st.frozensets(st.sampled_from(Sign), min_size=1).map(sorted),
    minimum_active_days=st.integers(1, 4),
    service_rule=st.sampled_from(ServiceRule),
    minimum_days_in_service=st.integers(1, 28),
)


def ranges(days: list[date], *, open_end: bool) -> list[tuple[date, date | None]]:
    """Consecutive periods between sorted days, the last one without end if wanted."""
    edges = sorted(set(days))
    found: list[tuple[date, date | None]] = list(pairwise(edges))
    if open_end and edges:
        found.append((edges[-1], None))
    return found


@st.composite
def statuses(draw: st.DrawFn) -> list[tuple[AccountStatus, datetime]]:
    moments = sorted(draw(st.lists(MOMENTS, min_size=1, max_size=4, unique=True)))
    if draw(st.booleans()):
        moments[0] = datetime(2026, 1, 5, tzinfo=VIETNAM)
    history = [(AccountStatus.PENDING, moments[0])]
    for moment in moments[1:]:
        following = NEXT[history[-1][0]]
        if following:
            history.append((draw(st.sampled_from(following)), moment))
    return history


@st.composite
def boxes(draw: st.DrawFn, organisations: int) -> Box:
    box = Box(draw(statuses()))
    box.events = draw(st.lists(st.tuples(DAYS, st.sampled_from(Sign)), max_size=12))
    if draw(st.integers(0, 3)) == 0:
        box.organisation = draw(st.integers(0, organisations - 1))
        return box
    days = draw(st.lists(DAYS, max_size=3))
    if draw(st.booleans()):
        days.append(LONG_AGO)
    for begin, end in ranges(days, open_end=draw(st.booleans())):
        if draw(st.integers(0, 4)):
            box.places.append((draw(st.integers(0, organisations - 1)), begin, end))
    leave = ranges(draw(st.lists(DAYS, max_size=3)), open_end=draw(st.booleans()))
    box.leaves = leave[: draw(st.integers(0, 2))]
    return box


@dataclass
class World:
    parents: list[list[tuple[int | None, date, date | None]]]
    """Of each organisation: number of the parent, from, until. Circles may come about."""
    boxes: list[Box]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    count = draw(st.integers(1, 6))
    parents = []
    for number in range(count):
        days = draw(st.lists(DAYS, max_size=2))
        periods = ranges([LONG_AGO, *days], open_end=draw(st.integers(0, 3)) > 0)
        others = st.none() | st.sampled_from([n for n in range(count) if n != number] or [number])
        parents.append(
            [(draw(others), begin, end) for begin, end in periods] or [(None, LONG_AGO, None)]
        )
    return World(parents, draw(st.lists(boxes(count), max_size=12)))


@contextmanager
def written(engine: Engine, world: World) -> Iterator[tuple[Session, list[UUID]]]:
    """The world in the tables, gone afterwards."""
    with engine.connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            registry = Registry(session)
            ids = _write_tree(registry, world)
            for month in range(4, 13):
                add_partition(session, date(2026, month, 1))
            for box in world.boxes:
                _write_box(registry, box, ids)
            yield session, ids
        outer.rollback()


def _write_tree(registry: Registry, world: World) -> list[UUID]:
    ids = [registry.organisation() for _ in world.parents]
    for number, periods in enumerate(world.parents):
        for parent, begin, end in periods:
            registry.stand(ids[number], None if parent is None else ids[parent], begin, end)
    return ids


def _write_box(registry: Registry, box: Box, ids: list[UUID]) -> None:
    if box.organisation is not None:
        account = registry.account(box.statuses, organisation=ids[box.organisation])
    else:
        person = registry.person(*((ids[place], begin, end) for place, begin, end in box.places))
        for begin, end in box.leaves:
            registry.leave(person, begin, end)
        account = registry.account(box.statuses, person=person)
    for day, sign in box.events:
        use(registry.session, account, sign, day)


def known_on(box: Box, today: date) -> Box | None:
    """Nobody has changed a status or used a mailbox in the days to come."""
    happened = [change for change in box.statuses if office_day(change[1]) <= today]
    events = [event for event in box.events if event[0] <= today]
    return replace(box, statuses=happened, events=events) if happened else None


def in_force(world: World, day: date) -> dict[int, int | None]:
    """Who existed on a day, and the parent then."""
    return {
        number: parent
        for number, periods in enumerate(world.parents)
        for parent, begin, end in periods
        if begin <= day and (end is None or day < end)
    }


COUNTED = [
    name
    for name in MEASURES
    if name
    not in {
        "nearly_full",
        "sent",
        "sent_outside",
        "delivered",
        "read",
        "moved_in",
        "moved_out",
        "moved_within",
        "officials",
    }
]


@settings(max_examples=60)
@given(world=worlds(), window=WINDOWS, rules=RULES, today=DAYS)
def test_figures_are_those_of_a_recount(
    engine: Engine, world: World, window: Window, rules: UsageRateSettings, today: date
) -> None:
    today = max(today, window.starts_on)
    day = window.reference_day(today)
    world.boxes = [known for box in world.boxes if (known := known_on(box, today))]
    tree = in_force(world, day)
    found = [recount(box, window, day, rules, list(tree)) for box in world.boxes]
    mailboxes = [one for one in found if one is not None]
    with written(engine, world) as (session, ids):
        computed = compute(session, window, day, rules)
    numbers: dict[UUID, int | None] = {NOWHERE: None}
    numbers |= {identifier: number for number, identifier in enumerate(ids)}
    ours = Counter[tuple[int | None, bool, str]]()
    for (place, kind), figures in computed.own.items():
        for name in COUNTED:
            ours[numbers[place], kind is AccountKind.PERSONAL, name] += figures[name]
    naive = Counter[tuple[int | None, bool, str]]()
    for one in mailboxes:
        for name, value in one.facts.items():
            naive[one.place, one.personal, name] += value
    assert +ours == +naive
    officials = Counter(
        unit if unit in tree else None
        for box in world.boxes
        if (unit := box.place_on(day)) is not None and box.organisation is None
    )
    listed = {
        numbers[place]: figures["officials"]
        for (place, kind), figures in computed.own.items()
        if kind is AccountKind.PERSONAL
    }
    assert +Counter(listed) == officials
    _check_roll_up(computed, ids, mailboxes, tree)


def _check_roll_up(
    computed: Computation,
    ids: list[UUID],
    mailboxes: list[Recounted],
    tree: dict[int, int | None],
) -> None:
    """Every organisation's sum is that of the mailboxes below it, in the tree as it was."""
    own: dict[UUID, list[int]] = {}
    for (place, _), figures in computed.own.items():
        vector = own.setdefault(place, [0] * len(MEASURES))
        for position, name in enumerate(MEASURES):
            vector[position] += figures[name]
    sums = rolled_up(computed.tree, own, len(MEASURES))
    placed = {node.id: node for node in computed.tree.nodes}
    assert {ids.index(place) for place in placed if place != NOWHERE} == set(tree)
    for number, above in tree.items():
        parent = placed[ids[number]].parent_id
        # a circle is cut open somewhere; elsewhere the parent is that of the day
        if parent is not None:
            assert ids.index(parent) == above
        below = {ids.index(node.id) for node in under(computed.tree, ids[number])}
        inside = [one for one in mailboxes if one.place in below]
        total = dict(zip(MEASURES, sums[ids[number]], strict=True))
        for name in COUNTED:
            assert total[name] == sum(one.facts[name] for one in inside), name
        came = sum(
            1
            for one in inside
            if one.moved_from is not None
            and one.facts["present"]
            and one.personal
            and one.moved_from in tree
            and one.moved_from not in below
        )
        gone_origins = [
            one
            for one in inside
            if one.moved_from is not None and one.facts["present"] and one.moved_from not in tree
        ]
        assert came <= total["moved_in"] - total["moved_within"] <= came + len(gone_origins)
        left = sum(
            1
            for one in mailboxes
            if one.moved_from in below and one.place not in below and one.facts["present"]
        )
        assert total["moved_out"] - total["moved_within"] >= left
