"""The production description, checked without Docker."""

import re
import subprocess
import sys
from typing import Any

import pytest
from ruamel.yaml import YAML

from entrypoints.home import CHECKOUT
from entrypoints.settings import Settings

COMPOSE = CHECKOUT / "docker-compose.yml"
EXAMPLE = CHECKOUT / "deploy" / ".env.example"
NOT_SECRET = {
    "CONGVU_PORT_BASE",
    "CONGVU_LDAPS_PORT",
    "CONGVU_WEB__PROCESSES",
    "CONGVU_WEB__TRUSTED_PROXIES",
    "CONGVU_OUTBOUND__ALLOWED_NETWORKS",
    "CONGVU_PASSWORDS__POLICY",
    "CONGVU_MAIL__HOST",
    "CONGVU_MAIL__PORT",
    "CONGVU_MAIL__TLS",
    "CONGVU_MAIL__USERNAME",
    "CONGVU_MAIL__PASSWORD",  # asked for by the settings themselves where there is a user name
    "CONGVU_MAIL__SENDER_ADDRESS",
    "CONGVU_MAIL__RETURN_ADDRESS",
    # asked for by the mail servers themselves, which not every province runs here
    "CONGVU_MAIL_SERVER__HOST_NAME",
    "CONGVU_MAIL_SERVER__DOVEADM_URL",
    "CONGVU_MAIL_SERVER__DOVEADM_KEY",
    "CONGVU_MAIL_SERVER__OUTSIDE",
    "CONGVU_MAIL_SERVER__RELAY_HOST",
    "CONGVU_MAIL_CLIENT_SECRET",
    "CONGVU_MAIL_CERTIFICATE",
    "CONGVU_MAIL_KEY",
    # asked for by the webmail itself
    "CONGVU_WEBMAIL_URL",
    "CONGVU_WEBMAIL_CLIENT_SECRET",
    "CONGVU_WEBMAIL_KEY",
    "CONGVU_WEBMAIL_AUTHORITY",
    "CONGVU_WEBMAIL_PORT",
    "CONGVU_USAGE__WEBMAIL_NETWORKS",
    "CONGVU_USAGE__SERVICE_NETWORKS",
    "CONGVU_IMAP_PORT",
    "CONGVU_IMAPS_PORT",
    "CONGVU_SIEVE_PORT",
    "CONGVU_SMTP_PORT",
    "CONGVU_SUBMISSION_PORT",
}


def description() -> Any:
    return YAML(typ="safe").load(COMPOSE)


def asked_for() -> dict[str, str]:
    """Variables that the compose file takes from outside, with what follows the name."""
    return dict(re.findall(r"\$\{(\w+)([^}]*)\}", COMPOSE.read_text()))


def test_the_file_follows_the_compose_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run([*check, COMPOSE], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_every_secret_is_required_and_has_no_default() -> None:
    for name, rest in asked_for().items():
        if name not in NOT_SECRET:
            assert rest.startswith(":?"), name


def test_the_example_names_exactly_what_is_asked_for_and_gives_no_values() -> None:
    lines = re.findall(r"^(?:# )?(CONGVU_\w+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE)
    assert {name for name, _ in lines} == set(asked_for())
    assert {value for _, value in lines} == {""}


def test_settings_of_the_product_exist_under_those_names() -> None:
    environment = description()["x-product-environment"]
    for variable in environment:
        section, _, name = variable.removeprefix("CONGVU_").lower().partition("__")
        annotation = Settings.model_fields[section].annotation
        assert name in annotation.model_fields, variable  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "service",
    [
        "postgres",
        "openldap",
        "migrate",
        "web",
        "worker",
        "policy",
        "dovecot",
        "postfix",
        "webmail",
    ],
)
def test_every_service_is_confined(service: str) -> None:
    container = description()["services"][service]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in container["security_opt"]
    assert "inside" in container["networks"]
