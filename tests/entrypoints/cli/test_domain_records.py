"""`congvu domain dns` against a real name server, and the key that signs."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from kernel.audit import AuditRecord
from mail_admin.domains.models import DkimKey
from tests.entrypoints.cli.conftest import Cli
from tests.support.nsd import serving_zone
from tests.support.ports import free_port
from tests.support.registry import DOMAIN, Province


@pytest.fixture
def lines(congvu: Cli, province: Province) -> list[str]:
    """What the command wants to see in the zone."""
    assert province
    congvu("domain", "dkim", DOMAIN)
    return congvu("domain", "dns", DOMAIN, "--no-check").out.splitlines()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Asked":
    return Asked(monkeypatch, tmp_path)


class Asked:
    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self._patch, self.folder = patch, folder

    def at(self, port: int) -> None:
        self._patch.setenv("CONGVU_DOMAINS__NAME_SERVERS", '["127.0.0.1"]')
        self._patch.setenv("CONGVU_DOMAINS__NAME_SERVER_PORT", str(port))
        self._patch.setenv("CONGVU_DOMAINS__DNS_TIMEOUT_SECONDS", "3")


def verdicts(answer: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {row["name"].removesuffix(f".{DOMAIN}"): row["verdict"] for row in answer["records"]}


def test_a_zone_with_the_printed_lines_is_right(
    congvu: Cli, lines: list[str], asked: Asked
) -> None:
    with serving_zone(asked.folder, DOMAIN, lines) as port:
        asked.at(port)
        found = verdicts(congvu("domain", "dns", DOMAIN, "--json").json)
    assert set(found.values()) == {"ok"}
    assert len(found) == len(lines) - 1  # MX and SPF have one name


def test_what_is_missing_or_different_is_said_and_ends_with_1(
    congvu: Cli, lines: list[str], asked: Asked
) -> None:
    changed = [line.replace("-all", "?all") for line in lines if "_dmarc" not in line]
    with serving_zone(asked.folder, DOMAIN, changed) as port:
        asked.at(port)
        answer = congvu("domain", "dns", DOMAIN, "--json", code=1).json
        shown = congvu("domain", "dns", DOMAIN, code=1).out
    found = {row["purpose"]: row["verdict"] for row in answer["records"]}
    assert found | {"clients": "ok"} == {
        "mx": "ok", "spf": "different", "dkim": "ok", "dmarc": "missing", "clients": "ok",
    }  # fmt: skip
    assert "           v=spf1 mx ?all" in shown.splitlines()


def test_when_no_name_server_answers_nothing_is_called_missing(
    congvu: Cli, lines: list[str], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lines
    asked.at(free_port())
    monkeypatch.setenv("CONGVU_DOMAINS__DNS_TIMEOUT_SECONDS", "0.2")
    found = verdicts(congvu("domain", "dns", DOMAIN, "--json", code=1).json)
    assert set(found.values()) == {"unanswered"}


def test_without_a_key_the_command_says_how_to_make_one(congvu: Cli, province: Province) -> None:
    assert province
    answer = congvu("domain", "dns", DOMAIN, "--no-check", code=1)
    assert f"congvu domain dkim {DOMAIN}" in answer.err
    assert "dkim-key-missing" not in answer.err


def test_the_private_key_is_kept_sealed_and_written_for_its_owner_alone(
    congvu: Cli, province: Province, tmp_path: Path
) -> None:
    target = tmp_path / "dkim.pem"
    answer = congvu("domain", "dkim", DOMAIN, "--write", str(target), "--json").json
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    private = serialization.load_pem_private_key(target.read_bytes(), password=None)
    der = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with province.db.transaction() as session:
        (key,) = session.query(DkimKey).all()
        tags = [row.tag for row in session.query(AuditRecord).order_by(AuditRecord.id)]
    assert key.public_key in answer["value"]
    assert der not in key.private_sealed
    assert tags[-2:] == ["mail-domain:dkim-key-made", "mail-domain:dkim-key-read"]
    again = congvu("domain", "dkim", DOMAIN, "--renew", code=1)
    assert "dkim-key-present" in again.err
    assert congvu("domain", "dkim", DOMAIN, "--json").json == answer
