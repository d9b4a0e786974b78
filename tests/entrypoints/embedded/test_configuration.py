import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from entrypoints.embedded.configuration import ensure_env_file
from entrypoints.embedded.errors import SecretsLost
from entrypoints.home import Home
from entrypoints.settings import load_settings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, 24_000)


def test_the_file_is_complete_and_private(home: Home) -> None:
    ensure_env_file(home, {})
    settings = load_settings(home)
    assert stat.S_IMODE(home.env_file.stat().st_mode) == 0o600
    assert settings.web.port == 24_000
    assert settings.directory.uri == "ldap://127.0.0.1:24002"
    assert ":24001/congvu" in settings.database.url.get_secret_value()


def test_secrets_are_made_once_and_differ_between_homes(tmp_path: Path) -> None:
    here, there = Home(tmp_path / "a", 24_000), Home(tmp_path / "b", 24_000)
    for home in (here, there):
        home.path.mkdir()
        ensure_env_file(home, {})
    first = home_secrets(here)
    ensure_env_file(here, {})
    assert home_secrets(here) == first
    assert not set(first.values()) & set(home_secrets(there).values())


def test_addresses_follow_the_ports(home: Home) -> None:
    ensure_env_file(home, {})
    before = home_secrets(home)
    moved = Home(home.path, 25_000)
    ensure_env_file(moved, {})
    assert home_secrets(moved) == before
    assert load_settings(moved).directory.uri == "ldap://127.0.0.1:25002"


def test_lines_of_the_operator_are_kept(home: Home) -> None:
    home.env_file.write_text(
        "# ours\nCONGVU_DIRECTORY__BASE_DN=dc=ninhbinh,dc=gov,dc=vn\n"
        "CONGVU_WEB__PUBLIC_URL=https://congvu.ninhbinh.gov.vn\n"
    )
    home.env_file.chmod(0o600)
    ensure_env_file(home, {})
    settings = load_settings(home)
    assert home.env_file.read_text().startswith("# ours\n")
    assert settings.directory.base_dn == "dc=ninhbinh,dc=gov,dc=vn"
    assert settings.web.public_url == "https://congvu.ninhbinh.gov.vn"


def test_the_base_of_the_first_start_is_kept_for_the_next(home: Home) -> None:
    ensure_env_file(home, {"CONGVU_DIRECTORY__BASE_DN": "dc=nghean,dc=gov,dc=vn"})
    ensure_env_file(home, {})
    assert load_settings(home).directory.base_dn == "dc=nghean,dc=gov,dc=vn"


def test_new_secrets_are_never_made_for_old_data(home: Home) -> None:
    (home.path / "postgres").mkdir()
    with pytest.raises(SecretsLost, match="restore it from a backup"):
        ensure_env_file(home, {})
    assert not home.env_file.exists()


def home_secrets(home: Home) -> dict[str, str | None]:
    values = dotenv_values(home.env_file)
    return {
        name: values[name] for name in values if "PASSWORD" in name or name.endswith("INDEX_KEY")
    }
