"""Since when nobody uses a mailbox."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_admin.rate.settings import UsageRateSettings
from mail_admin.reminders.idle import IdleMailbox, list_idle
from tests.mail_admin.reminders.conftest import Scene


def idle(scene: Scene, *, pending: int = 7, active: int = 30) -> dict[str, IdleMailbox]:
    with scene.province.db.transaction() as session:
        found = list_idle(
            session, scene.today, UsageRateSettings(), pending_days=pending, active_days=active
        )
    return {mailbox.login: mailbox for mailbox in found}


def test_only_web_reading_and_sending_count_as_use(scene: Scene) -> None:
    long_ago = scene.today - timedelta(days=40)
    web, reading, sending, polling = (scene.person(idle_days=200) for _ in range(4))
    bit = 1 << (scene.today.day - 1)
    scene.use(web, scene.today)
    scene.use(reading, scene.today, read_days=bit)
    scene.use(sending, scene.today, sent_days=bit)
    scene.use(polling, scene.today, program_days=bit)
    scene.use(polling, long_ago)
    (mailbox,) = idle(scene).values()
    assert (mailbox.login, mailbox.last_used) == (polling.login, long_ago)
    assert mailbox.idle_days(scene.today) == 40


def test_who_was_reinstated_or_came_back_from_leave_begins_anew(scene: Scene) -> None:
    back, away, gone = (scene.person(idle_days=300) for _ in range(3))
    scene.leave(back, scene.today - timedelta(days=100), scene.today - timedelta(days=29))
    scene.leave(away, scene.today - timedelta(days=100), None)
    scene.leave(gone, scene.today + timedelta(days=1), None)  # not yet
    assert set(idle(scene)) == {gone.login}
    assert set(idle(scene, active=29)) == {gone.login, back.login}
    assert set(idle(scene, active=301)) == set()


def test_mailboxes_that_were_never_activated_are_counted_from_their_making(scene: Scene) -> None:
    scene.person(idle_days=6, active=False)
    old = scene.person(idle_days=7, active=False)
    assert set(idle(scene)) == {old.login}


@given(st.integers(min_value=1, max_value=2**31 - 1), st.sampled_from([1, 2, 11, 12]))
def test_the_last_day_of_a_mask_is_its_highest_bit(mask: int, month: int) -> None:
    days = [day for day in range(31) if mask >> day & 1]
    first = date(2026, month, 1)
    text = f"{mask:031b}".lstrip("0")
    assert first + timedelta(days=len(text) - 1) == first + timedelta(days=max(days))


@pytest.mark.parametrize("day", [date(2026, 10, 1), date(2026, 10, 31), date(2026, 9, 30)])
def test_the_database_reads_masks_alike(scene: Scene, day: date) -> None:
    account = scene.person(idle_days=400)
    scene.use(account, day, web_days=1 << (day.day - 1) | 1, read_days=1)
    assert idle(scene, active=10)[account.login].last_used == day
