from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from identity.accounts import service as accounts
from identity.accounts.models import Account
from identity.accounts.provisioning import open_organisation_account
from identity.addresses import queries
from identity.addresses.errors import AddressTaken
from identity.addresses.local_part import LocalPartRefused
from identity.addresses.models import Address, AddressRole, MailDomain
from identity.addresses.presets import PRESETS
from identity.addresses.service import (
    change_primary,
    give_address,
    reserve_address,
    retire_address,
    set_policy,
)
from identity.organisations.models import Organisation
from tests.support.registry import BASIS, DOMAIN, NOW, TODAY, Province


def domain(session: Session) -> MailDomain:
    return queries.get_domain(session, DOMAIN)


def primary(province: Province, account: Account) -> str:
    with province.db.transaction() as session:
        rows = queries.list_addresses(session, account.id)
    return next(row.local_part for row in rows if row.role is AddressRole.PRIMARY)


def test_namesakes_get_the_next_address_of_the_cascade(province: Province) -> None:
    finance = province.organisation(mail_stem="stc")
    given = [
        primary(province, province.account(province.person(finance, "Nguyễn Thị Hồng Nga")))
        for _ in range(4)
    ]
    assert given == ["nganth", "nganth.stc", "nganth2", "nganth3"]


def test_an_address_once_used_reaches_nobody_else_after_its_account_is_closed(
    province: Province,
) -> None:
    finance = province.organisation(mail_stem="stc")
    first = province.account(province.person(finance))
    with province.db.transaction() as session:
        accounts.close_account(session, province.officer, first.id, now=NOW, basis=BASIS)
    second = province.account(province.person(finance))
    assert primary(province, second) == "nganth.stc"
    with province.db.transaction() as session, pytest.raises(AddressTaken):
        give_address(
            session,
            province.officer,
            domain(session),
            "nganth",
            second.id,
            role=AddressRole.ALIAS,
            on=TODAY,
            basis=BASIS,
        )


def open_box(province: Province, organisation: Organisation, stem: str) -> Account:
    with province.db.transaction() as session:
        return open_organisation_account(
            session,
            province.officer,
            organisation.id,
            stem=stem,
            purpose="clerical",
            display_name=organisation.name,
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )


def test_the_commune_does_not_quietly_get_the_address_of_the_abolished_district(
    province: Province,
) -> None:
    top = province.organisation("UBND tỉnh Thái Nguyên", mail_stem="ubnd")
    district = province.organisation("UBND huyện Ba Bể", parent_id=top.id, mail_stem="babe")
    commune = province.organisation("UBND xã Ba Bể", parent_id=top.id, mail_stem="xababe")
    box = open_box(province, district, "babe")
    with province.db.transaction() as session:
        accounts.close_account(session, province.officer, box.id, now=NOW, basis=BASIS)
    assert primary(province, open_box(province, commune, "babe")) != "babe"


def test_a_changed_address_stays_an_alias_and_comes_back_only_to_its_holder(
    province: Province,
) -> None:
    account = province.account(province.person(province.organisation()))

    def change(local_part: str) -> None:
        with province.db.transaction() as session:
            change_primary(
                session,
                province.officer,
                domain(session),
                local_part,
                account.id,
                on=TODAY,
                alias_until=date(2027, 11, 23),
                basis=BASIS,
            )

    change("hongnga")
    with province.db.transaction() as session:
        roles = {row.local_part: row.role for row in queries.list_addresses(session, account.id)}
    assert roles == {"nganth": AddressRole.ALIAS, "hongnga": AddressRole.PRIMARY}
    change("nganth")
    assert primary(province, account) == "nganth"


def test_a_retired_alias_stays_taken(province: Province) -> None:
    organisation = province.organisation()
    account = province.account(province.person(organisation))
    with province.db.transaction() as session:
        alias = give_address(
            session,
            province.officer,
            domain(session),
            "ngatruong",
            account.id,
            role=AddressRole.ALIAS,
            on=TODAY,
            basis=BASIS,
        )
        retire_address(session, province.officer, account.id, alias.id, basis=BASIS)
    with province.db.transaction() as session:
        assert "ngatruong" in queries.taken_with_stems(session, ["ngatruong"])


def test_a_reserved_address_is_given_to_nobody(province: Province) -> None:
    with province.db.transaction() as session:
        reserve_address(session, province.officer, domain(session), "nganth", on=TODAY, basis=BASIS)
    organisation = province.organisation(mail_stem="stc")
    assert primary(province, province.account(province.person(organisation))) == "nganth.stc"


@pytest.mark.parametrize("local_part", ["postmaster", "a..b", ".a", "Ừ", "x" * 65, ""])
def test_reserved_and_malformed_addresses_are_refused(province: Province, local_part: str) -> None:
    account = province.account(province.person(province.organisation()))
    with province.db.transaction() as session, pytest.raises(LocalPartRefused):
        give_address(
            session,
            province.officer,
            domain(session),
            local_part,
            account.id,
            role=AddressRole.ALIAS,
            on=TODAY,
            basis=BASIS,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM identity_address",
        "UPDATE identity_address SET account_id = NULL",
        "UPDATE identity_address SET local_part = 'other'",
    ],
)
def test_the_ledger_keeps_its_rows_and_holders_whatever_the_sql(
    province: Province, statement: str
) -> None:
    province.account(province.person(province.organisation()))
    with pytest.raises(IntegrityError, match="kept"), province.db.transaction() as session:
        session.execute(text(statement))


def test_a_subtree_follows_its_own_rule_and_old_addresses_stay(province: Province) -> None:
    top = province.organisation("UBND tỉnh", mail_stem="ubnd")
    district = province.organisation("UBND huyện", parent_id=top.id, mail_stem="babe")
    office = province.organisation("Phòng", parent_id=district.id, mail_stem="pnv.babe")
    before = province.account(province.person(office))
    with province.db.transaction() as session:
        set_policy(
            session,
            province.officer,
            domain(session).id,
            PRESETS["dong-thap-2025"].policy,
            organisation_id=district.id,
            preset="dong-thap-2025",
            now=NOW,
            basis=BASIS,
        )
    assert primary(province, province.account(province.person(office))) == "nguyenthihongnga"
    assert primary(province, province.account(province.person(top, "Lê Văn An"))) == "anlv"
    assert primary(province, before) == "nganth"


def test_every_address_tells_the_version_of_the_rule_it_was_given_by(province: Province) -> None:
    province.account(province.person(province.organisation()))
    with province.db.transaction() as session:
        (address,) = session.query(Address).all()
        (rule,) = [row for row in queries.latest_policies(session) if row.id == address.policy_id]
    assert (rule.version, rule.preset) == (1, "congvu")
