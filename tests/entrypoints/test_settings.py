import base64
import os
from pathlib import Path

import pytest

from entrypoints.home import Home, PortBaseInvalid
from entrypoints.settings import EnvFileExposed, SettingsInvalid, SettingsMissing, load_settings
from tests.support.certificates import Authority

KEY = base64.b64encode(bytes(32)).decode()
COMPLETE = {
    "CONGVU_DATABASE__URL": "postgresql+psycopg://congvu:hidden@127.0.0.1/congvu",
    "CONGVU_DIRECTORY__URI": "ldaps://127.0.0.1",
    "CONGVU_DIRECTORY__BASE_DN": "dc=backan,dc=gov,dc=vn",
    "CONGVU_DIRECTORY__BIND_PASSWORD": "hidden",
    "CONGVU_ENCRYPTION__KEYS": f'{{"first": "{KEY}"}}',
    "CONGVU_ENCRYPTION__ACTIVE_KEY": "first",
    "CONGVU_ENCRYPTION__INDEX_KEY": KEY,
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CONGVU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CONGVU_HOME", str(tmp_path))


def write_env_file(folder: Path, text: str, mode: int = 0o600) -> None:
    file = folder / "congvu.env"
    file.write_text(text)
    file.chmod(mode)


def test_a_bare_start_names_every_missing_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsMissing) as refused:
        load_settings()
    sentence = str(refused.value)
    for name in COMPLETE:
        assert name in sentence
    assert str(tmp_path / "congvu.env") in sentence


def test_one_missing_value_is_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CONGVU_DIRECTORY__BASE_DN")
    with pytest.raises(SettingsMissing, match="missing: CONGVU_DIRECTORY__BASE_DN\\."):
        load_settings()


def test_the_environment_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.encryption.keys["first"].get_secret_value() == KEY
    assert settings.web.public_url == "http://127.0.0.1:8000"
    assert settings.servers is None


def test_the_environment_goes_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [f"{name}='{value}'" for name, value in COMPLETE.items()]
    write_env_file(tmp_path, "\n".join([*lines, "CONGVU_WEB__PORT=8100", "CONGVU_WEB__HOST=::1"]))
    monkeypatch.setenv("CONGVU_WEB__PORT", "8200")
    web = load_settings().web
    assert (web.host, web.port) == ("::1", 8200)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    write_env_file(tmp_path, "", mode=0o640)
    with pytest.raises(EnvFileExposed, match="chmod 600"):
        load_settings()


def test_a_wrong_value_is_named_but_never_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CONGVU_ENCRYPTION__INDEX_KEY", "too-short-but-secret")
    with pytest.raises(SettingsInvalid, match="CONGVU_ENCRYPTION__INDEX_KEY") as refused:
        load_settings()
    assert "too-short-but-secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("section", ["MAIL", "OUTBOUND"])
def test_a_file_without_certificates_to_trust_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, section: str
) -> None:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    name, file = f"CONGVU_{section}__AUTHORITY", tmp_path / "authority.pem"
    monkeypatch.setenv(name, str(file))
    with pytest.raises(SettingsInvalid, match=f"{name}: Path does not point to a file"):
        load_settings()
    file.write_text("-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(SettingsInvalid, match=f"{name}: .*no certificates in PEM"):
        load_settings()
    Authority(tmp_path)  # writes the very file
    assert getattr(load_settings(), section.lower()).authority == file
    monkeypatch.setenv(name, "")
    assert getattr(load_settings(), section.lower()).authority is None


def test_a_network_is_refused_with_one_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CONGVU_WEB__TRUSTED_PROXIES", '["10.20.0.5", "10.20.0.1/16"]')
    with pytest.raises(SettingsInvalid) as refused:
        load_settings()
    assert str(refused.value) == (
        "Settings are wrong: CONGVU_WEB__TRUSTED_PROXIES__1: "
        "Value error, 10.20.0.1/16 has host bits set."
    )


def test_settings_do_not_show_secrets_when_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    assert "hidden" not in repr(load_settings())


@pytest.mark.parametrize("base", ["eight", "0", "80", "65530", "-8000", "8000.5"])
def test_a_port_base_that_leaves_no_room_is_refused(base: str) -> None:
    with pytest.raises(PortBaseInvalid, match="CONGVU_PORT_BASE"):
        Home.from_environment({"CONGVU_PORT_BASE": base})
