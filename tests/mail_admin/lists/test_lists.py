"""Addresses of lists, and who may send to them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from identity.accounts.models import Account, AccountStatus
from identity.accounts.provisioning import open_organisation_account
from identity.accounts.service import add_custodian
from identity.addresses.errors import AddressTaken
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.addresses.queries import get_domain
from identity.addresses.service import give_address
from identity.organisations.models import Group, GroupScope, Organisation
from identity.people.models import Person
from mail_admin.lists import queries, service
from mail_admin.lists.errors import ListNeedsStem, ListNotFound
from mail_admin.lists.models import DistributionList, SenderRule
from mail_admin.lists.service import ListForm
from tests.support.registry import BASIS, DOMAIN, NOW, TODAY, Province


def made(province: Province, organisation: Organisation, **form: object) -> DistributionList:
    with province.db.transaction() as session:
        return service.create_list(
            session,
            province.officer,
            get_domain(session, DOMAIN),
            ListForm(organisation, **form),  # type: ignore[arg-type]
            now=NOW,
            basis=BASIS,
        )


@dataclass
class People:
    """province > department > room; somebody in each, and an office of the department."""

    province: Province
    top: Organisation
    department: Organisation
    room: Organisation
    leader: Account
    clerk: Account
    roomer: Account
    keeper: Account
    office: Account

    def may(self, list_id: UUID) -> set[str]:
        with self.province.db.transaction() as session:
            accounts = (self.leader, self.clerk, self.roomer, self.keeper, self.office)
            return {
                account.login
                for account in accounts
                if queries.may_send(session, list_id, account.login.upper(), TODAY)
            }


@pytest.fixture
def people(province: Province) -> People:
    top = province.organisation("Ủy ban nhân dân tỉnh", mail_stem="ubnd")
    department = province.organisation("Sở Tài chính", mail_stem="stc", parent_id=top.id)
    room = province.organisation("Phòng Ngân sách", mail_stem="ns.stc", parent_id=department.id)
    other = province.organisation("Sở Y tế", mail_stem="syt", parent_id=top.id)
    persons = [
        province.person(place, name)
        for place, name in (
            (top, "Trần Văn Lãnh"),
            (department, "Lê Thị Thư"),
            (room, "Vũ Văn Phòng"),
            (other, "Đỗ Thị Giữ"),
        )
    ]
    leader, clerk, roomer, keeper = map(province.account, persons)
    office = open_office(province, department, persons[3])
    activate(province, leader, clerk, roomer, keeper, office)
    return People(province, top, department, room, leader, clerk, roomer, keeper, office)


def open_office(province: Province, place: Organisation, keeper: Person) -> Account:
    with province.db.transaction() as session:
        account = open_organisation_account(
            session,
            province.officer,
            place.id,
            stem=f"vanthu.{place.mail_stem}",
            purpose="clerical",
            display_name="Văn thư",
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )
        add_custodian(
            session,
            province.officer,
            account.id,
            keeper.id,
            valid_from=TODAY,
            valid_to=None,
            basis=BASIS,
        )
        return account


def activate(province: Province, *accounts: Account) -> None:
    with province.db.transaction() as session:
        for account in accounts:
            row = session.get_one(Account, account.id)
            row.password_hash = "$argon2id$x"
            row.change_status(AccountStatus.ACTIVE, NOW)


def test_a_list_is_named_after_the_stem_and_only_custodians_reach_the_whole_province(
    people: People,
) -> None:
    everybody, office = made(people.province, people.top), made(people.province, people.department)
    with people.province.db.transaction() as session:
        views = {view.address: view for view in queries.list_lists(session)}
        members = {
            address: queries.count_members(session, view.group_id, TODAY)
            for address, view in views.items()
        }
    assert members == {f"tatca.stc@{DOMAIN}": 2, f"tatca.ubnd@{DOMAIN}": 4}
    assert everybody.senders is SenderRule.CUSTODIANS
    assert office.senders is SenderRule.MEMBERS


def test_each_rule_lets_its_own_people_send(people: People) -> None:
    row = made(people.province, people.department)
    logins = {
        name: getattr(people, name).login
        for name in ("leader", "clerk", "roomer", "keeper", "office")
    }
    expected = {
        SenderRule.PROVINCE: set(logins),
        SenderRule.MEMBERS: {"clerk", "roomer", "keeper", "office"},
        SenderRule.CUSTODIANS: {"keeper", "office"},
    }
    for rule, names in expected.items():
        with people.province.db.transaction() as session:
            service.set_senders(
                session, people.province.officer, f"Tatca.stc@{DOMAIN}", rule, [], basis=BASIS
            )
        assert people.may(row.id) == {logins[name] for name in names}, rule


def test_a_named_account_may_send_and_so_may_its_custodian_until_the_last_day(
    people: People,
) -> None:
    province = people.province
    row = made(province, people.top, senders=SenderRule.CUSTODIANS)
    assert people.may(row.id) == set()
    with province.db.transaction() as session:
        service.set_senders(
            session,
            province.officer,
            f"tatca.ubnd@{DOMAIN}",
            SenderRule.CUSTODIANS,
            [people.office.login, people.leader.login],
            basis=BASIS,
        )
    assert people.may(row.id) == {people.office.login, people.keeper.login, people.leader.login}
    with province.db.transaction() as session:
        yesterday = TODAY - timedelta(days=1)
        assert not queries.may_send(session, row.id, people.keeper.login, yesterday)


def test_who_is_suspended_or_unknown_sends_to_no_list(people: People) -> None:
    row = made(people.province, people.department, senders=SenderRule.PROVINCE)
    with people.province.db.transaction() as session:
        session.get_one(Account, people.clerk.id).change_status(AccountStatus.SUSPENDED, NOW)
    assert people.clerk.login not in people.may(row.id)
    with people.province.db.transaction() as session:
        assert not queries.may_send(session, row.id, "nobody", TODAY)


def test_the_own_group_of_an_organisation_leaves_out_what_is_below(people: People) -> None:
    row = made(people.province, people.department, scope=GroupScope.OWN, local_part="canbo.stc")
    assert people.roomer.login not in people.may(row.id)
    with people.province.db.transaction() as session:
        (view,) = queries.list_lists(session)
        assert queries.count_members(session, view.group_id, TODAY) == 1


def test_an_address_of_a_list_comes_from_the_ledger_and_only_goes_back_to_its_group(
    people: People,
) -> None:
    province, address = people.province, f"tatca.stc@{DOMAIN}"
    first = made(province, people.department)
    for organisation in (people.department, people.room):
        with pytest.raises(AddressTaken):
            made(province, organisation, local_part="tatca.stc")
    with pytest.raises(AddressTaken), province.db.transaction() as session:
        give_address(
            session,
            province.officer,
            session.scalars(select(MailDomain)).one(),
            "tatca.stc",
            people.clerk.id,
            role=AddressRole.ALIAS,
            on=TODAY,
            basis=BASIS,
        )
    with province.db.transaction() as session:
        service.end_list(session, province.officer, address, now=NOW, basis=BASIS)
    with province.db.transaction() as session:
        assert queries.list_lists(session) == []
        assert session.get_one(Address, first.address_id).role is AddressRole.RETIRED
        with pytest.raises(ListNotFound):
            service.end_list(session, province.officer, address, now=NOW, basis=BASIS)
    with pytest.raises(AddressTaken):
        made(province, people.room, local_part="tatca.stc")
    assert made(province, people.department).id == first.id


def test_a_list_that_comes_or_goes_raises_the_revision_of_its_group_alone(people: People) -> None:
    def revisions() -> dict[tuple[UUID, GroupScope], int]:
        with people.province.db.transaction() as session:
            rows = session.scalars(select(Group))
            return {(row.organisation_id, row.scope): row.revision for row in rows}

    before = revisions()
    made(people.province, people.department)
    between = revisions()
    with people.province.db.transaction() as session:
        service.end_list(
            session, people.province.officer, f"tatca.stc@{DOMAIN}", now=NOW, basis=BASIS
        )
    own = (people.department.id, GroupScope.SUBTREE)
    assert {key for key, value in between.items() if value != before[key]} == {own}
    assert revisions() == between | {own: between[own] + 1}


def test_an_organisation_without_a_stem_needs_an_address(province: Province) -> None:
    organisation = province.organisation("Ban Chỉ đạo", mail_stem=None)
    with pytest.raises(ListNeedsStem):
        made(province, organisation)
    assert made(province, organisation, local_part="banchidao")
