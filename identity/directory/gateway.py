"""The only door to the directory."""

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from identity.directory import dn, encoding, planning, results
from identity.directory.changes import DISPUTED, WRITTEN, Change, Outcome, Put
from identity.directory.channel import Channel
from identity.directory.connection import connect
from identity.directory.decoding import Result, StandingEntry
from identity.directory.encoding import Scope
from identity.directory.errors import DirectoryRefused, DirectoryUnavailable
from identity.directory.settings import DirectorySettings

LANES = 2
"""Connections: while the server commits a group of one, the next group is filled on the other."""
GROUP_BYTES = 1024**2
"""Request octets in one transaction. A large group of members exceeds it and goes without."""


class LdapDirectory:
    """Writes and reads entries. For one thread at a time; connects when first needed.

    Groups writes into LDAP transactions (RFC 5805), which slapd flushes to disk once each. Never
    more than one operation is in flight: slapd 2.5 can crash when those of a transaction are
    pipelined.
    """

    def __init__(self, settings: DirectorySettings, *, transactions: bool = True) -> None:
        self._settings = settings
        self._transactions_wanted = transactions
        self._transactions = False
        self._lanes: list[Channel] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        for channel in self._lanes:
            channel.close()
        self._lanes = []

    def ping(self) -> None:
        """Raise DirectoryUnavailable or DirectoryRefused unless it answers us."""
        self.read(self._settings.base_dn, ("objectClass",))

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Bring the directory to what is asked; repeating it changes nothing.

        One change must not rest on another of the same call. A change that the directory refuses
        costs only itself. Raises DirectoryUnavailable when the directory does not do its work:
        then some changes may have been made and others not, and all may be asked for again.
        """
        standing = self._standing([c for c in changes if not isinstance(c, Put) or c.known_dn])
        plans = [planning.operations(change, standing.get(change.congvu_id)) for change in changes]
        outcomes = [WRITTEN] * len(changes)
        for group in self._left_over(plans):
            for place in group:
                outcomes[place] = self._write_alone(changes[place], plans[place])
        return outcomes

    def _left_over(self, plans: Sequence[Plan]) -> Iterator[Sequence[int]]:
        """Commit what transactions can carry; give the places of the plans that want more care."""
        if not self._transactions:
            yield range(len(plans))
            return
        open_one: tuple[Sequence[int], Transaction] | None = None
        for number, (group, operations) in enumerate(_groups(plans, self._settings.group_size)):
            if sum(map(len, operations)) > GROUP_BYTES:
                yield group
                continue
            transaction = Transaction(self._channel(number % LANES))
            transaction.fill(operations)
            transaction.end()
            ...
    def read(self, entry_dn: str, attributes: Iterable[str] = ("*",)) -> StandingEntry | None:
        """One entry; None when there is none."""
        request = self._search_request(
            entry_dn, Scope.ENTRY, encoding.present("objectClass"), attributes
        )
        found = list(self._connected().search(request))
        *entries, result = found
        if isinstance(result, Result) and result.code == results.NO_SUCH_OBJECT:
            return None
        _require_success(result)
        return next((entry for entry in entries if isinstance(entry, StandingEntry)), None)

    def entries(
        self,
        base: str,
        attributes: Iterable[str] = ("*",),
        condition: bytes = encoding.present("objectClass"),
    ) -> Iterator[StandingEntry]:
        """Everything below `base`, streamed in pages. Exhaust it before the next call.

        Raises DirectoryUnavailable, also in the middle: a part is never taken for the whole.
        """
        request = self._search_request(base, Scope.SUBTREE, condition, attributes)
        for found in self._connected().paged_search(request, self._settings.page_size):
            if isinstance(found, Result):
                _require_success(found)
            elif not dn.same(found.dn, base):
                yield found

    def _connected(self) -> Channel:
        if self._channel is None or self._channel.closed:
            connection = connect(self._settings)
            announced = {extension[0] for extension in connection.server.info.supported_extensions}
            self._transactions = self._transactions_wanted and START_TRANSACTION in announced
            self._channel = Channel(connection, self._settings.timeout_seconds)
        return self._channel

    def _standing(self, changes: Sequence[Change]) -> dict[str, StandingEntry]:
        """Our entries as they are, by id: one whose rename was not recorded is found all the same."""
        found: dict[str, StandingEntry] = {}
        size = self._settings.group_size
        for start in range(0, len(changes), size):
            ids = [change.congvu_id for change in changes[start : start + size]]
            condition = encoding.any_of(encoding.equals("congvuId", i.encode()) for i in ids)
            for entry in self.entries(self._settings.base_dn, condition=condition):
                found[entry.one("congvuId") or ""] = entry
        return found

    def _commit(self, operations: Sequence[bytes]) -> bool:
        """All of them durably, or none (RFC 5805). False when one is refused or all are too much.

        The answer does not say which one was refused.
        """
        if not operations:
            return True
        if sum(map(len, operations)) > GROUP_BYTES:
            return False
        channel = self._connected()
        started = channel.exchange(encoding.extended_request(START_TRANSACTION))
        if started.code:
            return False
        identifier = started.value or b""
        membership = encoding.control_list(encoding.control(IN_TRANSACTION, identifier))
        accepted = True
        for operation in operations:
            accepted = channel.exchange(operation, membership).code == results.SUCCESS
            if not accepted:
                break
        ended = encoding.tagged(
            encoding.SEQUENCE,
            (encoding.TRUE if accepted else encoding.FALSE) + encoding.octets(identifier),
        )
        result = channel.exchange(encoding.extended_request(END_TRANSACTION, ended))
        return accepted and result.code == results.SUCCESS

    def _write_alone(self, change: Change, operations: Sequence[bytes]) -> Outcome:
        """Outside a transaction; when the plan turns out stale, look again and try once more."""
        result = self._run(operations)
        if result.code in results.STALE:
            standing = self._standing([change]).get(change.congvu_id)
            result = self._run(planning.operations(change, standing))
            if result.code == results.ENTRY_ALREADY_EXISTS:
                return Outcome(DISPUTED, result.diagnostic)
        if result.code in results.TEMPORARY:
            raise DirectoryUnavailable(f"{results.TEMPORARY[result.code]} {result.diagnostic}")
        return Outcome(results.reason(result.code), result.diagnostic) if result.code else WRITTEN

    def _run(self, operations: Sequence[bytes]) -> Result:
        channel, result = self._connected(), Result(results.SUCCESS)
        for operation in operations:
            result = channel.exchange(operation)
            if result.code:
                break
        return result

    def _search_request(
        self, base: str, scope: Scope, condition: bytes, attributes: Iterable[str]
    ) -> bytes:
        limit = max(1, round(self._settings.timeout_seconds))
        return encoding.search_request(base, scope, condition, attributes, limit)


def _groups(plans: Sequence[Sequence[bytes]], group_size: int) -> Iterator[tuple[int, int]]:
    """Slices of consecutive plans that share a transaction. A larger plan stands alone."""
    start = operations = size = 0
    for place, plan in enumerate(plans):
        octets = sum(map(len, plan))
        full = operations + len(plan) > group_size or size + octets > GROUP_BYTES
        if full and place > start:
            yield start, place
            start, operations, size = place, 0, 0
        operations, size = operations + len(plan), size + octets
    if plans:
        yield start, len(plans)


def _require_success(result: StandingEntry | Result) -> None:
    if isinstance(result, StandingEntry):
        raise TypeError("a search ends with a result")
    if result.code in results.TEMPORARY or result.code == 4:  # noqa: PLR2004  # size limit
        raise DirectoryUnavailable(f"result {result.code} {result.diagnostic}")
    if result.code:
        raise DirectoryRefused(f"{results.reason(result.code)} {result.diagnostic}")
