from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.addresses.models import Address, MailDomain
from identity.organisations.models import Group, GroupScope, Organisation
from mail_admin.lists.errors import ListNotFound
from mail_admin.lists.models import DistributionList, ListSender, SenderRule


@dataclass(frozen=True, slots=True)
class ListView:
    """A list that is delivered to, with whom it belongs to."""

    id: UUID
    address: str
    address_id: UUID
    group_id: UUID
    organisation_id: UUID
    organisation: str
    scope: GroupScope
    senders: SenderRule


def list_lists(session: Session, organisation_ids: Sequence[UUID] | None = None) -> list[ListView]:
    """Those that are not over, by address."""
    statement = (
        select(DistributionList, Address, MailDomain.name, Group, Organisation.name)
        .join(Address, Address.id == DistributionList.address_id)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .join(Group, Group.id == Address.group_id)
        .join(Organisation, Organisation.id == Group.organisation_id)
        .where(DistributionList.ended_at.is_(None))
        .order_by(Address.local_part, MailDomain.name)
    )
    if organisation_ids is not None:
        statement = statement.where(Organisation.id.in_(organisation_ids))
    return [
        ListView(
            row.id,
            f"{address.local_part}@{domain}",
            address.id,
            group.id,
            group.organisation_id,
            organisation,
            group.scope,
            row.senders,
        )
        for row, address, domain, group, organisation in session.execute(statement)
    ]


def find_list_id(session: Session, address: str) -> UUID | None:
    local_part, _, domain = address.lower().rpartition("@")
    statement = (
        select(DistributionList.id)
        .join(Address, Address.id == DistributionList.address_id)
        .join(MailDomain, MailDomain.id == Address.domain_id)
        .where(
            Address.local_part == local_part,
            MailDomain.name == domain,
            DistributionList.ended_at.is_(None),
        )
    )
    return session.scalar(statement)


def get_list(session: Session, address: str) -> DistributionList:
    """Locked, for whoever changes it. Raises ListNotFound."""
    list_id = find_list_id(session, address)
    row = session.get(DistributionList, list_id, with_for_update=True) if list_id else None
    if row is None:
        raise ListNotFound(address)
    return row


def named_senders(session: Session, list_id: UUID) -> list[str]:
    """Logins."""
    statement = (
        select(Account.login)
        .join(ListSender, ListSender.account_id == Account.id)
        .where(ListSender.list_id == list_id)
        .order_by(Account.login)
    )
    return list(session.scalars(statement))


MEMBERS = text("""
    WITH RECURSIVE covered(organisation_id, scope) AS (
        SELECT organisation_id, scope FROM identity_group WHERE id = :group_id
        UNION
        SELECT organisation.id, covered.scope FROM covered
        JOIN identity_organisation AS organisation
            ON organisation.parent_id = covered.organisation_id
        WHERE covered.scope = 'subtree'
    )
    SELECT count(DISTINCT account.id) FROM covered
    JOIN identity_appointment AS appointment USING (organisation_id)
    JOIN identity_account AS account USING (person_id)
    WHERE account.status <> 'closed' AND appointment.valid_from <= :today
        AND (appointment.valid_to IS NULL OR appointment.valid_to > :today)
""")


def count_members(session: Session, group_id: UUID, today: date) -> int:
    """Whom a mail reaches on a day, suspended and pending mailboxes among them."""
    count: int = session.execute(MEMBERS, {"group_id": group_id, "today": today}).scalar_one()
    return count


MAY_SEND = text("""
    WITH sender AS (
        SELECT id, person_id, organisation_id FROM identity_account
        WHERE login = :login AND status = 'active'
    ), list AS (
        SELECT list.id, list.senders, "group".organisation_id, "group".scope
        FROM mail_admin_list AS list
        JOIN identity_address AS address ON address.id = list.address_id
        JOIN identity_group AS "group" ON "group".id = address.group_id
        WHERE list.id = :list_id
    ), kept AS (
        -- the organisation accounts that the sender may act for today
        SELECT account_id FROM identity_custodian JOIN sender USING (person_id)
        WHERE valid_from <= :today AND (valid_to IS NULL OR valid_to > :today)
        UNION SELECT id FROM sender WHERE organisation_id IS NOT NULL
    ), placed AS (
        SELECT organisation_id FROM sender WHERE organisation_id IS NOT NULL
        UNION
        SELECT appointment.organisation_id FROM identity_appointment AS appointment
        JOIN sender USING (person_id)
        WHERE appointment.valid_from <= :today
            AND (appointment.valid_to IS NULL OR appointment.valid_to > :today)
    )
    SELECT EXISTS (SELECT FROM list CROSS JOIN sender WHERE
        list.senders = 'province'
        OR EXISTS (
            SELECT FROM mail_admin_list_sender AS named WHERE named.list_id = list.id
            AND (named.account_id = sender.id OR named.account_id IN (SELECT account_id FROM kept))
        )
        OR list.senders IN ('members', 'custodians') AND EXISTS (
            SELECT FROM identity_account AS account JOIN kept ON kept.account_id = account.id
            WHERE account.organisation_id = list.organisation_id
                AND account.kind = 'organisation' AND account.status = 'active'
        )
        OR list.senders = 'members' AND (
            list.organisation_id IN (SELECT organisation_id FROM placed)
            OR list.scope = 'subtree' AND list.organisation_id IN (
                SELECT identity_with_ancestors(ARRAY(SELECT organisation_id FROM placed))
            )
        )
    )
""")


def may_send(session: Session, list_id: UUID, login: str, today: date) -> bool:
    """Whether whoever signed in with this login may send to a list on a day."""
    parameters = {"list_id": list_id, "login": login.lower(), "today": today}
    allowed: bool = session.execute(MAY_SEND, parameters).scalar_one()
    return allowed
