"""Building the server's folders, and building them again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from identity.directory.changes import Put
from identity.directory.errors import DirectoryRefused
from identity.directory.gateway import LdapDirectory
from identity.directory.server.certificates import ensure_certificates
from identity.directory.server.configuration import server_configuration
from identity.directory.server.preparation import PreparationFailed, prepare_server
from identity.directory.server.settings import Passwords, ServerSettings
from tests.support.directory import account
from tests.support.scratch import scratch_folder
from tests.support.slapd import BASE_DN, PASSWORDS, TestSlapd, running_slapd


@pytest.fixture
def server() -> Iterator[TestSlapd]:
    with scratch_folder() as folder, running_slapd(folder) as server:
        yield server


def test_preparing_again_changes_nothing(server: TestSlapd) -> None:
    server.stop()
    folder = server.slapd.folder
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    server.slapd.prepare()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_changed_settings_are_followed_and_data_is_kept(server: TestSlapd) -> None:
    with LdapDirectory(server.settings()) as directory:
        directory.write([Put(account())])
    server.stop()
    changed = Passwords("new-writer", PASSWORDS.reader, PASSWORDS.mail, None)
    server.slapd = replace(server.slapd, passwords=changed)
    server.start()
    with LdapDirectory(server.settings(bind_password="new-writer")) as directory:
        assert directory.read(account().dn) is not None
    for identity in ("writer", "administrator"):
        with LdapDirectory(server.settings(identity)) as old, pytest.raises(DirectoryRefused):
            old.ping()


def test_a_replicated_server_starts(server: TestSlapd) -> None:
    server.stop()
    settings = replace(server.slapd.settings, replicated=True, record_last_bind=True)
    prepare_server(settings)
    assert "syncprov" in server_configuration(settings)


def test_the_words_of_slapd_reach_the_operator(tmp_path: Path) -> None:
    settings = ServerSettings(
        base_dn=BASE_DN,
        configuration=tmp_path / "configuration",
        data=tmp_path / "data",
        passwords=PASSWORDS,
        require_tls=False,
        modules=tmp_path,
    )
    with pytest.raises(PreparationFailed, match="back_mdb"):
        prepare_server(settings)
    assert not settings.configuration.exists()


@pytest.mark.parametrize("changed", [{"base_dn": "o=province"}, {"certificates": None}])
def test_settings_that_cannot_work_are_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    good = ServerSettings(
        base_dn=BASE_DN,
        configuration=tmp_path,
        data=tmp_path,
        passwords=PASSWORDS,
        certificates=ensure_certificates(tmp_path, ["localhost"]),
    )
    with pytest.raises(ValueError, match=next(iter(changed))):
        replace(good, **changed)


def test_certificates_are_kept_until_they_end_soon(tmp_path: Path) -> None:
    first = ensure_certificates(tmp_path, ["localhost", "127.0.0.1"])
    before = first.server.read_bytes()
    again = ensure_certificates(tmp_path, ["localhost", "127.0.0.1"])
    assert again == first
    assert again.server.read_bytes() == before
    assert first.key.stat().st_mode & 0o777 == 0o600


def test_passwords_never_show_in_logs() -> None:
    assert "the-writer" not in repr(PASSWORDS)
