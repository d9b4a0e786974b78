"""Distribution lists: an address of the ledger for a group that the registry keeps by itself."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from identity.accounts.queries import get_account_by_login
from identity.addresses.models import Address, MailDomain
from identity.addresses.service import give_list_address, retire_list_address
from identity.organisations.models import Group, GroupScope, Organisation
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import office_day
from mail_admin.lists.errors import ListNeedsStem
from mail_admin.lists.models import DistributionList, ListSender, SenderRule
from mail_admin.lists.queries import get_list

EVERYBODY = "tatca"


class ListAuditTag(enum.StrEnum):
    CREATED = "list:created"
    SENDERS_SET = "list:senders-set"
    ENDED = "list:ended"


@dataclass(frozen=True, slots=True)
class ListForm:
    organisation: Organisation
    scope: GroupScope = GroupScope.SUBTREE
    local_part: str | None = None
    """`tatca.` and the stem of the organisation when absent."""
    senders: SenderRule | None = None
    """Custodians alone for the whole province, members elsewhere, when absent."""


def create_list(
    session: Session,
    actor: Actor,
    domain: MailDomain,
    form: ListForm,
    *,
    now: datetime,
    basis: Basis,
) -> DistributionList:
    """Raises ListNeedsStem, LocalPartRefused, AddressTaken."""
    organisation = form.organisation
    group = session.scalars(
        select(Group).where(Group.organisation_id == organisation.id, Group.scope == form.scope)
    ).one()
    local_part = form.local_part or _usual_local_part(organisation)
    address = give_list_address(
        session, actor, domain, local_part, group.id, on=office_day(now), basis=basis
    )
    whole_province = organisation.parent_id is None and form.scope is GroupScope.SUBTREE
    usual = SenderRule.CUSTODIANS if whole_province else SenderRule.MEMBERS
    row = session.scalar(select(DistributionList).where(DistributionList.address_id == address.id))
    if row is None:
        row = DistributionList(address_id=address.id)
        session.add(row)
    row.senders, row.created_at, row.ended_at = form.senders or usual, now, None
    session.flush()
    audit.record(
        session,
        actor,
        ListAuditTag.CREATED,
        row.id,
        basis,
        address=f"{local_part}@{domain.name}",
        senders=row.senders.value,
    )
    return row


def _usual_local_part(organisation: Organisation) -> str:
    if not organisation.mail_stem:
        raise ListNeedsStem(organisation.name)
    return f"{EVERYBODY}.{organisation.mail_stem}"


def set_senders(
    session: Session,
    actor: Actor,
    address: str,
    rule: SenderRule,
    logins: Sequence[str],
    *,
    basis: Basis,
) -> DistributionList:
    """Who may send: those of the rule, and the accounts named.

    Raises ListNotFound, AccountNotFound.
    """
    row = get_list(session, address)
    accounts = {
        account.id: account
        for account in (get_account_by_login(session, login) for login in logins)
    }
    before, row.senders = row.senders, rule
    session.execute(delete(ListSender).where(ListSender.list_id == row.id))
    session.add_all(ListSender(list_id=row.id, account_id=account_id) for account_id in accounts)
    session.flush()
    audit.record(
        session,
        actor,
        ListAuditTag.SENDERS_SET,
        row.id,
        basis,
        before=before.value,
        after=rule.value,
        named=sorted(account.login for account in accounts.values()),
    )
    return row


def end_list(
    session: Session, actor: Actor, address: str, *, now: datetime, basis: Basis
) -> DistributionList:
    """Nobody but the same group ever gets the address again. Raises ListNotFound."""
    row = get_list(session, address)
    row.ended_at = now
    session.execute(delete(ListSender).where(ListSender.list_id == row.id))
    retire_list_address(session, actor, session.get_one(Address, row.address_id), basis=basis)
    audit.record(session, actor, ListAuditTag.ENDED, row.id, basis, address=address.lower())
    return row
