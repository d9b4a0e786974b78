"""Fills in the files of deploy/dovecot and deploy/postfix."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from kernel.errors import Invalid

TEMPLATES = Path(__file__).resolve().parents[2] / "deploy"
PLACEHOLDER = re.compile(r"@([a-z_]+)@")
UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
UNQUOTABLE = re.compile(r"[\s$#\"'\\%@]")
"""What one of the formats would take for something else than a character of a password."""


class MailServerSettingUnusable(Invalid):
    code = "mail-server-setting-unusable"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} có ký tự mà cấu hình của Dovecot hoặc Postfix không chứa được; "
            "hãy dùng chữ, số và - _ . ~.",
            f"{name} has characters that the configuration of Dovecot or Postfix cannot hold; "
            "use letters, digits and - _ . ~.",
            place=name,
        )


def require_plain(name: str, value: str) -> str:
    """The value, when every format of configuration can hold it as it is.

    Raises MailServerSettingUnusable.
    """
    if not value or UNQUOTABLE.search(value) or UNSAFE.search(value):
        raise MailServerSettingUnusable(name)
    return value


def fill_in(template: Path, values: Mapping[str, str]) -> str:
    """Raises KeyError for a placeholder that nobody gave a value."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], template.read_text("utf-8"))


def write_private(file: Path, text: str, group: str | None = None) -> None:
    """For the owner alone, and a group to read: passwords are in these files."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    if group is not None:
        shutil.chown(unfinished, group=group)
        unfinished.chmod(0o640)
    unfinished.replace(file)
