"""`congvu usage remind`, `rules` and `locked`."""

import csv
from datetime import timedelta

import pytest

from kernel.access import Actor
from kernel.clock import utc_now
from mail_admin.reminders.settings import RuleSettings
from tests.entrypoints.cli.conftest import Cli
from tests.mail_admin.reminders.conftest import Scene, inbox, scene
from tests.support.smtp import Inbox

__all__ = ["inbox", "scene"]


@pytest.fixture
def quiet(congvu: Cli, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A province that begins to write to people, rules not yet applied."""
    scene.now = utc_now()
    port = scene.mailer._settings.port
    for name, value in {
        "MAIL__HOST": "127.0.0.1",
        "MAIL__PORT": str(port),
        "MAIL__TLS": "none",
        "MAIL__SENDER_ADDRESS": "cong-vu@backan.gov.vn",
        "REMINDERS__SILENT_AFTER_DAYS": "0",
        "REMINDERS__RULES__PRESET": "dong-thap-2025",
        "REMINDERS__RULES__MODE": "report",
    }.items():
        monkeypatch.setenv(f"CONGVU_{name}", value)
    return congvu


def test_what_is_due_is_shown_sent_once_and_followed_by_the_rule(
    quiet: Cli, scene: Scene, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = scene.person(idle_days=60)
    (due,) = quiet("usage", "remind", "--dry-run", "--json").json
    assert (due["kind"], due["accounts"]) == ("dormant", [account.login])
    assert quiet("usage", "remind", "--dry-run").out.endswith("dormant 1\n")
    assert inbox.mails == []
    assert quiet("usage", "remind", "--now").out.endswith("sent 1  refused 0\n")
    assert quiet("usage", "remind", "--now", "--json").json["sent"] == 0
    (candidate,) = quiet("usage", "rules", "preview", "--json").json
    assert (candidate["idle_days"], candidate["ready"]) == (60, False)
    assert (candidate["action"], candidate["organisation"]) == ("wait", "Sở Tài chính")
    shown = quiet("usage", "rules", "preview")
    assert shown.out.endswith("to lock 0  to close 0  waiting 1\n")
    assert "the mode is report" in shown.err
    assert "usage-rules-off" in quiet("usage", "rules", "apply", code=1).err
    monkeypatch.setenv("CONGVU_REMINDERS__RULES__MODE", "apply")
    assert quiet("usage", "rules", "apply").out == "locked 0  closed 0  waiting 1\n"
    shown_rule = quiet("usage", "rules", "show", "--json").json
    assert (shown_rule["unused_days"], shown_rule["last_run"]["waiting"]) == (45, 1)
    (notice,) = quiet("usage", "notices", "--login", account.login, "--json").json
    assert (notice["kind"], notice["channel"], notice["state"]) == ("dormant", "mailbox", "sent")
    assert quiet("usage", "notices", "--kind", "digest").out == "0 mails\n"
    assert quiet("usage", "notices").out.endswith("1 mails\n")
    assert "account-not-found" in quiet("usage", "notices", "--login", "nobody", code=1).err
    assert "revoke_after_days      30" in quiet("usage", "rules", "show").out


def test_locked_mailboxes_are_listed_for_spreadsheets(
    quiet: Cli, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = scene.person(idle_days=60)
    scene.now -= timedelta(days=8)
    scene.reminders().remind(even_when_quiet=True)
    monkeypatch.setenv("CONGVU_REMINDERS__RULES__MODE", "apply")
    assert quiet("usage", "rules", "apply", "--json").json["locked"] == 1
    (row,) = csv.DictReader(quiet("usage", "locked", "--csv").out.splitlines())
    assert (row["login"], row["organisation"], row["rule"]) == (
        account.login,
        "Sở Tài chính",
        "unused",
    )
    (same,) = quiet("usage", "locked", "--json").json
    assert same == row
    assert account.login in quiet("usage", "locked").out
    assert quiet("usage", "locked").out.endswith("1 mailboxes locked by rule\n")


def test_what_is_about_to_be_closed_and_who_is_left_alone_can_be_seen_before(
    quiet: Cli, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = scene.person(idle_days=100)
    rules = RuleSettings(mode="apply", preset="dong-thap-2025")
    present = scene.now
    for days in (45, 37):
        scene.now = present - timedelta(days=days)
        reminders = scene.reminders(rules=rules)
        reminders.remind(even_when_quiet=True)
        reminders.apply_rules(Actor.system("usage rules"))
    scene.now = present
    away = scene.person(idle_days=90)
    scene.leave(away, scene.today - timedelta(days=3), None)
    (row,) = quiet("usage", "rules", "preview", "--json").json
    assert (row["login"], row["action"]) == (account.login, "close")
    assert "to close 1" in quiet("usage", "rules", "preview").out
    (excepted,) = quiet("usage", "rules", "exceptions", "--json").json
    assert (excepted["login"], excepted["ground"]) == (away.login, "on_leave")
    assert away.login in quiet("usage", "rules", "exceptions").out
    monkeypatch.setenv("CONGVU_REMINDERS__RULES__PRESET", "")
    assert "no rule is chosen" in quiet("usage", "rules", "preview").err


def test_hostile_arguments_are_refused_in_a_sentence(quiet: Cli, scene: Scene) -> None:
    account = scene.person(idle_days=1)
    long = "a" * 10_000
    err = quiet("mailbox", "show", long, code=1).err
    assert "account-not-found" in err
    assert len(err) < 2000
    assert "value-unstorable" in quiet("mailbox", "show", "\udcff", code=1).err
    why = ("--reason", "phép thử")
    for size in ("0", "9" * 30, "9" * 10_000, "99999999999G"):
        assert "is no size" in quiet("mailbox", "quota", account.login, size, *why, code=2).err
    assert quiet("mailbox", "quota", account.login, "1536M", *why).out.endswith("1.5 GiB\n")
    assert "say why" in quiet("mailbox", "quota", account.login, "1G", "--reason", " ", code=2).err
    for address in ("noat", "a b@backan.gov.vn", f"{long}@backan.gov.vn"):
        assert "an address is like" in quiet("domain", "reserve", address, *why, code=2).err
    assert "no folder" in quiet("domain", "dkim", "backan.gov.vn", "--write", "/none/x", code=2).err
    assert quiet("usage", "notices", "--since", "2199-01-01", "--json").json == []
    assert "no lists" in quiet("list", "show").out


def test_a_mailbox_is_shown_for_people(quiet: Cli, scene: Scene) -> None:
    account = scene.person(idle_days=1)
    shown = quiet("mailbox", "show", account.login).out
    assert f"addresses     {account.login}@backan.gov.vn\n" in shown
    assert "last sign in  never\n" in shown
    assert "used          not known\n" in shown
