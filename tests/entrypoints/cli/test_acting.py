"""`congvu usage remind`, `rules` and `locked`."""

import csv
from datetime import timedelta

import pytest

from kernel.clock import utc_now
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
    assert quiet("usage", "rules", "preview").out.endswith("to lock 0  waiting 1\n")
    assert "usage-rules-off" in quiet("usage", "rules", "apply", code=1).err
    monkeypatch.setenv("CONGVU_REMINDERS__RULES__MODE", "apply")
    assert quiet("usage", "rules", "apply").out == "locked 0  closed 0  waiting 1\n"
    assert quiet("usage", "rules", "show", "--json").json["unused_days"] == 45
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
