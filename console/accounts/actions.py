"""What can be done with one account, by the services that do it."""

import enum
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from identity.accounts import service
from identity.accounts.models import Account
from identity.accounts.passwords import ResetSettings
from identity.accounts.queries import get_account_for_update
from identity.accounts.reset_mail import RESET_PATH
from identity.accounts.resets import issue_office_reset
from identity.addresses.queries import get_domain
from identity.addresses.service import change_primary
from identity.handover.batch import Batch
from identity.handover.service import hand_over_accounts
from identity.handover.settings import HandoverSettings
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day
from kernel.errors import Conflict
from kernel.messages import Message
from theme.faults import Fault

GIBIBYTE = 1024**3
LARGEST_GIBIBYTES = 2**20


class Action(enum.StrEnum):
    """The last part of the address of its page."""

    SUSPEND = "tam-khoa"
    REINSTATE = "mo-lai"
    CLOSE = "dong"
    QUOTA = "dung-luong"
    ADDRESS = "dia-chi"
    CODE = "ma-kich-hoat"
    LETTER = "thu-kich-hoat"
    RESET = "dat-lai-mat-khau"

    @property
    def is_dangerous(self) -> bool:
        return self in {Action.SUSPEND, Action.CLOSE}


NOT_THE_LOGIN = Message(
    "Hãy gõ đúng tên đăng nhập của tài khoản để xác nhận.",
    "Type the login of the account to confirm.",
)
NO_SIZE = Message(
    "Hãy ghi số GB lớn hơn 0, hoặc để trống nếu không giới hạn.",
    "Give a number of GB above 0, or nothing for without limit.",
)
TOO_LARGE = Message(
    f"Nhiều nhất {LARGEST_GIBIBYTES:,} GB; để trống nếu không giới hạn.".replace(",", "."),
    f"At most {LARGEST_GIBIBYTES:,} GB; nothing for without limit.",
)
NO_DAY = Message("Ngày này không có thật.", "There is no such day.")
NO_LOCAL_PART = Message("Hãy điền phần trước @.", "Fill in what stands before the @.")


class NobodyToHandTo(Conflict):
    code = "letter-has-no-reader"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Không in được thư cho {login}: tài khoản không chờ kích hoạt, hoặc chủ tài khoản "
            "không công tác ở đơn vị nào.",
            f"No letter can be printed for {login}: it is not pending, or its holder has no "
            "appointment.",
        )


@dataclass(frozen=True, slots=True)
class Typed:
    """Fields of all actions; each reads its own."""

    confirmation: str = ""
    gigabytes: str = ""
    local_part: str = ""
    domain: str = ""
    alias_until: str = ""

    @property
    def quota_bytes(self) -> int | None:
        """Of what has no faults."""
        typed = self.gigabytes.replace(",", ".").strip()
        return int(float(typed) * GIBIBYTE) if typed else None

    def faults(self, action: Action, account: Account) -> list[Fault]:
        if action is Action.CLOSE and self.confirmation != account.login:
            return [Fault(NOT_THE_LOGIN, "confirmation")]
        if action is Action.QUOTA:
            return self.size_faults()
        if action is Action.ADDRESS:
            return self._address_faults()
        return []

    def size_faults(self) -> list[Fault]:
        try:
            size = self.quota_bytes
        except ValueError:
            return [Fault(NO_SIZE, "gigabytes")]
        except OverflowError:
            return [Fault(TOO_LARGE, "gigabytes")]
        if size is not None and size > LARGEST_GIBIBYTES * GIBIBYTE:
            return [Fault(TOO_LARGE, "gigabytes")]
        return [] if size is None or size > 0 else [Fault(NO_SIZE, "gigabytes")]

    def _address_faults(self) -> list[Fault]:
        found = [] if self.local_part else [Fault(NO_LOCAL_PART, "local_part")]
        try:
            self.until()
        except ValueError:
            found.append(Fault(NO_DAY, "alias_until"))
        return found

    def until(self) -> date | None:
        return date.fromisoformat(self.alias_until) if self.alias_until else None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is there once and never again."""

    code: str | None = None
    expires_at: datetime | None = None
    batch: Batch | None = None


@dataclass(frozen=True, slots=True)
class Codes:
    """What codes and the letters with them are set to."""

    handover: HandoverSettings
    resets: ResetSettings

    @property
    def lifetime(self) -> timedelta:
        return timedelta(days=self.handover.lifetime_days)

    def page_of(self, action: Action) -> str:
        """Where the code of an action is typed."""
        if action is Action.RESET:
            return self.handover.public_url + RESET_PATH
        return self.handover.activation_url


def perform(
    session: Session,
    codes: Codes,
    actor: Actor,
    action: Action,
    account_id: UUID,
    *,
    typed: Typed,
    now: datetime,
    basis: Basis,
) -> Shown:
    """Raises what the services raise."""
    if action is Action.SUSPEND:
        service.suspend_account(session, actor, account_id, now=now, basis=basis)
    elif action is Action.REINSTATE:
        service.reinstate_account(session, actor, account_id, now=now, basis=basis)
    elif action is Action.CLOSE:
        service.close_account(session, actor, account_id, now=now, basis=basis)
    elif action is Action.QUOTA:
        service.change_quota(session, actor, account_id, typed.quota_bytes, basis=basis)
    elif action is Action.ADDRESS:
        change_primary(
            session,
            actor,
            get_domain(session, typed.domain),
            typed.local_part.lower(),
            get_account_for_update(session, account_id).id,
            on=office_day(now),
            alias_until=typed.until(),
            basis=basis,
        )
    else:
        return _issue(session, codes, actor, action, account_id, now=now, basis=basis)
    return Shown()


def _issue(
    session: Session,
    codes: Codes,
    actor: Actor,
    action: Action,
    account_id: UUID,
    *,
    now: datetime,
    basis: Basis,
) -> Shown:
    if action is Action.RESET:
        code, expires_at = issue_office_reset(
            session, actor, account_id, codes.resets, now=now, basis=basis
        )
        return Shown(code, expires_at)
    account = get_account_for_update(session, account_id)
    if action is Action.CODE:
        (code,) = service.issue_activation_codes(
            session, actor, [account], now=now, lifetime=codes.lifetime, basis=basis
        )
        return Shown(code, now + codes.lifetime)
    batches = hand_over_accounts(
        session, actor, [account_id], now=now, lifetime=codes.lifetime, basis=basis
    )
    if not batches:
        raise NobodyToHandTo(account.login)
    return Shown(batch=batches[0])
