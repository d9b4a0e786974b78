"""What Prometheus is told of notices, rules and limits: from the database, where several write."""

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountStatus
from mail_admin.limits.models import LimitLock
from mail_admin.reminders.models import Notice, NoticeKind, NoticeState, RuleLock, RunOutcome
from mail_admin.reminders.notices import find_last_run


class ActingGauges:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._notices = _gauge(
            registry,
            "congvu_reminder_notices",
            "Mails to people and offices, ever; state `claimed` are on their way.",
            "kind",
            "state",
        )
        self._stopped = _gauge(
            registry, "congvu_usage_rules_stopped", "1 while the brake holds the latest run."
        )
        self._ready = _gauge(
            registry,
            "congvu_usage_rules_ready",
            "Mailboxes that the latest run was to lock or close.",
        )
        self._waiting = _gauge(
            registry,
            "congvu_usage_rules_waiting",
            "Mailboxes that were idle for long enough at the latest run, their notice outstanding.",
        )
        self._run_at = _gauge(
            registry, "congvu_usage_rules_run_timestamp_seconds", "When the rules last ran."
        )
        self._rule_locks = _gauge(
            registry, "congvu_usage_rule_locks", "Mailboxes locked by rule: ever, still.", "state"
        )
        self._limit_locks = _gauge(
            registry,
            "congvu_outgoing_limit_locks",
            "Accounts locked for writing to too many outside: ever, still.",
            "state",
        )

    def read(self, session: Session) -> None:
        counts = {
            (kind, state): count
            for kind, state, count in session.execute(
                select(Notice.kind, Notice.state, func.count()).group_by(Notice.kind, Notice.state)
            )
        }
        for kind in NoticeKind:
            for state in NoticeState:
                self._notices.labels(kind.value, state.value).set(counts.get((kind, state), 0))
        run = find_last_run(session)
        stopped = run is not None and run.outcome is RunOutcome.STOPPED
        self._stopped.set(int(stopped))
        if run is not None:
            self._ready.set(run.ready)
            self._waiting.set(run.waiting)
            self._run_at.set(run.at.timestamp())
        for gauge, lock in ((self._rule_locks, RuleLock), (self._limit_locks, LimitLock)):
            gauge.labels("ever").set(_count(session, lock))
            gauge.labels("still").set(_count(session, lock, still=True))


def _gauge(registry: CollectorRegistry, name: str, words: str, *labels: str) -> Gauge:
    return Gauge(name, words, labels, registry=registry, multiprocess_mode="mostrecent")


def _count(session: Session, lock: type[RuleLock | LimitLock], *, still: bool = False) -> int:
    """`still`: the account's latest change of status is this lock."""
    statement = select(func.count()).select_from(lock)
    if still:
        statement = statement.join(Account, Account.id == lock.account_id).where(
            Account.status == AccountStatus.SUSPENDED,
            Account.status_changed_at == lock.locked_at,
        )
    return session.scalar(statement) or 0
