"""An organisation account passes to another custodian: no password does, a protocol is signed."""

import enum
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from identity.accounts import queries
from identity.accounts.errors import AccountStateForbids
from identity.accounts.models import Account, AccountKind, AccountStatus, Custodian, Mailbox
from identity.accounts.service import add_custodian, end_custodian
from identity.addresses.models import AddressRole
from identity.organisations.models import Organisation
from identity.people.models import Person
from identity.people.queries import get_person, places_on
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from mail_admin.mailboxes.errors import HandoverNeedless, HandoverNotFound
from mail_admin.mailboxes.handover_models import Handover
from mail_admin.mailboxes.protocol import HandedAddress, Party, Protocol


class HandoverAuditTag(enum.StrEnum):
    HANDED_OVER = "organisation-account:handed-over"


def hand_over_account(
    session: Session,
    actor: Actor,
    account_id: UUID,
    receiver_id: UUID,
    *,
    day: date,
    now: datetime,
    basis: Basis,
    handover_id: UUID | None = None,
) -> Handover:
    """From the day on the receiver is custodian, and everybody who was is no longer.

    `handover_id`: of the record.

    Raises AccountNotFound, AccountStateForbids, PersonNotFound, HandoverNeedless,
    CustodianPeriodInvalid.
    """
    account = queries.get_account_for_update(session, account_id)
    if account.kind is not AccountKind.ORGANISATION or account.status is AccountStatus.CLOSED:
        raise AccountStateForbids(account.login, account.kind.value, "hand-over")
    get_person(session, receiver_id)
    present = _custodians_on(session, account_id, day)
    givers = [person_id for person_id in present if person_id != receiver_id]
    if not givers and receiver_id in present:
        raise HandoverNeedless(account.login)
    protocol = _protocol(session, account, givers, receiver_id, day, basis)
    for person_id in givers:
        end_custodian(session, actor, account_id, person_id, on=day, basis=basis)
    if receiver_id not in present:
        add_custodian(
            session, actor, account_id, receiver_id, valid_from=day, valid_to=None, basis=basis
        )
    row = Handover(
        id=handover_id or uuid4(),
        account_id=account_id,
        receiver_id=receiver_id,
        day=day,
        recorded_at=now,
        protocol=protocol.model_dump(mode="json"),
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        HandoverAuditTag.HANDED_OVER,
        account_id,
        basis,
        handover=str(row.id),
        givers=[str(person_id) for person_id in givers],
        receiver=str(receiver_id),
        day=day.isoformat(),
    )
    return row


def list_handovers(session: Session, account_id: UUID) -> list[Handover]:
    """The latest first."""
    statement = (
        select(Handover)
        .where(Handover.account_id == account_id)
        .order_by(Handover.day.desc(), Handover.recorded_at.desc())
    )
    return list(session.scalars(statement))


def get_handover(session: Session, account_id: UUID, handover_id: UUID) -> Handover:
    """Raises HandoverNotFound."""
    row = session.get(Handover, handover_id)
    if row is None or row.account_id != account_id:
        raise HandoverNotFound(str(handover_id))
    return row


def _custodians_on(session: Session, account_id: UUID, day: date) -> list[UUID]:
    statement = (
        select(Custodian.person_id)
        .where(Custodian.account_id == account_id, queries.custodians_in_force(day))
        .order_by(Custodian.valid_from, Custodian.id)
    )
    return list(dict.fromkeys(session.scalars(statement)))


STORED = text("""
    SELECT stored_bytes FROM mail_admin_usage_month
    WHERE account_id = :id AND stored_bytes IS NOT NULL ORDER BY month DESC LIMIT 1
""")


def _protocol(
    session: Session,
    account: Account,
    givers: list[UUID],
    receiver_id: UUID,
    day: date,
    basis: Basis,
) -> Protocol:
    organisation = session.get_one(Organisation, account.organisation_id)
    superior = session.get(Organisation, organisation.parent_id) if organisation.parent_id else None
    mailbox = session.get(Mailbox, account.id)
    parties = _parties(session, [*givers, receiver_id], day)
    return Protocol(
        day=day,
        superior=superior.name if superior else None,
        organisation=organisation.name,
        account_name=account.display_name,
        login=account.login,
        addresses=[
            HandedAddress(
                address=f"{address.local_part}@{domain}",
                is_primary=address.role is AddressRole.PRIMARY,
                until=address.alias_until,
            )
            for address, domain in queries.addresses_of(session, [account.id]).get(account.id, [])
            if address.role in {AddressRole.PRIMARY, AddressRole.ALIAS}
            and (address.alias_until is None or address.alias_until > day)
        ],
        quota_bytes=mailbox.quota_bytes if mailbox else None,
        stored_bytes=session.scalar(STORED, {"id": account.id}),
        givers=[parties[person_id] for person_id in givers],
        receiver=parties[receiver_id],
        reason=basis.reason,
        document_number=basis.document_number,
        document_date=basis.document_date,
    )


def _parties(session: Session, person_ids: list[UUID], day: date) -> dict[UUID, Party]:
    places = places_on(session, person_ids, day)
    names = session.execute(select(Person.id, Person.full_name).where(Person.id.in_(person_ids)))
    found = {}
    for person_id, name in names:
        place = places.get(person_id)
        found[person_id] = Party(
            name=name,
            position=place.position if place else None,
            organisation=place.organisation_name if place else None,
        )
    return found
