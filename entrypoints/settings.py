"""Reads the environment, then the env file of the home; the only reader of either."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from entrypoints.embedded.log_rotation import LogFileSettings
from entrypoints.home import Home
from identity.accounts.passwords import PasswordSettings
from identity.accounts.settings import MailboxSettings
from identity.directory.settings import DirectorySettings
from identity.handover.settings import HandoverSettings
from identity.hr_import.settings import ImportSettings
from kernel.audit_spool import AuditSettings
from kernel.certificates import CertificateSettings
from kernel.database import DatabaseSettings
from kernel.encryption import EncryptionSettings
from kernel.errors import Invalid
from kernel.logs import LogSettings
from kernel.mailer import MailSettings
from kernel.networks import NetworkSetting
from kernel.outbound import OutboundSettings
from mail_admin.bounces.settings import BounceSettings
from mail_admin.domains.settings import DomainSettings
from mail_admin.limits.settings import LimitSettings
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.reminders.settings import ReminderSettings
from mail_admin.reports.settings import ReportSettings
from mail_admin.senders.settings import SenderSettings
from mail_admin.server.settings import MailServerSettings
from mail_admin.signing.settings import SigningSettings
from mail_admin.usage.settings import UsageSettings
from sso.settings import SignOnSettings

PREFIX = "CONGVU_"
DELIMITER = "__"


class WebSettings(BaseModel):
    """Where the web server listens. Environment: CONGVU_WEB__*."""

    host: str = "127.0.0.1"
    """Address of this machine to listen at."""
    port: int = Field(default=8000, ge=1, le=65535)
    """TCP port to listen at."""
    public_url: str = ""
    """As people type it, without a slash at the end; empty for the address of the server itself."""
    processes: int = Field(default=1, ge=1, le=64)
    """One for each core that requests may use. Each has connections to the database of its own."""
    trusted_proxies: list[NetworkSetting] = []
    """Addresses or networks, such as ["10.20.0.5"], whose X-Forwarded-For and -Proto are believed;
    whoever else sends them is not, since guesses of passwords are counted by address."""
    client_certificates: bool = False
    """The trusted proxies tell of client certificates: they set X-SSL-Client-Verify and
    X-SSL-Client-Cert anew at every request, so that neither ever comes from a client."""

    @model_validator(mode="after")
    def _certificates_come_from_somebody(self) -> Self:
        if self.client_certificates and not self.trusted_proxies:
            raise ValueError("client_certificates needs trusted_proxies")
        return self

    @model_validator(mode="after")
    def _has_public_url(self) -> Self:
        self.public_url = (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
        return self


class ServerPasswords(BaseModel):
    """Passwords inside the servers that we build ourselves. Environment: CONGVU_SERVERS__*."""

    postgres_admin_password: SecretStr
    """Of the superuser `postgres`; the product itself signs in as the owner of its database."""
    postgres_password: SecretStr
    """Of the owner of the database."""
    ldap_reader_password: SecretStr
    """Of cn=reader, which may look but not touch."""
    ldap_mail_password: SecretStr
    """Of cn=mail, with which Dovecot and Postfix look people up."""
    ldap_administrator_password: SecretStr
    """Of cn=administrator, for repairs by hand."""
    mail_sender_password: SecretStr = SecretStr("")
    """With which the product hands mail to its own Postfix."""
    dovecot_client_secret: SecretStr = SecretStr("")
    """With which Dovecot asks about access tokens."""


class SampleSettings(BaseModel):
    """The sample province of a new installation. Environment: CONGVU_SAMPLE__*."""

    provision: bool = True
    """False for an office that begins with its own lists: script/server leaves them out."""
    folder: Path | None = None
    """Another province in the same form: organisations.csv, organisation-accounts.csv, hr.xlsx."""


class Settings(BaseSettings):
    """Every setting of the product: CONGVU_<SECTION>__<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, extra="ignore"
    )

    database: DatabaseSettings
    directory: DirectorySettings
    encryption: EncryptionSettings
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    passwords: PasswordSettings = PasswordSettings()
    mail: MailSettings = MailSettings()
    mail_server: MailServerSettings = MailServerSettings()
    mailboxes: MailboxSettings = MailboxSettings()
    domains: DomainSettings = DomainSettings()
    limits: LimitSettings = LimitSettings()
    bounces: BounceSettings = BounceSettings()
    senders: SenderSettings = SenderSettings()
    signing: SigningSettings = SigningSettings()
    reminders: ReminderSettings = ReminderSettings()
    imports: ImportSettings = ImportSettings()
    handover: HandoverSettings = HandoverSettings()
    audit: AuditSettings = AuditSettings()
    outbound: OutboundSettings = OutboundSettings()
    certificates: CertificateSettings = CertificateSettings()
    sso: SignOnSettings = SignOnSettings()
    usage_rate: UsageRateSettings = UsageRateSettings()
    reports: ReportSettings = ReportSettings()
    usage: UsageSettings = UsageSettings()
    sample: SampleSettings = SampleSettings()
    log_files: LogFileSettings = LogFileSettings()
    servers: ServerPasswords | None = None
    """Known only where script/server runs the servers."""


class SettingsMissing(Invalid):
    code = "settings-missing"

    def __init__(self, names: list[str], env_file: Path) -> None:
        joined = ", ".join(names)
        super().__init__(
            f"Thiếu thiết lập: {joined}. Hãy đặt trong môi trường hoặc trong {env_file}; "
            "script/server tự tạo tệp này khi chạy trên một máy.",
            f"Settings are missing: {joined}. Set them in the environment or in {env_file}; "
            "script/server makes that file for an installation on one machine.",
            place=names[0],
        )


class SettingsInvalid(Invalid):
    code = "settings-invalid"

    def __init__(self, faults: list[str]) -> None:
        joined = "; ".join(faults)
        super().__init__(f"Thiết lập không hợp lệ: {joined}.", f"Settings are wrong: {joined}.")


class EnvFileExposed(Invalid):
    code = "env-file-exposed"

    def __init__(self, env_file: Path) -> None:
        super().__init__(
            f"{env_file} chứa mật khẩu mà người khác đọc được; hãy chạy: chmod 600 {env_file}",
            f"{env_file} holds secrets and others can read it; run: chmod 600 {env_file}",
            place=str(env_file),
        )


def load_settings(home: Home | None = None) -> Settings:
    """The environment goes before the file.

    Raises SettingsMissing, SettingsInvalid, EnvFileExposed.
    """
    env_file = (home or Home.from_environment(os.environ)).env_file
    if env_file.exists() and env_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise EnvFileExposed(env_file)
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise _explain(error, env_file) from None  # the original error quotes secrets


def _explain(error: ValidationError, env_file: Path) -> Invalid:
    faults = error.errors(include_input=False, include_url=False)
    missing = [
        name
        for fault in faults
        if fault["type"] == "missing"
        for name in _required(Settings, [str(part) for part in fault["loc"]])
    ]
    if missing:
        return SettingsMissing(missing, env_file)
    return SettingsInvalid([f"{_variable(fault['loc'])}: {fault['msg']}" for fault in faults])


def _required(model: type[BaseModel], location: list[str], above: str = PREFIX) -> Iterator[str]:
    """Names of the variables that would fill what is missing, a whole section or one value."""
    name, rest = location[0], location[1:]
    annotation: Any = model.model_fields[name].annotation
    variable = above + name.upper()
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        yield variable
    elif rest:
        yield from _required(annotation, rest, variable + DELIMITER)
    else:
        for field, info in annotation.model_fields.items():
            if info.is_required():
                yield from _required(annotation, [field], variable + DELIMITER)


def _variable(location: tuple[int | str, ...]) -> str:
    return PREFIX + DELIMITER.join(str(part).upper() for part in location)
