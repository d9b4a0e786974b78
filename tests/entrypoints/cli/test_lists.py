"""`congvu list` and `congvu account rename-address`."""

from datetime import timedelta
from pathlib import Path

from identity.addresses.queries import list_addresses
from kernel.clock import office_day, utc_now
from tests.entrypoints.cli.conftest import Cli
from tests.mail_admin.lists.test_lists import open_office
from tests.support.registry import DOMAIN, Province

WHY = ("--reason", "sắp xếp")


def test_a_list_is_made_for_a_code_shown_restricted_and_ended(
    congvu: Cli, province: Province
) -> None:
    top = province.organisation("Ủy ban nhân dân tỉnh", mail_stem="ubnd", code="H03")
    office = province.organisation("Sở Y tế", mail_stem="syt", code="H03.7", parent_id=top.id)
    account = province.account(province.person(office))
    made = congvu("list", "create", "H03.7", *WHY).out
    assert made == f"tatca.syt@{DOMAIN} senders: members\n"
    own = congvu("list", "create", "H03", "--own", "--address", f"vp.ubnd@{DOMAIN}", *WHY).out
    assert own == f"vp.ubnd@{DOMAIN} senders: members\n"
    restricted = ("--rule", "custodians", "--named", account.login)
    congvu("list", "senders", f"tatca.syt@{DOMAIN}", *restricted, *WHY)
    assert congvu("list", "show", f"tatca.syt@{DOMAIN}", "--json").json == {
        "address": f"tatca.syt@{DOMAIN}",
        "organisation": "Sở Y tế",
        "scope": "subtree",
        "senders": "custodians",
        "named": [account.login],
        "members": 1,
    }
    assert congvu("list", "end", f"tatca.syt@{DOMAIN}", *WHY).out.endswith("ended\n")
    (left,) = congvu("list", "show", "--json").json
    assert left["members"] == 0
    assert "Ủy ban nhân dân tỉnh" in congvu("list", "show").out
    assert "list-not-found" in congvu("list", "show", f"tatca.syt@{DOMAIN}", code=1).err


def test_a_new_address_leaves_the_old_one_for_the_time_that_is_set(
    congvu: Cli, province: Province
) -> None:
    account = province.account(province.person(province.organisation()))
    today = office_day(utc_now())
    for address, options, until in (
        ("hongnga", (), today + timedelta(days=180)),
        ("nga", ("--alias-days", "30"), today + timedelta(days=30)),
        ("nthn", ("--alias-for-ever",), None),
    ):
        given = f"{address}@{DOMAIN}"
        with province.db.transaction() as session:
            before = next(
                row for row in list_addresses(session, account.id) if row.role == "primary"
            )
        congvu("account", "rename-address", account.login, given.upper(), *options, *WHY)
        with province.db.transaction() as session:
            rows = {row.local_part: row for row in list_addresses(session, account.id)}
        assert rows[address].role == "primary"
        old = rows[before.local_part]
        assert (old.role, old.alias_until) == ("alias", until)
    congvu("account", "rename-address", account.login, "no-address", *WHY, code=2)


def test_an_organisation_account_is_handed_over_with_a_protocol_to_sign(
    congvu: Cli, province: Province, tmp_path: Path
) -> None:
    organisation = province.organisation("Sở Tài chính", mail_stem="stc")
    account = open_office(province, organisation, province.person(organisation, "Lường Văn Đức"))
    receiver = province.person(organisation, "Lê Thị Mới")
    target = tmp_path / "bien-ban.pdf"
    command = ("account", "hand-over", account.login, "--to", str(receiver.id), *WHY)
    shown = congvu(*command, "--on", "2026-12-01", "--write", str(target)).out
    assert shown == f"{account.login}: Lường Văn Đức → Lê Thị Mới from 01/12/2026\n"
    assert target.read_bytes().startswith(b"%PDF-")
    assert target.stat().st_mode & 0o077 == 0
    assert "handover-needless" in congvu(*command, "--on", "2026-12-02", "--json", code=1).err
