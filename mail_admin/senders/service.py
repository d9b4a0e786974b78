"""Whether an account may be named as the sender of a message that it hands in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian
from identity.accounts.queries import custodians_in_force
from identity.addresses.models import Address, AddressRole, MailDomain
from kernel.clock import office_day
from mail_admin.senders.header import Unclear, named_senders

# Servers of mail speak ASCII unless both sides offer more (RFC 6531): no tone marks here.
NOT_YOURS = (
    "550 5.7.1 Dia chi trong From hoac Sender khong phai cua ban / "
    "You may not send as the address in From or Sender"
)
UNCLEAR = (
    "550 5.6.0 Thu phai co dung mot truong From viet ro rang / "
    "The message must have one From that is written clearly"
)
TRY_LATER = "451 4.3.0 Chua kiem tra duoc nguoi gui, hay thu lai / Cannot check the sender now"


@dataclass(frozen=True, slots=True)
class Named:
    """What a message says of itself, and who signed in."""

    login: str
    froms: Sequence[str]
    senders: Sequence[str]


@dataclass(frozen=True, slots=True)
class SenderCheck:
    system_login: str
    system_address: str
    """The product itself is no account."""

    def decide(self, session: Session, message: Named, now: datetime) -> str | None:
        """The refusal, or None."""
        login = message.login.lower()
        try:
            named = named_senders(message.froms, message.senders)
        except Unclear:
            return UNCLEAR
        if any("\0" in one for one in (login, *named)):
            return UNCLEAR
        if self.system_login and login == self.system_login:
            return None if set(named) == {self.system_address.lower()} else NOT_YOURS
        plain = {_without_extension(address) for address in named}
        return None if plain <= _own(session, login, plain, now) else NOT_YOURS


def _without_extension(address: str) -> str:
    local_part, _, domain = address.rpartition("@")
    return f"{local_part.partition('+')[0]}@{domain}"


def _own(session: Session, login: str, wanted: set[str], now: datetime) -> set[str]:
    """Those that the login may send as: its own, and of organisations that it is custodian of."""
    holder, owner = aliased(Account), aliased(Account)
    address = Address.local_part + "@" + MailDomain.name
    acts_for = and_(
        owner.kind == AccountKind.ORGANISATION,
        owner.status.in_([AccountStatus.PENDING, AccountStatus.ACTIVE]),
        select(Custodian.id)
        .where(
            Custodian.account_id == owner.id,
            Custodian.person_id == holder.person_id,
            custodians_in_force(office_day(now)),
        )
        .exists(),
    )
    statement = (
        select(address)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .join(owner, owner.id == Address.account_id)
        .join(holder, holder.login == login)
        .where(
            or_(*(_is(one) for one in sorted(wanted))),
            Address.role.in_([AddressRole.PRIMARY, AddressRole.ALIAS]),
            holder.status == AccountStatus.ACTIVE,
            or_(owner.id == holder.id, acts_for),
        )
    )
    return set(session.scalars(statement))


def _is(address: str) -> ColumnElement[bool]:
    local_part, _, domain = address.rpartition("@")
    return and_(Address.local_part == local_part, MailDomain.name == domain)
