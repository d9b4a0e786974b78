"""Random secrets that are shown once and kept only as hashes."""

import hashlib
import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O and U: nothing to confuse when read from paper."""


def new_token(prefix: str) -> str:
    """256 random bits behind a prefix that secret scanners can recognise."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def new_code(groups: int = 4, length: int = 4) -> str:
    """A code for paper, such as `7K2M-QX4T-9FDA-W0CE`: 20 random bits a group."""
    return "-".join(
        "".join(secrets.choice(CROCKFORD) for _ in range(length)) for _ in range(groups)
    )


def normalise_code(typed: str) -> str:
    """What a person typed, with the confusions that the alphabet foresees put right."""
    letters = typed.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(letter for letter in letters if letter in CROCKFORD)


def token_hash(secret: str) -> bytes:
    """SHA-256; a slow hash is not needed for 80 random bits and more."""
    return hashlib.sha256(secret.encode()).digest()
