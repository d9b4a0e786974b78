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
from identity.directory.grouping import Portion, groups
from identity.directory.planning import DOMAIN_ATTRIBUTE, Plan
from identity.directory.probe import probe_operations
from identity.directory.settings import DirectorySettings
from identity.directory.transaction import START, Transaction

LANES = 2
"""Connections: while the server commits a group of one, the next group is filled on the other."""


class LdapDirectory:
    """Writes and reads entries. For one thread at a time; connects when first needed.

    Groups writes into LDAP transactions, which slapd flushes to disk once each, where the server
    announces them.
    """

    def __init__(self, settings: DirectorySettings, *, transactions: bool = True) -> None:
        self._settings = settings
        self._transactions_wanted = transactions
        self._transactions: bool | None = None
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
        self._lanes, self._transactions = [], None

    def ping(self) -> None:
        """Raise DirectoryUnavailable or DirectoryRefused unless it answers us."""
        self.read(self._settings.base_dn, ("objectClass",))

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Bring the directory to what is asked; repeating it changes nothing.

        One change must not rest on another of the same call. A change that the directory refuses
        costs only itself. Raises DirectoryUnavailable when the directory does not do its work:
        then some changes may have been made and others not, and all may be asked for again.
        """
        try:
            standing = self.find([c.congvu_id for c in changes if _may_stand(c)])
            plans = [planning.operations(c, standing.get(c.congvu_id)) for c in changes]
            outcomes = [WRITTEN] * len(changes)
            for place in self._commit(plans):
                outcomes[place] = self._write_alone(changes[place], plans[place])
        except DirectoryUnavailable:
            self.close()  # a lane may still be owed an answer
            raise
        return outcomes

    def _commit(self, plans: Sequence[Plan]) -> list[int]:
        """Do in transactions what can be done so; gives the places of the plans left over."""
        if not self._may_group():
            return [*range(len(plans))]
        left: set[int] = set()
        before: tuple[list[Portion], Transaction] | None = None
        for number, group in enumerate(groups(plans, self._settings.group_size)):
            transaction = Transaction(self._channel(number % LANES))
            transaction.fill([operation for _, portion in group for operation in portion])
            left |= _refused(before)
            transaction.end()
            before = group, transaction
        return sorted(left | _refused(before))

    def put_mail_domains(self, names: Sequence[str]) -> bool:
        """Say on the base entry which domains mail is ours for; False when it says so already.

        Raises DirectoryUnavailable, DirectoryRefused.
        """
        base_dn = self._settings.base_dn
        standing = self.read(base_dn, ("objectClass", DOMAIN_ATTRIBUTE))
        operation = planning.domains_operation(base_dn, standing, names)
        if operation is None:
            return False
        _require_success(self._run([operation]))
        return True

    def read(self, entry_dn: str, attributes: Iterable[str] = ("*",)) -> StandingEntry | None:
        """One entry; None when there is none."""
        request = self._search_request(
            entry_dn, Scope.ENTRY, encoding.present("objectClass"), attributes
        )
        found = list(self._channel().search(request))
        *entries, result = found
        if isinstance(result, Result) and result.code == results.NO_SUCH_OBJECT:
            return None
        _require_success(result)
        return next((entry for entry in entries if isinstance(entry, StandingEntry)), None)

    def find(
        self, congvu_ids: Sequence[str], attributes: Iterable[str] = ("*",)
    ) -> dict[str, StandingEntry]:
        """Our entries by id, wherever they stand; those that do not stand are left out."""
        found: dict[str, StandingEntry] = {}
        size = self._settings.group_size
        for start in range(0, len(congvu_ids), size):
            chunk = congvu_ids[start : start + size]
            condition = encoding.any_of(encoding.equals("congvuId", i.encode()) for i in chunk)
            for entry in self.entries(self._settings.base_dn, attributes, condition):
                found[entry.one("congvuId") or ""] = entry
        return found

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
        for found in self._channel().paged_search(request, self._settings.page_size):
            if isinstance(found, Result):
                _require_success(found)
            elif not dn.same(found.dn, base):
                yield found

    def _channel(self, lane: int = 0) -> Channel:
        if any(channel.closed for channel in self._lanes):
            self.close()
        while len(self._lanes) <= lane:
            connection = connect(self._settings)
            self._lanes.append(Channel(connection, self._settings.timeout_seconds))
        return self._lanes[lane]

    def _may_group(self) -> bool:
        """Whether transactions are wanted, announced, and safe: see the module of the probe."""
        channel = self._channel()
        if self._transactions is None:
            wanted = self._transactions_wanted and START in channel.extensions
            self._transactions = wanted and self._probe(channel)
        return self._transactions

    def _probe(self, channel: Channel) -> bool:
        additions, removals = probe_operations(self._settings.base_dn)
        added = {channel.exchange(operation).code for operation in additions}
        removed = {channel.exchange(operation).code for operation in removals}
        return added <= {results.SUCCESS, results.ENTRY_ALREADY_EXISTS} and removed == {0}

    def _write_alone(self, change: Change, operations: Sequence[bytes]) -> Outcome:
        """Outside a transaction; when the plan turns out stale, look again and try once more."""
        result = self._run(operations)
        if result.code in results.STALE:
            standing = self.find([change.congvu_id]).get(change.congvu_id)
            result = self._run(planning.operations(change, standing))
            if result.code == results.ENTRY_ALREADY_EXISTS:
                return Outcome(DISPUTED, result.diagnostic)
        if result.code in results.TEMPORARY:
            raise DirectoryUnavailable(f"{results.TEMPORARY[result.code]} {result.diagnostic}")
        return Outcome(results.reason(result.code), result.diagnostic) if result.code else WRITTEN

    def _run(self, operations: Sequence[bytes]) -> Result:
        channel, result = self._channel(), Result(results.SUCCESS)
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


def _may_stand(change: Change) -> bool:
    return not isinstance(change, Put) or change.known_dn is not None


def _refused(ended: tuple[list[Portion], Transaction] | None) -> set[int]:
    """Waits for the transaction; places of its plans when nothing of it was done."""
    if ended is None or ended[1].committed():
        return set()
    return {place for place, _ in ended[0]}


def _require_success(result: StandingEntry | Result) -> None:
    if isinstance(result, StandingEntry):
        raise TypeError("a search ends with a result")
    if result.code in results.TEMPORARY or result.code == 4:  # noqa: PLR2004  # size limit
        raise DirectoryUnavailable(f"result {result.code} {result.diagnostic}")
    if result.code:
        raise DirectoryRefused(f"{results.reason(result.code)} {result.diagnostic}")
