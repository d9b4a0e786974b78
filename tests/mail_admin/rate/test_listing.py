"""Pages of the mailboxes behind a number are the whole list, cut into pieces."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kernel.clock import utc_now
from mail_admin.rate import listing, queries
from mail_admin.rate.computing import compute, keep
from mail_admin.rate.listing import RosterRow, list_mailboxes
from mail_admin.rate.queries import KeptWindow
from mail_admin.rate.report import Scope
from mail_admin.rate.roster import MailboxState
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.rate.tree import Node
from tests.mail_admin.rate.test_recount import DAYS, RULES, WINDOWS, World, worlds, written


@pytest.mark.parametrize("quicker", [0, 5])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds(), rules=RULES, today=DAYS, data=st.data())
def test_pages_are_the_list(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    quicker: int,
    *,
    world: World,
    rules: UsageRateSettings,
    today: date,
    data: st.DataObject,
) -> None:
    """Whichever way organisations are looked up, and however few of the mailboxes are meant."""
    monkeypatch.setattr("mail_admin.rate.roster.TIMES_QUICKER", quicker)
    monkeypatch.setattr(listing, "FIRST_LOOK", 2)
    monkeypatch.setattr(listing, "LARGEST_LOOK", 6)
    window = data.draw(WINDOWS)
    day = window.reference_day(max(today, window.starts_on))
    with written(engine, world) as (session, _):
        computed = compute(session, window, day, rules)
        keep(session, computed, rules, utc_now())
        (kept,) = queries.load_windows(session, [window])
        nodes = [node for node in computed.tree.nodes if data.draw(st.booleans())]
        scope = data.draw(st.sampled_from(Scope))
        for state in data.draw(st.lists(st.sampled_from(MailboxState), min_size=1, max_size=3)):
            whole = list_mailboxes(session, kept, nodes, state, scope=scope)
            assert turned(session, kept, nodes, state, scope) == whole


def turned(
    session: Session, kept: KeptWindow, nodes: Sequence[Node], state: MailboxState, scope: Scope
) -> list[RosterRow]:
    """All pages, one after the other."""
    found: list[RosterRow] = []
    while True:
        after = found[-1].login if found else ""
        page = list_mailboxes(session, kept, nodes, state, scope=scope, after=after, limit=2)
        found += page
        if len(page) < 2:
            return found
