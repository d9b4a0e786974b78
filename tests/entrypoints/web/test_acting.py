"""Rules, locked mailboxes and notices over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from entrypoints.wiring import Services
from identity.accounts.models import AccountStatus
from identity.people.models import Person
from kernel.access import Actor, Permission
from mail_admin.reminders.errors import MassLockStopped
from mail_admin.reminders.service import Reminders
from mail_admin.reminders.settings import RuleSettings
from tests.mail_admin.reminders.conftest import Scene, inbox, scene
from tests.support.registry import DOMAIN
from tests.support.smtp import Inbox
from tests.support.web import Api

__all__ = ["inbox", "scene"]

HOME = "nga@example.org"


@pytest.fixture
def rule(
    scene: Scene, services: Services, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Reminders]:
    """Puts a rule in force in the application that is built once, for one test."""

    def put(**chosen: Any) -> Reminders:
        rules = {"mode": "apply", "preset": "dong-thap-2025", **chosen}
        reminders = scene.reminders(rules=RuleSettings(**rules))
        monkeypatch.setattr(services.reminders, "_settings", reminders.settings)
        return reminders

    return put


def warn(scene: Scene, reminders: Reminders) -> None:
    """So that today the notice is old enough."""
    scene.now -= timedelta(days=8)
    reminders.remind(even_when_quiet=True)
    scene.now += timedelta(days=8)


def test_a_rule_is_shown_with_what_it_would_do_then_applied(
    api: Api, scene: Scene, rule: Callable[..., Reminders]
) -> None:
    told = scene.person("Đỗ Văn Ngủ", idle_days=60)
    reminders = rule()
    warn(scene, reminders)
    untold = scene.person("Lê Thị Mới", idle_days=60)
    found = api.get("/usage/rules")
    assert (found["mode"], found["decision"]) == ("apply", "143/2025/QĐ-UBND")
    assert (found["unused_days"], found["revoke_after_days"]) == (45, 30)
    assert (found["to_lock"], found["to_revoke"], found["waiting"]) == (1, 0, 1)
    assert (found["stopped"], found["last_run"]) == (False, None)
    assert "gửi thư" in found["counted_as_use"]["vi"]
    pages = list(api.pages("/usage/rules/candidates", limit=1))
    assert [page[0]["login"] for page in pages] == sorted([told.login, untold.login])
    (ready,) = api.get("/usage/rules/candidates", ready=True)["items"]
    assert (ready["login"], ready["rule"], ready["idle_days"]) == (told.login, "unused", 60)
    assert ready["noticed_on"] == "2026-11-15"
    assert ready["organisation_id"] == str(scene.department.id)
    assert api.post("/usage/rules/apply", {}) == {"locked": 1, "revoked": 0, "waiting": 1}
    assert scene.status(told.id) is AccountStatus.SUSPENDED
    run = api.get("/usage/rules")["last_run"]
    assert (run["outcome"], run["locked"], run["by"]) == ("applied", 1, "test machine")
    (locked,) = api.get("/usage/locked")["items"]
    assert (locked["login"], locked["name"]) == (told.login, "Đỗ Văn Ngủ")
    assert (locked["organisation"], locked["closes_on"]) == ("Sở Tài chính", "2026-12-23")
    below = api.get("/usage/locked", organisation_id=str(scene.top.id))
    assert below["items"] == [locked]
    problem = api.refused("/usage/locked", 404, organisation_id=str(told.id))
    assert problem["code"] == "organisation-not-found"


def test_the_brake_is_seen_confirmed_and_off_means_off(
    api: Api, scene: Scene, rule: Callable[..., Reminders]
) -> None:
    for _ in range(3):
        scene.person(idle_days=60)
    rule(mode="off")
    assert api.post("/usage/rules/apply", {}, status=409)["code"] == "usage-rules-off"
    reminders = rule(always_allowed=2, most_percent=10)
    warn(scene, reminders)
    assert api.get("/usage/rules")["stopped"] is True
    assert api.post("/usage/rules/apply", {}, status=409)["code"] == "mass-lock-stopped"
    run = api.get("/usage/rules")["last_run"]
    assert (run["outcome"], run["ready"], run["locked"]) == ("stopped", 3, 0)
    done = api.post("/usage/rules/apply", {"confirm_mass_change": True})
    assert done == {"locked": 3, "revoked": 0, "waiting": 0}
    assert api.get("/usage/rules")["last_run"]["outcome"] == "applied"


def test_whom_the_rule_leaves_alone_is_listed_with_the_ground(
    api: Api, scene: Scene, rule: Callable[..., Reminders]
) -> None:
    away = scene.person(idle_days=400)
    scene.leave(away, scene.today - timedelta(days=20), None)
    hidden = scene.person(idle_days=400, hidden=True)
    office = scene.office(scene.department, idle_days=400)
    rule()
    pages = api.pages("/usage/rules/exceptions", limit=2)
    found = {row["login"]: row["ground"] for page in pages for row in page}
    assert found == {
        away.login: "on_leave",
        hidden.login: "hidden",
        office.login: "organisation",
    }
    assert api.get("/usage/rules/candidates")["items"] == []


def test_notices_are_listed_with_where_they_went_but_private_addresses_are_not(
    api: Api, scene: Scene, inbox: Inbox, rule: Callable[..., Reminders]
) -> None:
    office = scene.office(scene.department)
    person = scene.person("Đỗ Văn Ngủ", idle_days=60, recovery_email=HOME)
    other = scene.person("Lê Thị Mới", idle_days=60)
    reminders = rule()
    due = api.get("/usage/notices/due")
    assert (due["enabled"], due["quiet"]) == (True, False)
    assert {(row["kind"], len(row["accounts"])) for row in due["items"]} == {
        ("dormant", 1),
        ("digest", 2),
    }
    assert sum(len(page) for page in api.pages("/usage/notices/due", limit=1)) == 3
    assert inbox.mails == []
    reminders.remind()
    assert api.get("/usage/notices/due")["items"] == []
    rows = [row for page in api.pages("/usage/notices", limit=2) for row in page]
    assert len(rows) == len({row["id"] for row in rows}) == 3
    shown = {row["subject"]: (row["kind"], row["channel"], row["to"]) for row in rows}
    assert shown == {
        person.login: ("dormant", "recovery", None),
        other.login: ("dormant", "mailbox", f"{other.login}@{DOMAIN}"),
        "Sở Tài chính": ("digest", "office", f"{office.login}@{DOMAIN}"),
    }
    assert {row["state"] for row in rows} == {"sent"}
    (mine,) = api.get("/usage/notices", subject_id=str(person.id))["items"]
    assert mine["day"] == "2026-11-23"
    assert api.get("/usage/notices", until="2026-11-22")["items"] == []
    assert len(api.get("/usage/notices", kind="digest", since="2026-11-23")["items"]) == 1
    assert api.get("/usage/notices", state="refused")["items"] == []
    for cursor in ("x", "WyIyMDI2IiwieCJd", "WyIyMDI2LTAxLTAxIiwieCJd"):
        assert api.refused("/usage/notices", cursor=cursor)["code"] == "cursor-invalid"


def test_a_notice_whose_address_has_changed_does_not_say_the_new_one(
    api: Api, scene: Scene
) -> None:
    account = scene.person(idle_days=60, recovery_email=HOME)
    scene.reminders().remind()
    with scene.province.db.transaction() as session:
        session.get_one(Person, account.person_id).recovery_email = "moi@example.org"
    (row,) = api.get("/usage/notices")["items"]
    assert (row["subject"], row["channel"], row["to"]) == (account.login, None, None)


def test_gauges_tell_of_notices_rules_and_limits(client: httpx.Client, scene: Scene) -> None:
    shown = client.get("/metrics").text
    assert 'congvu_reminder_notices{kind="dormant",state="sent"} 0.0' in shown
    assert "congvu_usage_rules_stopped 0.0" in shown
    account = scene.person(idle_days=60)
    scene.person(idle_days=60)
    rules = RuleSettings(
        mode="apply", unused_days=45, notice_days=1, always_allowed=1, most_percent=1
    )
    reminders = scene.reminders(rules=rules)
    reminders.remind()
    scene.now += timedelta(days=1)
    with pytest.raises(MassLockStopped):
        reminders.apply_rules(Actor.system("usage rules"))
    shown = client.get("/metrics").text
    assert 'congvu_reminder_notices{kind="dormant",state="sent"} 2.0' in shown
    assert "congvu_usage_rules_stopped 1.0" in shown
    assert "congvu_usage_rules_ready 2.0" in shown
    reminders.apply_rules(Actor.operator("x"), confirm_mass=True)
    shown = client.get("/metrics").text
    assert "congvu_usage_rules_stopped 0.0" in shown
    assert 'congvu_usage_rule_locks{state="still"} 2.0' in shown
    assert 'congvu_usage_rule_locks{state="ever"} 2.0' in shown
    assert 'congvu_outgoing_limit_locks{state="ever"} 0.0' in shown
    assert scene.status(account.id) is AccountStatus.SUSPENDED


def test_reading_usage_is_not_locking(client: httpx.Client, token: Callable[..., str]) -> None:
    headers = {"Authorization": f"Bearer {token(Permission.READ_USAGE)}"}
    answer = client.post("/api/v1/usage/rules/apply", json={}, headers=headers)
    assert answer.status_code == 403
