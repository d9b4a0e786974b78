"""Files that settings name, with the certificates of authorities to trust."""

import ssl
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, FilePath


def _none_if_empty(value: object) -> object:
    return value or None


def _holding_certificates(file: Path | None) -> Path | None:
    if file is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
        except OSError as error:  # also what OpenSSL says of its content
            raise ValueError(f"no certificates in PEM can be read ({error})") from error
    return file


AuthorityFile = Annotated[
    FilePath | None, BeforeValidator(_none_if_empty), AfterValidator(_holding_certificates)
]
"""Read when the settings are: a wrong one is said at start, not by the first connection."""
