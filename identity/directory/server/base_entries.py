"""The entries that stand before any of the registry's, as LDIF for `slapadd -n 1`."""

from collections.abc import Iterator

from identity.directory.server import tree
from identity.directory.server.passwords import hash_password
from identity.directory.server.settings import LockoutRule, ServerSettings


def base_entries(settings: ServerSettings) -> str:
    """Contains password hashes."""
    return "\n".join(_records(settings))


def _records(settings: ServerSettings) -> Iterator[str]:
    base = settings.base_dn
    top = base.partition(",")[0].partition("=")[2]
    yield f"dn: {base}\nobjectClass: dcObject\nobjectClass: organization\ndc: {top}\no: {top}\n"
    for container in tree.CONTAINERS:
        name = container.partition("=")[2]
        yield f"dn: {container},{base}\nobjectClass: organizationalUnit\nou: {name}\n"
    yield _policy("default", settings.lockout, base)
    yield _system_policy(base)
    for name, password in _identities(settings):
        yield _identity(name, password, base)


def _identities(settings: ServerSettings) -> Iterator[tuple[str, str]]:
    yield "writer", settings.passwords.writer
    yield "reader", settings.passwords.reader
    yield "mail", settings.passwords.mail


def password_changes(settings: ServerSettings) -> str:
    """LDIF for `slapmodify` that gives the identities the passwords of these settings."""
    return "\n".join(
        f"dn: cn={name},{tree.SYSTEM},{settings.base_dn}\nchangetype: modify\n"
        f"replace: userPassword\nuserPassword: {hash_password(password)}\n"
        for name, password in _identities(settings)
    )


def _policy(name: str, rule: LockoutRule, base: str) -> str:
    return (
        f"dn: cn={name},{tree.POLICIES},{base}\n"
        "objectClass: applicationProcess\n"
        "objectClass: pwdPolicy\n"
        f"cn: {name}\n"
        "pwdAttribute: userPassword\n"
        "pwdLockout: TRUE\n"
        f"pwdMaxFailure: {rule.failures}\n"
        f"pwdMaxRecordedFailure: {rule.failures}\n"
        f"pwdLockoutDuration: {rule.lock_seconds}\n"
        f"pwdFailureCountInterval: {rule.window_seconds}\n"
    )


def _system_policy(base: str) -> str:
    """Never locks: or anybody could stop the reconciler and the mail with wrong passwords."""
    return (
        f"dn: cn=system,{tree.POLICIES},{base}\n"
        "objectClass: applicationProcess\n"
        "objectClass: pwdPolicy\n"
        "cn: system\n"
        "pwdAttribute: userPassword\n"
        "pwdLockout: FALSE\n"
    )


def _identity(name: str, password: str, base: str) -> str:
    return (
        f"dn: cn={name},{tree.SYSTEM},{base}\n"
        "objectClass: organizationalRole\n"
        "objectClass: simpleSecurityObject\n"
        f"cn: {name}\n"
        f"userPassword: {hash_password(password)}\n"
        f"pwdPolicySubentry: cn=system,{tree.POLICIES},{base}\n"
    )
