import argon2

HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""Argon2id at the first choice of OWASP's password storage cheat sheet (19 MiB, 2 passes)."""


def hash_password(password: str) -> str:
    """In the form that slapd's argon2 module verifies.

    slapd's own hashing is not used: 2.5 stores argon2i followed by a stray NUL.
    """
    return "{ARGON2}" + HASHER.hash(password)
