"""A month of a province from an empty folder to the official report, on the real servers."""

import http.client
import imaplib
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pypdf
import pytest
from openpyxl import load_workbook

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.home import PORTS_IN_A_ROW
from kernel.clock import office_day, utc_now
from tests.support.installation import Installation, eventually
from tests.support.ports import free_port
from tests.support.sample_folder import DISTRICT, UNITS, write_small_province
from tests.support.scratch import scratch_folder
from tests.support.trial import Trial

PARTS = ("postgres", "ldap", "imap", "submission", "web", "worker")
PASSWORD = "mot mat khau du dai 2026"
WRITERS = 3

IN_SERVICE = """
SELECT count(*) FROM identity_account JOIN identity_appointment USING (person_id)
    JOIN identity_agency_code AS code
        ON code.organisation_id = identity_appointment.organisation_id
WHERE code.code = ANY(%(units)s)
"""
ACTIVE = """
SELECT count(DISTINCT account.id) FROM identity_account AS account
    JOIN identity_appointment USING (person_id)
    JOIN identity_agency_code AS code
        ON code.organisation_id = identity_appointment.organisation_id
WHERE code.code = ANY(%(units)s) AND (
    EXISTS (
        SELECT FROM mail_admin_usage_import AS told
        WHERE told.account_id = account.id AND told.day >= %(first)s AND told.day < %(end)s
            AND (told.web_sign_ins > 0 OR told.sent > 0 OR told.read > 0)
    ) OR EXISTS (
        SELECT FROM mail_admin_usage_event AS event
        WHERE event.account_id = account.id AND event.day >= %(first)s AND event.day < %(end)s
            AND event.kind IN ('web_sign_in', 'sent', 'read')
    )
)
"""
PENDING = """
SELECT login, person_id FROM identity_account
WHERE status = 'pending' AND kind = 'personal' ORDER BY login LIMIT 1
"""
SHARED = "C&AaE- quan"
"""Cơ quan, as IMAP writes it (RFC 3501 section 5.1.3)."""
EVENTS = "SELECT kind, count(*) FROM mail_admin_usage_event WHERE source IN ('dovecot', 'postfix')"


class Month(Trial):
    def report(self, month: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.congvu("usage", "report", "--month", month, "--json")
        )
        return found

    def activate(self, login: str) -> None:
        letter = json.loads(
            self.congvu("account", "activation-code", login, "--reason", "thử", "--json")
        )
        with closing(http.client.HTTPConnection(LOOPBACK, self.ports.web, timeout=20)) as web:
            body = json.dumps({"code": letter["code"], "password": PASSWORD})
            headers = {"Content-Type": "application/json"}
            web.request("POST", "/api/v1/activations", body, headers)
            assert web.getresponse().status == 200


@pytest.fixture
def trial() -> Iterator[Month]:
    with (
        scratch_folder() as folder,
        closing(
            Installation(folder / "home", free_port(PORTS_IN_A_ROW), "entrypoints.embedded")
        ) as installation,
    ):
        province = folder / "province"
        province.mkdir()
        installation.launch(
            CONGVU_SAMPLE__FOLDER=str(write_small_province(province)),
            CONGVU_REMINDERS__ENABLED="true",
        )
        installation.wait_until(
            lambda state: all(state.parts[part].state == "running" for part in PARTS)
        )
        yield Month(installation)


def test_a_month_is_lived_reported_recounted_and_acted_upon(trial: Month, tmp_path: Path) -> None:
    this_month = office_day(utc_now()).replace(day=1)
    former = (this_month - timedelta(days=1)).replace(day=1)
    for month in (former, this_month):
        trial.congvu("usage", "simulate", "--month", f"{month:%Y-%m}", "--people", str(WRITERS))
    check_real_traffic(trial)
    check_recount(trial, former, this_month)
    check_files(trial, f"{former:%Y-%m}", tmp_path)
    check_reminder(trial)


def check_real_traffic(trial: Month) -> None:
    """Each sent one, got one and read it; the collector heard of it from the logs."""

    def is_counted() -> bool:
        counted = dict(trial.ask(f"{EVENTS} GROUP BY kind"))
        return all(counted.get(kind, 0) >= WRITERS for kind in ("sent", "delivered", "read"))

    eventually(is_counted, lambda: str(trial.ask(f"{EVENTS} GROUP BY kind")))


def check_recount(trial: Month, first: date, end: date) -> None:
    report = trial.report(f"{first:%Y-%m}")
    assert "÷" in report["formula"]["vi"]
    district = next(each for each in report["organisations"] if each["code"] == DISTRICT)
    units = [unit for unit in UNITS if unit.endswith(DISTRICT[-7:])]
    values = {"units": units, "first": first, "end": end}
    persons = json.loads(
        trial.congvu(
            *("usage", "report", "--month", f"{first:%Y-%m}", "--persons", "--under", DISTRICT),
            "--json",
        )
    )["organisations"][0]
    ((in_service,),) = trial.ask(IN_SERVICE, **values)
    ((active,),) = trial.ask(ACTIVE, **values)
    assert (persons["in_service"], persons["active"]) == (in_service, active)
    assert 0 < active <= in_service
    assert district["rate"] == pytest.approx(district["active"] / district["in_service"])


def check_files(trial: Month, month: str, folder: Path) -> None:
    sheet, official = folder / "report.xlsx", folder / "report.pdf"
    shown = trial.congvu(
        *("usage", "report", "--month", month, "--xlsx", str(sheet), "--pdf", str(official))
    )
    assert "Na Rì" in shown
    assert load_workbook(sheet).worksheets[0].max_row > len(UNITS)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(official).pages)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text


def check_reminder(trial: Month) -> None:
    """The list of an office's unused mailboxes reaches its own, which a custodian opens."""
    due = json.loads(trial.congvu("usage", "remind", "--now", "--dry-run", "--json"))
    office = next(mail["to"].partition("@")[0] for mail in due if mail["kind"] == "digest")
    ((login, person),) = trial.ask(PENDING)
    trial.activate(login)
    trial.congvu("account", "custodian", office, str(person), "--reason", "văn thư")
    trial.congvu("usage", "remind", "--now")
    eventually(lambda: "chưa sử dụng" in newest_subject(trial, login, office))


def newest_subject(trial: Month, login: str, office: str) -> str:
    """Of the mailbox of an office, opened by its custodian; nothing until it can be."""
    with imaplib.IMAP4(LOOPBACK, trial.ports.imap) as imap:
        try:
            imap.login(login, PASSWORD)
        except imaplib.IMAP4.error:  # the directory is told in a moment
            return ""
        answer, found = imap.select(f'"{SHARED}/{office}/INBOX"', readonly=True)
        if answer != "OK" or found == [b"0"]:
            return ""
        _, parts = imap.fetch("*", "(BODY.PEEK[])")
        assert isinstance(parts[0], tuple)
        return str(message_from_bytes(parts[0][1], policy=policy.default)["Subject"])
