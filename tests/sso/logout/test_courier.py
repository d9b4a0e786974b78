"""Deliveries survive clients that fail, hang or refuse, and couriers that die."""

import io
import signal
import subprocess
import sys
import threading
from threading import Event

import pytest
from sqlalchemy import text

from entrypoints.home import CHECKOUT
from kernel.notices import Notices
from sso.logout import deliveries
from sso.logout.courier import BATCH, MOST_REFUSALS
from sso.logout.deliveries import Listener
from sso.sessions.models import EndReason
from sso.sessions.service import Browser, end_sessions_of, participate, start_session
from tests.support.installation import eventually
from tests.support.logout import (
    Couriers,
    Receiver,
    courier_for,
    hasten,
    only_row,
    receiving,
    rows,
    undelivered,
)
from tests.support.logs import lines
from tests.support.registry import NOW
from tests.support.sign_on import Application, Member, SignOnWorld

__all__ = ["lines"]

NOBODY = Browser(None, None)
OTHERS = "WHERE datname = current_database() AND pid <> pg_backend_pid()"


def system(world: SignOnWorld, name: str, receiver: Receiver) -> Application:
    return world.application(name, backchannel_logout_uri=receiver.address)


def leave(world: SignOnWorld, member: Member) -> None:
    with world.services.database.transaction() as session:
        end_sessions_of(session, member.id, EndReason.ENDED_ELSEWHERE, now=NOW)


def enter_and_leave(world: SignOnWorld, member: Member, *apps: Application, times: int = 1) -> None:
    settings = world.services.settings.sso
    with world.services.database.transaction() as session:
        for _ in range(times):
            started = start_session(
                session, member.id, acr="0", amr=[], browser=NOBODY, settings=settings, now=NOW
            )
            for app in apps:
                participate(session, started.id, app.id, member.id, now=NOW)
    leave(world, member)


def test_a_client_hears_at_once(world: SignOnWorld, couriers: Couriers, receiver: Receiver) -> None:
    couriers.start()
    enter_and_leave(world, world.member(), system(world, "app", receiver))
    receiver.next_token()
    eventually(lambda: undelivered(world) == 0)
    assert only_row(world).attempts == 1


@pytest.mark.parametrize("status", [500, 503, 404, 302, 429])
def test_a_client_that_fails_is_told_again(
    world: SignOnWorld, couriers: Couriers, status: int
) -> None:
    with receiving(status) as receiver:
        enter_and_leave(world, world.member(), system(world, "app", receiver))
        couriers.start()
        receiver.next_token()
        eventually(lambda: only_row(world).last_error == f"status-{status}")
        hasten(world)
        receiver.next_token()
        eventually(lambda: undelivered(world) == 0)
    assert only_row(world).last_error is None


def test_pauses_between_attempts_grow_up_to_an_hour(world: SignOnWorld) -> None:
    app = world.application(backchannel_logout_uri="https://app.example/logout")
    enter_and_leave(world, world.member(), app)
    pauses = []
    for _ in range(20):
        hasten(world)
        with world.services.database.transaction() as session:
            (claimed,) = deliveries.claim(session, Listener(app.id), most=10, lease_seconds=60)
            deliveries.put_off(session, [claimed.id], "status-500")
            pauses.append(
                session.scalar(
                    text("SELECT extract(epoch FROM due_at - now()) FROM sso_logout_delivery")
                )
            )
    assert 0.7 < pauses[0] < 1.3
    assert 5.9 < pauses[3] < 10.1
    assert 2600 < pauses[-1] < 4600


def test_after_a_day_it_is_given_up(world: SignOnWorld, couriers: Couriers) -> None:
    with receiving(500, 500) as receiver:
        enter_and_leave(world, world.member(), system(world, "app", receiver))
        with world.services.database.transaction() as session:
            session.execute(
                text("UPDATE sso_logout_delivery SET created_at = now() - interval '1 d'")
            )
        couriers.start()
        eventually(lambda: only_row(world).given_up_at is not None)
        hasten(world)
        with world.services.database.transaction() as session:
            assert deliveries.due_listeners(session) == {}
            assert deliveries.count_undelivered(session) == 0


def test_a_client_that_refuses_the_token_is_believed_after_a_while(
    world: SignOnWorld, couriers: Couriers
) -> None:
    with receiving(400, 400) as receiver:
        enter_and_leave(world, world.member(), system(world, "app", receiver))
        couriers.start()
        receiver.next_token()
        eventually(lambda: only_row(world).last_error == "status-400")
        assert only_row(world).given_up_at is None
        with world.services.database.transaction() as session:
            values = {"refusals": MOST_REFUSALS - 1}
            session.execute(text("UPDATE sso_logout_delivery SET refusals = :refusals"), values)
        hasten(world)
        receiver.next_token()
        eventually(lambda: only_row(world).given_up_at is not None)


def test_what_was_not_answered_at_all_is_no_refusal(world: SignOnWorld) -> None:
    """The first answer after an outage, from a client that has yet to fetch our new key."""
    with receiving(400) as receiver:
        app = system(world, "app", receiver)
        enter_and_leave(world, world.member(), app)
        with world.services.database.transaction() as session:
            session.execute(text("UPDATE sso_logout_delivery SET attempts = 30"))
        courier = courier_for(world.services, Notices("postgresql://nobody"))
        courier._serve(Listener(app.id), Event())
    row = only_row(world)
    assert (row.attempts, row.refusals, row.last_error) == (31, 1, "status-400")
    assert row.given_up_at is None
    hasten(world)
    courier._serve(Listener(app.id), Event())
    row = only_row(world)
    assert (row.attempts, row.refusals, row.last_error) == (32, 1, "outbound-unavailable")


def test_an_address_that_must_not_be_fetched_is_not_tried_again(
    world: SignOnWorld, couriers: Couriers
) -> None:
    app = world.application(backchannel_logout_uri="https://169.254.169.254/latest/meta-data")
    enter_and_leave(world, world.member(), app)
    couriers.start()
    eventually(lambda: only_row(world).given_up_at is not None)
    assert (only_row(world).last_error, only_row(world).attempts) == ("outbound-refused", 1)


def test_a_client_that_hangs_does_not_hold_up_others(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver
) -> None:
    with receiving() as hanging:
        hanging.awake.clear()
        slow, quick = system(world, "slow", hanging), system(world, "quick", receiver)
        member = world.member()
        enter_and_leave(world, member, slow, times=BATCH + 5)
        couriers.start()
        assert hanging.arrived.wait(20)
        enter_and_leave(world, member, slow, quick)
        receiver.next_token()
        assert not hanging.awake.is_set()


def test_one_attempt_in_vain_counts_for_everything_that_a_silent_client_has_to_hear(
    world: SignOnWorld,
) -> None:
    with receiving() as receiver:
        app = system(world, "app", receiver)
    enter_and_leave(world, world.member(), app, times=BATCH * 3)
    courier_for(world.services, Notices("postgresql://nobody"))._serve(Listener(app.id), Event())
    assert {row.attempts for row in rows(world)} == {1}
    assert sum(row.last_error == "outbound-unavailable" for row in rows(world)) == BATCH


def test_one_person_whose_logout_fails_does_not_hold_up_the_others(
    world: SignOnWorld, couriers: Couriers
) -> None:
    with receiving(500) as receiver:
        enter_and_leave(world, world.member(), system(world, "app", receiver), times=5)
        couriers.start()
        eventually(lambda: undelivered(world) <= 1)


def test_two_couriers_share_the_work_and_deliver_each_once(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver
) -> None:
    enter_and_leave(world, world.member(), system(world, "app", receiver), times=BATCH * 6)
    couriers.start()
    couriers.start()
    eventually(lambda: undelivered(world) == 0)
    assert receiver.heard.qsize() == BATCH * 6
    assert {row.attempts for row in rows(world)} == {1}


def test_a_client_that_is_disabled_hears_once_it_is_back(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver
) -> None:
    app = system(world, "app", receiver)
    enter_and_leave(world, world.member(), app)
    _set_disabled(world, "now()")
    couriers.start()
    eventually(lambda: only_row(world).last_error == "client-disabled")
    _set_disabled(world, "NULL")
    hasten(world)
    receiver.next_token()


def _set_disabled(world: SignOnWorld, moment: str) -> None:
    with world.services.database.transaction() as session:
        session.execute(text(f"UPDATE sso_client SET disabled_at = {moment}"))
    world.services.sign_on.clients.reload()


def test_a_courier_that_is_asked_to_stop_leaves_the_rest_to_others(world: SignOnWorld) -> None:
    stop = Event()
    with receiving() as receiver:
        receiver.awake.clear()
        app = system(world, "app", receiver)
        enter_and_leave(world, world.member(), app, times=3)
        alone = courier_for(world.services, Notices("postgresql://nobody"))
        thread = threading.Thread(target=alone.run_until, args=(stop,))
        thread.start()
        assert receiver.arrived.wait(20)
        stop.set()
        receiver.awake.set()
        thread.join()
    assert undelivered(world) == 2
    with world.services.database.transaction() as session:
        assert deliveries.due_listeners(session) == {Listener(app.id): 2}


def test_a_courier_that_is_killed_before_the_answer_leaves_a_claim_that_runs_out(
    world: SignOnWorld, couriers: Couriers
) -> None:
    url = world.services.settings.database.url.get_secret_value()
    with receiving() as receiver:
        receiver.awake.clear()
        enter_and_leave(world, world.member(), system(world, "app", receiver))
        victim = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.support.courier_process", url],
            env={"PYTHONPATH": f"{CHECKOUT}:{CHECKOUT}/sso_client/src"},
            cwd="/",
        )
        assert receiver.arrived.wait(20)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        assert only_row(world).attempts == 1
        with world.services.database.transaction() as session:
            assert deliveries.due_listeners(session) == {}
        first = receiver.next_token()
        receiver.awake.set()
        hasten(world)
        couriers.start()
        assert receiver.next_token() != first
        eventually(lambda: undelivered(world) == 0)


def test_connections_that_are_cut_are_made_anew(
    world: SignOnWorld, couriers: Couriers, receiver: Receiver
) -> None:
    app, member = system(world, "app", receiver), world.member()
    couriers.start()
    enter_and_leave(world, member, app)
    receiver.next_token()
    eventually(lambda: undelivered(world) == 0)
    with world.services.database.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity " + OTHERS))
    enter_and_leave(world, member, app)
    receiver.next_token()


def test_metrics_say_how_many_logouts_are_on_their_way(world: SignOnWorld) -> None:
    app = world.application(backchannel_logout_uri="https://app.example/logout")
    enter_and_leave(world, world.member(), app, times=2)
    assert "congvu_sso_undelivered_logouts 2.0" in world.client.get("/metrics").text


def test_neither_tokens_nor_people_are_logged(
    world: SignOnWorld, couriers: Couriers, lines: io.StringIO
) -> None:
    with receiving(500) as receiver:
        member = world.member()
        enter_and_leave(world, member, system(world, "app", receiver))
        couriers.start()
        token = receiver.next_token()
        eventually(lambda: only_row(world).last_error is not None)
    eventually(lambda: "logout-undelivered" in lines.getvalue())
    assert token not in lines.getvalue()
    assert str(member.id) not in lines.getvalue()
    assert member.login not in lines.getvalue()
