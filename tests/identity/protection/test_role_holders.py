"""Accounts with a role change only by those who may manage roles; somebody always administers."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from identity.accounts import bulk, service
from identity.accounts.errors import AccountStateForbids, ResetCodeRejected, ResetNeedsActiveAccount
from identity.accounts.models import Account, AccountStatus
from identity.accounts.passwords import ResetSettings
from identity.accounts.queries import get_account, get_account_by_login
from identity.accounts.resets import issue_office_reset, issue_office_resets, redeem_reset
from identity.addresses.errors import AddressNotHeld, AddressTaken
from identity.addresses.queries import get_domain
from identity.addresses.service import change_primary, retire_address
from identity.handover.batch import Purpose
from identity.handover.service import hand_over_accounts
from identity.names.full_name import FullName
from identity.people.models import Person
from identity.people.queries import get_person
from identity.people.service import PersonForm, change_person
from identity.protection.errors import LastAdministrator, OwnAccountRefused, RoleHolderProtected
from identity.roles.models import Role
from identity.roles.service import actor_with_roles, end_role, grant_role
from kernel.access import Actor, ActorKind, Permission
from tests.support.passwords import activated, cheap
from tests.support.registry import (
    BASIS,
    DOMAIN,
    NOW,
    TODAY,
    Importing,
    Province,
    people_row,
    workbook,
)

Door = Callable[[Session, Actor, Account], object]
LIFETIME = timedelta(days=7)
PASSWORDS = cheap()


def contact(session: Session, actor: Actor, account: Account) -> None:
    person = get_person(session, account.person_id or uuid4())
    change_person(
        session,
        actor,
        None,  # type: ignore[arg-type]  # no number is changed
        person.id,
        form_of(person, recovery_email="hr@example.org"),
        expected_version=person.version,
        today=TODAY,
        basis=BASIS,
    )


def form_of(person: Person, **changed: str) -> PersonForm:
    known = {
        "birth_date": person.birth_date,
        "staff_number": person.staff_number,
        "recovery_email": person.recovery_email,
        "phone": person.phone,
    }
    return PersonForm(FullName.parse(person.full_name), **(known | changed))  # type: ignore[arg-type]


DOORS: Mapping[str, Door] = {
    "suspend": lambda s, a, x: service.suspend_account(s, a, x.id, now=NOW, basis=BASIS),
    "reinstate": lambda s, a, x: service.reinstate_account(s, a, x.id, now=NOW, basis=BASIS),
    "close": lambda s, a, x: service.close_account(s, a, x.id, now=NOW, basis=BASIS),
    "rename": lambda s, a, x: service.rename_account(s, a, x.id, "Khác", basis=BASIS),
    "code": lambda s, a, x: service.issue_activation_codes(
        s, a, [x], now=NOW, lifetime=LIFETIME, basis=BASIS
    ),
    "reset": lambda s, a, x: issue_office_reset(s, a, x.id, ResetSettings(), now=NOW, basis=BASIS),
    "resets": lambda s, a, x: issue_office_resets(
        s, a, [x], now=NOW, lifetime=LIFETIME, basis=BASIS
    ),
    "address": lambda s, a, x: change_primary(
        s, a, get_domain(s, DOMAIN), "khac", x.id, on=TODAY, alias_until=None, basis=BASIS
    ),
    "retire": lambda s, a, x: retire_address(s, a, x.id, uuid4(), basis=BASIS),
    "suspend many": lambda s, a, x: bulk.suspend_accounts(s, a, [x.id], now=NOW, basis=BASIS),
    "reinstate many": lambda s, a, x: bulk.reinstate_accounts(s, a, [x.id], now=NOW, basis=BASIS),
    "demand": lambda s, a, x: bulk.demand_new_passwords(s, a, [x.id], basis=BASIS),
    "contact": contact,
}
HARMLESS = (AccountStateForbids, ResetNeedsActiveAccount, AddressNotHeld, AddressTaken)
"""What a door says for other reasons, once it has let the actor through."""
EVERYTHING_ELSE = frozenset(Permission) - {Permission.MANAGE_ROLES}


def account_of(province: Province, *roles: Role, name: str = "Nông Văn Quản") -> Account:
    person = province.person(province.organisation(), name, recovery_email="own@example.org")
    account = activated(province, province.account(person), PASSWORDS)
    with province.db.transaction() as session:
        for role in roles:
            grant_role(session, province.officer, account, role, now=NOW, basis=BASIS)
    return account


def refused(province: Province, door: Door, actor: Actor, account: Account) -> bool:
    try:
        with province.db.transaction() as session:
            door(session, actor, get_account(session, account.id))
    except RoleHolderProtected:
        return True
    except HARMLESS:
        pass
    return False


@pytest.mark.parametrize("door", DOORS)
def test_who_may_not_manage_roles_gets_through_no_door_to_a_holder(
    province: Province, door: str
) -> None:
    hr = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    machine = Actor(ActorKind.MACHINE, "token", EVERYTHING_ELSE, uuid4())
    for role in Role:
        holder = account_of(province, role)
        for actor in (hr, machine):
            assert refused(province, DOORS[door], actor, holder), (role, actor.label)


@pytest.mark.parametrize("door", DOORS)
def test_who_may_manage_roles_and_everybody_for_people_without_one_is_let_through(
    province: Province, door: str
) -> None:
    administrator = account_of(province, Role.ADMINISTRATOR)
    hr = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    token = Actor(ActorKind.MACHINE, "token", frozenset(Permission), uuid4())
    who = (
        actor_with_roles(administrator, [Role.ADMINISTRATOR]),
        token,
        Actor.operator("shell"),
        Actor.system("rule"),
    )
    for actor in who:
        assert not refused(province, DOORS[door], actor, account_of(province, Role.IT))
    assert not refused(province, DOORS[door], hr, account_of(province))


def test_a_role_that_ended_protects_no_more_and_quotas_are_free(province: Province) -> None:
    account = account_of(province, Role.HR)
    hr = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    with province.db.transaction() as session:
        service.change_quota(session, hr, account.id, 2**30, basis=BASIS)
        end_role(session, province.officer, account, Role.HR, now=NOW, basis=BASIS)
    assert not refused(province, DOORS["suspend"], hr, account)


def test_the_name_of_a_holder_is_mended_while_their_contact_stays(province: Province) -> None:
    account = account_of(province, Role.ADMINISTRATOR)
    hr = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    with province.db.transaction() as session:
        person = get_person(session, account.person_id or uuid4())
        form = form_of(person, staff_number="BK999999")
        changed = change_person(
            session,
            hr,
            province.numbers,
            person.id,
            form,
            expected_version=person.version,
            today=TODAY,
            basis=BASIS,
        )
        assert changed.staff_number == "BK999999"


@pytest.mark.parametrize("door", ["suspend", "close", "reset", "resets", "suspend many", "demand"])
def test_nobody_does_to_themselves_what_locks_them_out(province: Province, door: str) -> None:
    account_of(province, Role.ADMINISTRATOR)
    own = account_of(province, Role.ADMINISTRATOR)
    actor = actor_with_roles(own, [Role.ADMINISTRATOR])
    with pytest.raises(OwnAccountRefused), province.db.transaction() as session:
        DOORS[door](session, actor, get_account(session, own.id))


@pytest.mark.parametrize("door", ["suspend", "close", "suspend many"])
def test_the_last_active_administrator_goes_for_nobody_but_the_command_line(
    province: Province, door: str
) -> None:
    last = account_of(province, Role.ADMINISTRATOR)
    waiting = province.account(province.person(province.organisation(), "Lê Văn Chờ"))
    with province.db.transaction() as session:
        grant_role(session, province.officer, waiting, Role.ADMINISTRATOR, now=NOW, basis=BASIS)
    token = Actor(ActorKind.MACHINE, "token", frozenset(Permission), uuid4())
    for actor in (token, Actor.system("rule")):
        with pytest.raises(LastAdministrator), province.db.transaction() as session:
            DOORS[door](session, actor, get_account(session, last.id))
    other = account_of(province, Role.ADMINISTRATOR)
    with province.db.transaction() as session:
        DOORS[door](session, token, get_account(session, other.id))
        DOORS[door](session, province.officer, get_account(session, last.id))
        session.flush()
        assert status(session, last.id) is not AccountStatus.ACTIVE


def status(session: Session, account_id: UUID) -> AccountStatus:
    return get_account(session, account_id).status


def test_letters_leave_holders_out_and_say_so_when_nobody_else_is_left(province: Province) -> None:
    organisation = province.organisation()
    plain, holder = (
        province.account(province.person(organisation, name)) for name in ("Lò Ba", "Lò Tư")
    )
    hr = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    with province.db.transaction() as session:
        grant_role(session, province.officer, holder, Role.IT, now=NOW, basis=BASIS)
        (batch,) = hand_over_accounts(
            session, hr, [plain.id, holder.id], now=NOW, lifetime=LIFETIME, basis=BASIS
        )
    assert [letter.account_id for letter in batch.letters] == [plain.id]
    for purpose, account in (
        (Purpose.ACTIVATION, holder),
        (Purpose.RESET, account_of(province, Role.IT)),
    ):
        with pytest.raises(RoleHolderProtected), province.db.transaction() as session:
            hand_over_accounts(
                session,
                hr,
                [account.id],
                now=NOW,
                lifetime=LIFETIME,
                basis=BASIS,
                purpose=purpose,
            )


def test_codes_that_were_handed_out_before_a_role_end_with_it(province: Province) -> None:
    account = account_of(province)
    hr = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    with province.db.transaction() as session:
        code, _ = issue_office_reset(session, hr, account.id, ResetSettings(), now=NOW, basis=BASIS)
        grant_role(session, province.officer, account, Role.ADMINISTRATOR, now=NOW, basis=BASIS)
    with pytest.raises(ResetCodeRejected):
        redeem_reset(province.db, PASSWORDS, code, "một câu dài không ai đoán", NOW)


def test_a_job_goes_on_with_the_say_of_whoever_asked(province: Province) -> None:
    administrator = actor_with_roles(account_of(province, Role.ADMINISTRATOR), [Role.ADMINISTRATOR])
    hr = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    for actor, says in ((administrator, True), (hr, False)):
        later = Actor.of_json(actor.as_json(), Permission.MANAGE_ACCOUNTS)
        assert later.may(Permission.MANAGE_ROLES) is says
        assert not later.may(Permission.READ_AUDIT)


def test_a_list_changes_no_contact_and_no_status_of_a_holder(
    province: Province, importing: Importing
) -> None:
    province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    importing.run(workbook(people_row(1), people_row(2)))
    hr = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    holder = make_holder(province, "maiht")
    importing.officer = hr
    changed = workbook(people_row(1, phone="0987654321"), people_row(2, phone="0987654321"))
    plan, rows = importing.plan(changed)
    assert sorted(row.reason or "" for row in rows) == ["", "role_holder"]
    importing.apply(plan)
    with province.db.transaction() as session:
        assert get_person(session, holder.person_id or uuid4()).phone == "0912345678"
    header = ("Họ và tên", "Số hiệu CBCCVC", "Đơn vị công tác", "Tên tài khoản", "Đề nghị")
    row = ("Hoàng Thị Mai", "CB00001", "Sở Tài chính", f"maiht@{DOMAIN}", "Tạm khóa")
    _, (asked,) = importing.plan(workbook(row, header=header))
    assert asked.reason == "role_holder"


@pytest.mark.parametrize("asked", ["Tạm khóa", "Thu hồi"])
def test_a_list_says_beforehand_whose_account_stays(
    province: Province, importing: Importing, asked: str
) -> None:
    own, other = (
        account_of(province, Role.ADMINISTRATOR, name=name)
        for name in ("Nông Văn Quản", "Bế Thị Trị")
    )
    plain = account_of(province, name="Lê Văn Thường")
    header = ("Họ và tên", "Đơn vị công tác", "Tên tài khoản", "Đề nghị")
    content = workbook(
        *((account.display_name, "x", account.login, asked) for account in (own, other, plain)),
        header=header,
    )
    token = Actor(ActorKind.MACHINE, "token", frozenset(Permission), uuid4())
    for sender, reasons in (
        (actor_with_roles(own, [Role.ADMINISTRATOR]), ["own_account_refused", None, None]),
        (token, ["last_administrator", "last_administrator", None]),
    ):
        importing.officer = sender
        plan, rows = importing.plan(content)
        assert [row.reason for row in rows] == reasons
        if sender is token:
            importing.apply(plan)
    with province.db.transaction() as session:
        assert status(session, plain.id) is not AccountStatus.ACTIVE
        assert status(session, other.id) is AccountStatus.ACTIVE


def test_a_role_given_since_the_list_was_read_stops_it(
    province: Province, importing: Importing
) -> None:
    province.organisation("Sở Tài chính", code="H03.1", mail_stem="stc")
    importing.run(workbook(people_row(1)))
    importing.officer = actor_with_roles(account_of(province, Role.HR), [Role.HR])
    plan, _ = importing.plan(workbook(people_row(1, phone="0987654321")))
    make_holder(province, "maiht")
    with pytest.raises(RoleHolderProtected):
        importing.apply(plan)


def make_holder(province: Province, login: str) -> Account:
    with province.db.transaction() as session:
        account = get_account_by_login(session, login)
        grant_role(session, province.officer, account, Role.IT, now=NOW, basis=BASIS)
        return account
