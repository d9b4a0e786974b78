"""Systems that people sign in to, from the command line."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from entrypoints.home import CHECKOUT
from identity.accounts.models import Account
from kernel.clock import utc_now
from kernel.database import Database
from sso.clients.registry import load_clients
from tests.entrypoints.cli.conftest import Cli
from tests.support.registry import Province

PROVINCE_SYSTEMS = CHECKOUT / "deploy" / "clients.toml"
WHY = ("--reason", "hệ thống dùng chung")
CALLBACK = ("--redirect-uri", "https://qlvb.backan.gov.vn/callback")


def test_a_secret_is_shown_once_and_only_its_hash_is_kept(congvu: Cli, db: Database) -> None:
    created = congvu(
        *("client", "create", "qlvb", "--name", "Quản lý văn bản", *CALLBACK, "--json", *WHY)
    ).json
    secret = created["client_secret"]
    with db.transaction() as session:
        client = load_clients(session).by_client_id["qlvb"]
    assert client.check_secret(secret, utc_now())
    assert secret.encode() not in client.secrets[0].digest
    assert secret not in congvu("client", "list", "--json").out
    assert secret not in congvu("client", "show", "qlvb").out


def test_at_rotation_both_secrets_count_until_the_overlap_ends(congvu: Cli, db: Database) -> None:
    first = congvu(
        *("client", "create", "qlvb", "--name", "Văn bản", *CALLBACK, "--json", *WHY)
    ).json["client_secret"]
    second = congvu(
        *("client", "rotate-secret", "qlvb", "--overlap-hours", "2", "--json", *WHY)
    ).json["client_secret"]
    with db.transaction() as session:
        client = load_clients(session).by_client_id["qlvb"]
    soon, later = utc_now() + timedelta(hours=1), utc_now() + timedelta(hours=3)
    assert client.check_secret(first, soon)
    assert client.check_secret(second, soon)
    assert not client.check_secret(first, later)
    assert client.check_secret(second, later)


def test_a_disabled_client_is_gone_until_it_is_enabled(congvu: Cli, db: Database) -> None:
    congvu("client", "create", "qlvb", "--name", "Văn bản", *CALLBACK, *WHY)
    congvu("client", "disable", "qlvb", *WHY)
    with db.transaction() as session:
        assert load_clients(session).find("qlvb") is None
    congvu("client", "enable", "qlvb", *WHY)
    with db.transaction() as session:
        assert load_clients(session).find("qlvb") is not None


def test_the_systems_of_a_province_are_applied_as_a_whole_and_again_without_change(
    congvu: Cli, db: Database
) -> None:
    apply = ("client", "apply", str(PROVINCE_SYSTEMS), "--domain", "backan.gov.vn", "--json", *WHY)
    first, second = congvu(*apply).json, congvu(*apply).json
    assert {entry["change"] for entry in first} == {"created"}
    assert {entry["change"] for entry in second} == {"changed"}
    assert {entry["client_secret"] for entry in second} == {None}
    with db.transaction() as session:
        clients = load_clients(session)
    told = {
        client.client_id
        for client in clients.by_id.values()
        if "citizen_number" in client.description.scope
    }
    assert told == {"cbccvc"}
    lgsp = clients.by_client_id["lgsp"].description
    assert lgsp.resource_identifiers == ["https://lgsp.backan.gov.vn"]


def test_secrets_are_printed_whole(congvu: Cli) -> None:
    text = congvu("client", "apply", str(PROVINCE_SYSTEMS), "--domain", "backan.gov.vn", *WHY).out
    secrets = re.findall(r"^\S+\tcreated\tcongvu_client_[A-Za-z0-9_-]{43}$", text, re.MULTILINE)
    assert len(secrets) == text.count("created")


def test_one_wrong_entry_keeps_all_of_a_file_out(congvu: Cli, db: Database, tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text(
        '[clients.good]\nclient_name = "A"\nredirect_uris = ["https://a.example/b"]\n'
        '[clients.bad]\nclient_name = "B"\nredirect_uris = ["http://b.example/c"]\n'
    )
    refused = congvu("client", "apply", str(file), "--json", *WHY, code=1).json["error"]
    assert refused["code"] == "client-description-invalid"
    assert "http://b.example/c" in refused["en"]
    with db.transaction() as session:
        assert load_clients(session).by_id == {}


@pytest.mark.parametrize(
    ("content", "vi", "en"),
    [
        ('[clients.a]\nclient_name = "Văn bản"'.encode("utf-16"), "không phải văn bản", "UTF-8"),
        ("[clients.a]\nclient_name = Văn bản".encode(), "không đúng dạng TOML", "no TOML"),
        (b'[a]\nclient_name = "A"', "không có bảng", "no [clients.NAME]"),
        (b"clients = 1", "không có bảng", "no [clients.NAME]"),
        (b'[clients.a]\nclient_uri = "https://{domain}"', "cần --domain", "needs --domain"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_both_languages(
    congvu: Cli, tmp_path: Path, content: bytes, vi: str, en: str
) -> None:
    file = tmp_path / "clients.toml"
    file.write_bytes(content)
    refused = congvu("client", "apply", str(file), "--json", *WHY, code=1).json["error"]
    assert refused["code"] == "client-file-invalid"
    assert vi in refused["vi"]
    assert en in refused["en"]


def test_a_setting_without_a_value_is_told_how_to_write_one(congvu: Cli) -> None:
    create = ("client", "create", "x", "--name", "X", *WHY, "--set")
    assert "NAME=JSON" in congvu(*create, "allow_acting", code=2).err
    assert "must be JSON" in congvu(*create, "allow_acting=", code=2).err


def test_a_system_without_a_redirect_address_asks_in_its_own_name(congvu: Cli) -> None:
    congvu("client", "create", "lgsp", "--name", "Trục liên thông", *WHY)
    described = congvu("client", "show", "lgsp").json["description"]
    assert described["grant_types"] == ["client_credentials"]


def test_what_does_not_fit_together_is_refused_with_its_place(congvu: Cli) -> None:
    for setting, place in (
        ('username_template="{password}"', "username_template"),
        ("claims=7", "claims"),
        ('jwks_uri="http://192.168.1.1/jwks"', "jwks_uri"),
        ("no_such_member=1", "no_such_member"),
    ):
        answer = congvu(
            *("client", "create", "x", "--name", "X", *CALLBACK, "--set", setting, *WHY, "--json"),
            code=1,
        )
        assert place in answer.json["error"]["en"]


def test_one_account_may_be_known_by_another_name(congvu: Cli, province: Province) -> None:
    account: Account = province.account(province.person(province.organisation()))
    congvu("client", "create", "qlvb", "--name", "Văn bản", *CALLBACK, *WHY)
    congvu("client", "map-username", "qlvb", account.login, "skhcn_ngannt", *WHY)
    other = province.account(province.person(province.organisation()))
    taken = congvu(*("client", "map-username", "qlvb", other.login, "skhcn_ngannt", *WHY), code=1)
    assert "username-taken" in taken.err
    listed = congvu("client", "usernames", "qlvb", "--json").json
    assert listed == [{"login": account.login, "username": "skhcn_ngannt"}]
    congvu("client", "usernames", "nobody", code=1)
    end = ("client", "end-username", "qlvb", account.login)
    assert "username-changed-meanwhile" in congvu(*end, "skhcn", *WHY, code=1).err
    assert "--reason" in congvu(*end, "skhcn_ngannt", code=2).err
    congvu(*end, "skhcn_ngannt", *WHY)
    assert congvu("client", "usernames", "qlvb", "--json").json == []
    assert "username-not-kept" in congvu(*end, "skhcn_ngannt", *WHY, code=1).err
