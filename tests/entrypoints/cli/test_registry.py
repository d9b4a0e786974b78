"""Commands over the registry: tokens, domains, organisations, people, accounts, letters."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from identity.accounts.errors import ResetCodeRejected
from identity.accounts.models import Account
from identity.accounts.resets import redeem_reset
from identity.organisations.models import Organisation
from kernel import api_tokens
from kernel.access import Permission
from kernel.clock import office_time, utc_now
from kernel.database import Database
from tests.entrypoints.cli.conftest import Cli
from tests.support.passwords import SECOND, activated, cheap, opens
from tests.support.registry import DOMAIN, Province


@pytest.fixture
def finance(province: Province) -> Organisation:
    return province.organisation("Sở Tài chính", code="H03.21", mail_stem="stc")


@pytest.fixture
def account(province: Province, finance: Organisation) -> Account:
    return province.account(province.person(finance, position="Kế toán"))


def test_a_token_is_shown_once_works_and_is_revoked(congvu: Cli, db: Database) -> None:
    created = congvu(
        *("token", "create", "hệ thống văn bản", "--permission", "people:read", "--json")
    ).json
    with db.transaction() as session:
        actor = api_tokens.actor_of_token(session, created["token"], now=utc_now(), request_id=None)
    assert actor.permissions == {Permission.READ_PEOPLE}
    listed = congvu("token", "list", "--json")
    assert created["token"] not in listed.out
    (row,) = listed.json
    assert (row["name"], row["permissions"]) == ("hệ thống văn bản", ["people:read"])
    assert congvu("token", "revoke", created["id"]).out == "revoked\n"
    with db.transaction() as session, pytest.raises(api_tokens.TokenRejected):
        api_tokens.actor_of_token(session, created["token"], now=utc_now(), request_id=None)
    again = congvu("token", "revoke", created["id"], code=1)
    assert "token-not-found" in again.err


def test_only_the_token_itself_stands_on_standard_output(congvu: Cli) -> None:
    answer = congvu("token", "create", "x", "--permission", "people:read", "--days", "1")
    assert answer.out.startswith("congvu_")
    assert len(answer.out.split()) == 1


def test_a_domain_comes_with_rules_that_can_be_replaced(congvu: Cli) -> None:
    congvu("domain", "add", DOMAIN, "--default", "--preset", "nghe-an-2025")
    warned = congvu(
        "domain", "policy", DOMAIN, "--preset", "bac-ninh-2025", "--reason", "QĐ 79/2025"
    )
    assert warned.out.endswith("version 2 in force\n")
    assert "digits" in warned.out  # of the citizen number, in every address
    (domain,) = congvu("domain", "list", "--json").json
    assert (domain["name"], domain["default"]) == (DOMAIN, True)
    assert {(rule["subject"], rule["preset"]) for rule in domain["policies"]} == {
        ("person", "bac-ninh-2025"),
        ("organisation", "organisations"),
    }
    assert "mail-domain-exists" in congvu("domain", "add", DOMAIN, code=1).err
    second = congvu("domain", "add", "thainguyen.gov.vn", "--default", code=1)
    assert "default-domain-exists" in second.err


def test_presets_are_explained_in_both_languages(congvu: Cli) -> None:
    shown = congvu("domain", "presets").out
    for preset in ("congvu", "ninh-binh-2025", "bac-ninh-2025", "nghe-an-2025", "dong-thap-2025"):
        assert preset in shown


def test_a_reserved_address_is_never_given(congvu: Cli, province: Province) -> None:
    congvu("domain", "reserve", f"NGANTH@{DOMAIN}", "--reason", "giữ lại")
    account = province.account(province.person(province.organisation()))
    assert account.login != "nganth"
    taken = congvu("domain", "reserve", f"nganth@{DOMAIN}", "--reason", "giữ lại", code=1)
    assert "address-kept" in taken.err
    assert congvu("domain", "reserve", "a@elsewhere.vn", "--reason", "x", code=1).err


def test_the_tree_is_shown_as_it_was_on_a_day(
    congvu: Cli, province: Province, finance: Organisation
) -> None:
    province.organisation("Phòng Ngân sách", parent_id=finance.id)
    today = congvu("organisation", "tree", "--json").json
    assert {(row["name"], row["parent_id"]) for row in today} == {
        ("Sở Tài chính", None),
        ("Phòng Ngân sách", str(finance.id)),
    }
    assert congvu("organisation", "tree", "--on", "2019-12-31", "--json").json == []
    assert "Phòng Ngân sách" in congvu("organisation", "tree").out
    assert "Phòng Ngân sách" not in congvu("organisation", "tree", "--depth", "1").out


def test_organisations_and_people_are_found_without_tone_marks(
    congvu: Cli, account: Account
) -> None:
    (found,) = congvu("organisation", "find", "tai chinh", "--json").json
    assert (found["name"], found["code"]) == ("Sở Tài chính", "H03.21")
    (person,) = congvu("person", "find", "hong nga", "--json").json
    assert person["full_name"] == "Nguyễn Thị Hồng Nga"
    assert (person["organisation"], person["position"]) == ("Sở Tài chính", "Kế toán")
    assert (person["login"], person["status"]) == (account.login, "pending")
    assert congvu("person", "find", "nobody", "--json").json == []


def test_members_are_those_of_the_day(congvu: Cli, account: Account) -> None:
    assert account.login
    (member,) = congvu("organisation", "members", "000.00.21.H03", "--json").json
    assert member["full_name"] == "Nguyễn Thị Hồng Nga"
    before = congvu("organisation", "members", "H03.21", "--on", "31/12/2023", "--json")
    assert before.json == []
    unknown = congvu("organisation", "members", "H03.99", code=1)
    assert "organisation-not-found" in unknown.err


def test_an_account_is_shown_suspended_reinstated_and_closed(congvu: Cli, account: Account) -> None:
    shown = congvu("account", "show", account.login, "--json").json
    assert shown["addresses"] == [{"address": f"{account.login}@{DOMAIN}", "role": "primary"}]
    why = ("--reason", "nghỉ hưu", "--document", "5/QĐ", "--document-date", "20/11/2026")
    for command, status in (
        ("suspend", "suspended"),
        ("reinstate", "pending"),
        ("close", "closed"),
    ):
        assert congvu("account", command, account.login, *why).out == f"{account.login} {status}\n"
        assert congvu("account", "show", account.login, "--json").json["status"] == status
    assert "account-state-forbids" in congvu("account", "suspend", account.login, *why, code=1).err
    assert "account-not-found" in congvu("account", "show", "nobody", code=1).err


def test_a_password_is_reset_by_a_code_that_only_the_answer_shows(
    congvu: Cli, db: Database, province: Province, account: Account
) -> None:
    unreasoned = ("account", "reset-password", account.login)
    congvu(*unreasoned, code=2)
    command = (*unreasoned, "--reason", "quên mật khẩu")
    assert "reset-needs-active-account" in congvu(*command, code=1).err
    passwords = cheap()
    activated(province, account, passwords)
    shown = congvu(*command).out
    answer = congvu(*command, "--json").json
    assert answer["page"].endswith("/dat-lai-mat-khau")
    with pytest.raises(ResetCodeRejected):  # the one before
        redeem_reset(db, passwords, shown.split()[3], SECOND, utc_now())
    expires_at = datetime.fromisoformat(answer["expires_at"])
    minutes = {office_time(expires_at - timedelta(seconds=seconds)) for seconds in (0, 60)}
    assert any(f"expires_at {minute}\n" in shown for minute in minutes)
    redeem_reset(db, passwords, answer["code"], SECOND, utc_now())
    assert opens(province, passwords, account.id, SECOND)


def test_letters_and_lists_are_written_for_pending_accounts(
    congvu: Cli, account: Account, tmp_path: Path
) -> None:
    target = tmp_path / "letters"
    answer = congvu("handover", str(target), "--organisation", "H03.21", "--json").json
    assert answer["letters"] == 1
    files = [Path(name) for name in answer["files"]]
    assert {file.suffix for file in files} == {".pdf", ".csv"}
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    (table,) = [file for file in files if file.suffix == ".csv"]
    rows = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert any(account.login in cell for row in rows for cell in row)
    assert congvu("handover", str(target), "--organisation", "H03.9", code=1).err
