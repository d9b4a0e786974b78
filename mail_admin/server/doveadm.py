"""Dovecot's own HTTP API: sessions, access lists, sizes. The only door to it."""

import base64
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx

from mail_admin.server.errors import MailServersNotConfigured, MailServersUnavailable
from mail_admin.server.settings import MailServerSettings

NO_USER, NOT_CONNECTED, NOT_FOUND = 67, 68, 68
"""Exit codes of doveadm (sysexits.h)."""
Command = tuple[str, dict[str, Any]]


class Doveadm:
    """For one thread at a time."""

    def __init__(self, settings: MailServerSettings) -> None:
        """Raises MailServersNotConfigured."""
        key = settings.doveadm_key.get_secret_value()
        if not settings.doveadm_url or not key:
            raise MailServersNotConfigured
        self._store = settings.store
        self._url = settings.doveadm_url
        token = base64.b64encode(key.encode()).decode()
        self._http = httpx.Client(
            headers={"Authorization": f"X-Dovecot-API {token}"},
            timeout=settings.doveadm_timeout_seconds,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def ping(self, seconds: float) -> None:
        """Raises MailServersUnavailable unless it lets us in."""
        try:
            self._http.get(self._url, timeout=seconds).raise_for_status()
        except httpx.HTTPError as error:
            raise MailServersUnavailable(type(error).__name__) from error

    def end_sessions(self, logins: Iterable[str]) -> None:
        """Close what these people have open, and forget what was remembered of their sign-in."""
        commands: list[Command] = []
        for login in logins:
            commands.append(("authCacheFlush", {"user": [login]}))
            commands.append(("kick", {"mask": [login]}))
        self._run(commands, tolerated={NOT_CONNECTED})

    def folders(self, login: str) -> list[str] | None:
        """Names of a mailbox's folders; None when Dovecot does not know the login."""
        (found,) = self._run([("mailboxList", {"user": login})], tolerated={NO_USER})
        return None if found is None else [folder["mailbox"] for folder in found]

    def add_folders(self, login: str, names: Sequence[str]) -> None:
        self._run([("mailboxCreate", {"user": login, "mailbox": list(names)})], tolerated=set())

    def access(self, login: str, folders: Sequence[str]) -> dict[str, dict[str, frozenset[str]]]:
        """Folder to the logins that may open it, with their rights."""
        questions: list[Command] = [
            ("aclGet", {"user": login, "mailbox": name}) for name in folders
        ]
        answers = self._run(questions, tolerated={NOT_FOUND})
        return {
            name: {
                entry["id"].removeprefix("user="): frozenset(entry["rights"].split())
                for entry in found or ()
                if entry["id"].startswith("user=")
            }
            for name, found in zip(folders, answers, strict=True)
        }

    def grant(self, login: str, folder: str, to: str, rights: Sequence[str]) -> None:
        given = {"user": login, "mailbox": folder, "id": f"user={to}", "right": list(rights)}
        self._run([("aclSet", given)], tolerated=set())

    def revoke(self, login: str, folder: str, of: str) -> None:
        given = {"user": login, "mailbox": folder, "id": f"user={of}"}
        self._run([("aclDelete", given)], tolerated=set())

    def used_bytes(self, login: str) -> int | None:
        """None when Dovecot does not know the login."""
        (found,) = self._run([("quotaGet", {"user": login})], tolerated={NO_USER})
        sizes = [int(root["value"]) for root in found or () if root["type"] == "STORAGE"]
        return None if found is None else sum(sizes) * 1024

    def remove_mail(self, account_id: UUID) -> None:
        """Everything that was stored for an account, for good. Repeating it changes nothing."""
        name = str(account_id)
        given = {
            "recursive": True,
            "maxParallel": 1,
            "fsDriver": "posix",
            "fsArgs": f"prefix={self._store}/",
            "path": [f"{name[:2]}/{name}/"],
        }
        self._run([("fsDelete", given)], tolerated={NOT_FOUND})

    def _run(self, commands: Sequence[Command], tolerated: set[int]) -> list[Any]:
        """The answer to each; None for a tolerated exit code. Raises MailServersUnavailable."""
        if not commands:
            return []
        tagged = [[name, given, str(place)] for place, (name, given) in enumerate(commands)]
        try:
            response = self._http.post(self._url, json=tagged)
            response.raise_for_status()
            answers = {tag: (kind, content) for kind, content, tag in response.json()}
        except (httpx.HTTPError, ValueError) as error:
            raise MailServersUnavailable(type(error).__name__) from error
        found: list[Any] = []
        for place, (name, _) in enumerate(commands):
            kind, content = answers[str(place)]
            if kind == "error" and content.get("exitCode") not in tolerated:
                raise MailServersUnavailable(f"{name}: {content}")
            found.append(None if kind == "error" else content)
        return found
