from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from identity.organisations import queries, service
from identity.organisations.errors import (
    AgencyCodeTaken,
    EffectiveDateInvalid,
    OrganisationClosed,
    OrganisationInUse,
    OrganisationWouldBeItsOwnAncestor,
)
from identity.organisations.models import Organisation
from tests.support.registry import BASIS, TODAY, Province

SPRING, SUMMER = date(2025, 3, 1), date(2025, 7, 1)


def change_of(organisation: Organisation, **changed: Any) -> service.OrganisationChange:
    present = service.OrganisationChange(
        kind=organisation.kind,
        name=organisation.name,
        short_name=organisation.short_name,
        parent_id=organisation.parent_id,
        mail_stem=organisation.mail_stem,
        statistics_code=organisation.statistics_code,
        display_order=organisation.display_order,
    )
    assert asdict(present)
    return replace(present, **changed)


def change(province: Province, organisation: Organisation, on: date, **changed: Any) -> None:
    with province.db.transaction() as session:
        service.change_organisation(
            session,
            province.officer,
            organisation.id,
            change_of(organisation, **changed),
            effective_on=on,
            today=TODAY,
            basis=BASIS,
        )


def names_on(province: Province, day: date) -> set[str]:
    with province.db.transaction() as session:
        return {period.name for period in queries.list_tree_on(session, day)}


def test_a_renamed_organisation_keeps_its_former_name_for_former_days(province: Province) -> None:
    old = province.organisation("Sở Thông tin và Truyền thông")
    change(province, old, SPRING, name="Sở Khoa học và Công nghệ")
    assert names_on(province, date(2025, 2, 28)) == {"Sở Thông tin và Truyền thông"}
    assert names_on(province, SPRING) == {"Sở Khoa học và Công nghệ"}


def test_an_organisation_cannot_be_placed_below_itself(province: Province) -> None:
    top = province.organisation("UBND tỉnh")
    middle = province.organisation("Sở", parent_id=top.id)
    bottom = province.organisation("Phòng", parent_id=middle.id)
    with pytest.raises(OrganisationWouldBeItsOwnAncestor):
        change(province, top, SPRING, parent_id=bottom.id)


@pytest.mark.parametrize("day", [date(2020, 1, 31), TODAY + timedelta(days=1)])
def test_a_change_takes_effect_neither_before_the_present_state_nor_in_future(
    province: Province, day: date
) -> None:
    organisation = province.organisation()
    with pytest.raises(EffectiveDateInvalid):
        change(province, organisation, day, name="Khác")


def test_a_correction_on_the_day_of_creation_leaves_one_period(province: Province) -> None:
    organisation = province.organisation("Sở Nội vu")
    change(province, organisation, date(2020, 2, 1), name="Sở Nội vụ")
    assert names_on(province, date(2020, 2, 1)) == {"Sở Nội vụ"}


def test_a_code_once_issued_is_never_issued_again_in_either_form(province: Province) -> None:
    first = province.organisation(code="000.00.21.H03")
    with pytest.raises(AgencyCodeTaken):
        province.organisation(code="H03.21")
    with province.db.transaction() as session:
        service.issue_code(session, province.officer, first.id, "H03.99", on=SUMMER, basis=BASIS)
    with pytest.raises(AgencyCodeTaken):
        province.organisation(code="H03.21")
    with province.db.transaction() as session:
        found = queries.get_organisation_by_code(session, "H03.21")
        codes = [code.code for code in queries.list_codes(session, first.id)]
    assert found.id == first.id
    assert codes == ["H03.99", "000.00.21.H03"]


def test_only_an_organisation_that_nothing_depends_on_can_be_closed(province: Province) -> None:
    parent = province.organisation("Huyện Ba Bể")
    child = province.organisation("Phòng Nội vụ", parent_id=parent.id)

    def close(organisation: Organisation, people: int = 0) -> None:
        with province.db.transaction() as session:
            service.close_organisation(
                session, province.officer, organisation.id, on=SUMMER, people=people, basis=BASIS
            )

    with pytest.raises(OrganisationInUse):
        close(parent)
    with pytest.raises(OrganisationInUse):
        close(child, people=3)
    close(child)
    close(parent)
    with pytest.raises(OrganisationClosed):
        close(parent)
    assert names_on(province, date(2025, 6, 30)) == {"Huyện Ba Bể", "Phòng Nội vụ"}
    assert names_on(province, SUMMER) == set()


def test_agency_codes_cannot_be_deleted_even_by_hand(province: Province) -> None:
    province.organisation()
    with pytest.raises(IntegrityError, match="kept"), province.db.transaction() as session:
        session.execute(text("DELETE FROM identity_agency_code"))
