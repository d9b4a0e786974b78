"""The directory shows the address of a list where its members stand."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from identity.accounts.service import suspend_account
from identity.addresses.queries import get_domain
from identity.directory.brake_settings import BrakeSettings
from identity.directory.comparison import compare
from identity.directory.decoding import StandingEntry
from identity.directory.gateway import LdapDirectory
from identity.directory.leader import leadership
from identity.directory.reconciler import Reconciler, Run
from identity.directory.server import tree
from mail_admin.lists import service
from mail_admin.lists.service import ListForm
from tests.support.registry import BASIS, DOMAIN, NOW, Province
from tests.support.slapd import BASE_DN, directory, ldap_server, slapd_of_this_process

__all__ = ["directory", "ldap_server", "slapd_of_this_process"]


@pytest.fixture
def run(
    engine: Engine, province: Province, directory: LdapDirectory
) -> Iterator[Callable[[], Run]]:
    reconciler = Reconciler(
        province.db, directory, base_dn=BASE_DN, brake_settings=BrakeSettings(), clock=lambda: NOW
    )
    with leadership(engine) as leader:
        assert leader is not None
        yield lambda: reconciler.run(leader)


def lists(directory: LdapDirectory) -> dict[str, StandingEntry]:
    groups = directory.entries(f"{tree.GROUPS},{BASE_DN}")
    return {address: entry for entry in groups if (address := entry.one("mail"))}


def test_a_list_is_an_address_of_its_group_until_it_ends(
    province: Province, run: Callable[[], Run], directory: LdapDirectory
) -> None:
    department = province.organisation("Sở Tài chính", mail_stem="stc")
    first, second = (province.account(province.person(department)) for _ in range(2))
    run()
    assert lists(directory) == {}
    with province.db.transaction() as session:
        service.create_list(
            session,
            province.officer,
            get_domain(session, DOMAIN),
            ListForm(department),
            now=NOW,
            basis=BASIS,
        )
        suspend_account(session, province.officer, first.id, now=NOW, basis=BASIS)
    run()
    ((address, group),) = lists(directory).items()
    assert address == f"tatca.stc@{DOMAIN}"
    # who is suspended, or has not activated the account yet, still receives
    reached = {dn.decode().partition(",")[0] for dn in group.attributes["member"]}
    assert reached == {f"uid={first.login}", f"uid={second.login}"}
    assert compare(province.db, directory, BASE_DN, lambda: NOW).drifts == []
    with province.db.transaction() as session:
        service.end_list(session, province.officer, address, now=NOW, basis=BASIS)
    run()
    assert lists(directory) == {}
