"""What the containers of the mail servers would start with, read by the servers' own programs."""

import subprocess
from pathlib import Path

import pytest

from mail_admin.server.container import LOG_FOLDER, SettingMissing, prepare_dovecot, prepare_postfix

ENVIRONMENT = {
    "CONGVU_DIRECTORY__URI": "ldaps://openldap:1636",
    "CONGVU_DIRECTORY__BASE_DN": "dc=backan,dc=gov,dc=vn",
    "CONGVU_DIRECTORY__AUTHORITY": "/etc/congvu/ldap/authority.pem",
    "CONGVU_SERVERS__LDAP_MAIL_PASSWORD": "of-the-mail-servers",
    "CONGVU_MAIL__USERNAME": "congvu_system",
    "CONGVU_MAIL__PASSWORD": "of-the-mailer",
    "CONGVU_MAIL__SENDER_ADDRESS": "khong-tra-loi@backan.gov.vn",
    "CONGVU_MAIL_SERVER__HOST_NAME": "mail.backan.gov.vn",
    "CONGVU_MAIL_SERVER__DOVEADM_KEY": "of-the-api",
    "CONGVU_MAIL_SERVER__RELAY_HOST": "",
    "CONGVU_MAIL_INTROSPECTION_URL": "http://dovecot:secret@web:8000/oauth2/introspect",
}


def said_by(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower(), done.stderr
    return done.stdout


def test_dovecot_takes_its_configuration(tmp_path: Path) -> None:
    command = prepare_dovecot(tmp_path, ENVIRONMENT)
    shown = said_by("/usr/bin/doveconf", "-c", command[-1], "-n")
    assert "disable_plaintext_auth = no" not in shown  # its default is yes
    assert "ssl = required" in shown
    assert "sdbox:~/mail" in shown


def test_postfix_takes_its_configuration(tmp_path: Path) -> None:
    command = prepare_postfix(tmp_path, ENVIRONMENT)
    assert command[-1] == "start-fg"
    folder = command[2]
    services = said_by("/usr/sbin/postconf", "-c", folder, "-M")
    assert services.count(" smtpd -o ") == 3
    assert said_by("/usr/sbin/postconf", "-c", folder, "-hx", "smtpd_sasl_path") == (
        "inet:dovecot:12345\n"
    )


def test_the_worker_can_read_the_logs_that_are_kept_for_it(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    environment = {**ENVIRONMENT, LOG_FOLDER: str(logs)}
    dovecot = prepare_dovecot(tmp_path / "dovecot", environment)
    postfix = prepare_postfix(tmp_path / "postfix", environment)
    shown = said_by("/usr/bin/doveconf", "-c", dovecot[-1], "-h", "log_path")
    assert shown == f"{logs}/dovecot.log\n"
    shown = said_by("/usr/sbin/postconf", "-c", postfix[2], "-hx", "maillog_file")
    assert shown == f"{logs}/postfix.log\n"
    assert {file.stat().st_mode & 0o777 for file in logs.iterdir()} == {0o644}


@pytest.mark.parametrize("name", ["CONGVU_MAIL__PASSWORD", "CONGVU_MAIL_SERVER__HOST_NAME"])
def test_what_is_missing_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingMissing, match=name):
        prepare_postfix(tmp_path, {**ENVIRONMENT, name: ""})
