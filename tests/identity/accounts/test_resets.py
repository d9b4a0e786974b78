"""A new password without the old one: codes work once, for a while, for whom they are meant."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from identity.accounts import service
from identity.accounts.errors import PasswordRefused, ResetCodeRejected, ResetNeedsActiveAccount
from identity.accounts.models import Account, PasswordReset, ResetChannel
from identity.accounts.password_age import PasswordCondition, password_state
from identity.accounts.password_change import change_password
from identity.accounts.passwords import Passwords, ResetSettings
from identity.accounts.provisioning import open_organisation_account
from identity.accounts.resets import (
    ResetAuditTag,
    SentReset,
    discard_reset,
    issue_office_reset,
    issue_reset,
    redeem_reset,
)
from identity.roles.models import Role
from identity.roles.service import end_role, grant_role
from kernel.access import ActorKind
from kernel.audit import AuditRecord
from tests.support.passwords import (
    FIRST,
    SECOND,
    THIRD,
    activated,
    cheap,
    later,
    opens,
    present,
)
from tests.support.registry import BASIS, NOW, Province

SETTINGS = ResetSettings(lifetime_minutes=30, most_an_hour=3, office_lifetime_hours=24)


def by_mail(province: Province, account: Account, now: datetime = NOW) -> SentReset | None:
    with province.db.transaction() as session:
        return issue_reset(session, account.id, SETTINGS, now=now)


def code_by_mail(province: Province, account: Account, now: datetime = NOW) -> str:
    issued = by_mail(province, account, now)
    assert issued is not None
    return issued.code


def by_office(province: Province, account: Account) -> str:
    with province.db.transaction() as session:
        code, expires_at = issue_office_reset(
            session, province.officer, account.id, SETTINGS, now=NOW, basis=BASIS
        )
    assert expires_at == later(hours=24)
    return code


def redeem(
    province: Province,
    passwords: Passwords,
    code: str,
    password: str = SECOND,
    now: datetime = NOW,
) -> Account:
    return redeem_reset(province.db, passwords, code, password, now)


def test_a_code_from_the_mail_sets_a_password_once(
    province: Province, passwords: Passwords, account: Account
) -> None:
    issued = by_mail(province, account)
    assert issued is not None
    assert issued.recovery_email == "nga@example.org"
    assert issued.code not in repr(issued)
    changed = redeem(province, passwords, issued.code, now=later(minutes=29))
    assert changed.id == account.id
    assert changed.password_set_at == later(minutes=29)
    assert opens(province, passwords, account.id, SECOND)
    with pytest.raises(ResetCodeRejected):
        redeem(province, passwords, issued.code, THIRD)
    assert opens(province, passwords, account.id, SECOND)


def test_both_steps_are_in_the_audit_trail_without_the_code(
    province: Province, passwords: Passwords, account: Account
) -> None:
    code = code_by_mail(province, account)
    redeem(province, passwords, code)
    with province.db.transaction() as session:
        records = session.scalars(select(AuditRecord).order_by(AuditRecord.id)).all()[-2:]
    assert [record.tag for record in records] == [ResetAuditTag.ISSUED, ResetAuditTag.REDEEMED]
    assert [record.subject_id for record in records] == [account.id] * 2
    assert records[1].actor_kind is ActorKind.ACCOUNT
    assert all(code not in str(record.details) + record.reason for record in records)


def test_the_database_holds_no_code(province: Province, account: Account) -> None:
    code = code_by_mail(province, account)
    with province.db.transaction() as session:
        row = session.scalars(select(PasswordReset)).one()
    assert len(row.code_hash) == 32
    assert code.replace("-", "").encode() not in row.code_hash
    assert len(code.replace("-", "")) * 5 >= 256  # bits


@pytest.mark.parametrize("code", ["", "0000-0000", "\0", "\ud800", "x" * 100_000, "%"])
def test_an_invented_code_is_rejected_without_hashing(
    province: Province, passwords: Passwords, account: Account, code: str
) -> None:
    assert by_mail(province, account)
    with pytest.raises(ResetCodeRejected):
        redeem(province, passwords, code)


def test_a_code_ends_with_its_time(
    province: Province, passwords: Passwords, account: Account
) -> None:
    code = code_by_mail(province, account)
    with pytest.raises(ResetCodeRejected):
        redeem(province, passwords, code, now=later(minutes=30))


def test_a_refused_password_leaves_the_code_good(
    province: Province, passwords: Passwords, account: Account
) -> None:
    code = code_by_mail(province, account)
    for refused in ("ngắn", FIRST, "nguyễn thị hồng nga 1980"):
        with pytest.raises(PasswordRefused):
            redeem(province, passwords, code, refused)
    redeem(province, passwords, code.lower().replace("-", " "))


def test_of_four_people_redeeming_a_code_at_once_one_succeeds(
    province: Province, passwords: Passwords, account: Account
) -> None:
    code = code_by_mail(province, account)

    def attempt(number: int) -> bool:
        try:
            redeem(province, passwords, code, f"{SECOND} {number}")
        except ResetCodeRejected:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


def test_a_later_mail_voids_the_one_before(
    province: Province, passwords: Passwords, account: Account
) -> None:
    first, second = code_by_mail(province, account), code_by_mail(province, account)
    with pytest.raises(ResetCodeRejected):
        redeem(province, passwords, first)
    redeem(province, passwords, second)


def test_only_so_many_mails_leave_within_an_hour(province: Province, account: Account) -> None:
    for minute in range(3):
        assert by_mail(province, account, later(minutes=minute))
    assert by_mail(province, account, later(minutes=59)) is None
    assert by_mail(province, account, later(minutes=60)) is not None


def test_requests_at_once_do_not_get_past_the_limit(province: Province, account: Account) -> None:
    with ThreadPoolExecutor(6) as pool:
        issued = list(pool.map(lambda _: by_mail(province, account), range(6)))
    assert sum(reset is not None for reset in issued) == 3


def test_a_mail_that_was_not_sent_does_not_count(
    province: Province, passwords: Passwords, account: Account
) -> None:
    for _ in range(5):
        issued = by_mail(province, account)
        assert issued is not None
        with province.db.transaction() as session:
            discard_reset(session, issued, "mail-unavailable")
        with pytest.raises(ResetCodeRejected):
            redeem(province, passwords, issued.code)
        with province.db.transaction() as session:
            discard_reset(session, issued, "again")  # nothing happens


def test_changing_the_password_voids_open_codes(
    province: Province, passwords: Passwords, account: Account
) -> None:
    code = code_by_mail(province, account)
    change_password(province.db, passwords, account.id, FIRST, SECOND, NOW)
    with pytest.raises(ResetCodeRejected):
        redeem(province, passwords, code, THIRD)


@pytest.mark.parametrize("verb", ["suspend", "close"])
def test_suspending_or_closing_voids_open_codes_for_good(
    province: Province, passwords: Passwords, account: Account, verb: str
) -> None:
    codes = [by_office(province, account), code_by_mail(province, account)]

    def act(verb: str) -> None:
        with province.db.transaction() as session:
            getattr(service, f"{verb}_account")(
                session, province.officer, account.id, now=NOW, basis=BASIS
            )

    act(verb)
    if verb == "suspend":
        assert by_mail(province, account) is None
        act("reinstate")
    for code in codes:
        with pytest.raises(ResetCodeRejected):
            redeem(province, passwords, code)


def test_pending_accounts_get_no_mail(province: Province, pending: Account) -> None:
    assert by_mail(province, pending) is None


def test_without_a_recovery_address_there_is_nothing_to_send(
    province: Province, passwords: Passwords
) -> None:
    person = province.person(province.organisation())
    account = activated(province, province.account(person), passwords)
    assert by_mail(province, account) is None


def office(province: Province) -> Account:
    organisation = province.organisation()
    with province.db.transaction() as session:
        return open_organisation_account(
            session,
            province.officer,
            organisation.id,
            stem="vanthu.stc",
            purpose="records",
            display_name="Văn thư",
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )


def test_an_organisation_gets_its_code_from_the_administrator_never_by_mail(
    province: Province, passwords: Passwords
) -> None:
    account = activated(province, office(province), passwords)
    assert by_mail(province, account) is None
    redeem(province, passwords, by_office(province, account))
    assert opens(province, passwords, account.id, SECOND)


def test_an_administrators_code_asks_for_a_new_password_and_clears_that_when_used(
    province: Province, passwords: Passwords, account: Account
) -> None:
    code = by_office(province, account)
    asked = present(province, account.id)
    state = password_state(asked, passwords.policy, NOW)
    assert state.condition is PasswordCondition.MUST_CHANGE
    assert opens(province, passwords, account.id, FIRST)  # a mistaken reset locks nobody out
    assert asked.revision == account.revision
    redeem(province, passwords, code)
    assert not present(province, account.id).password_must_change


def test_who_asks_for_a_mail_does_not_void_what_the_administrator_handed_over(
    province: Province, passwords: Passwords, account: Account
) -> None:
    code = by_office(province, account)
    assert by_mail(province, account)
    redeem(province, passwords, code)


def test_an_administrators_code_voids_every_earlier_one(
    province: Province, passwords: Passwords, account: Account
) -> None:
    earlier = [by_office(province, account), code_by_mail(province, account)]
    by_office(province, account)
    for code in earlier:
        with pytest.raises(ResetCodeRejected):
            redeem(province, passwords, code)
    with province.db.transaction() as session:
        open_codes = session.scalars(select(PasswordReset).filter_by(revoked_at=None)).all()
    assert [row.channel for row in open_codes] == [ResetChannel.OFFICE]


def test_a_pending_account_gets_a_letter_instead(province: Province, pending: Account) -> None:
    with pytest.raises(ResetNeedsActiveAccount):
        by_office(province, pending)


def test_the_history_holds_for_codes_too(province: Province, account: Account) -> None:
    remembering = cheap(history=5)
    redeem(province, remembering, code_by_mail(province, account))
    with pytest.raises(PasswordRefused):
        redeem(province, remembering, code_by_mail(province, account), FIRST)


def test_an_administrators_new_password_is_longer(province: Province, account: Account) -> None:
    code = code_by_mail(province, account)
    passwords = cheap(policy="level3", administrator_shortest=30)
    password = "Trời xanh, mây trắng 27"  # 23 characters
    give_role(province, account, Role.IT)
    with pytest.raises(PasswordRefused):
        redeem_reset(province.db, passwords, code, password, NOW)
    with province.db.transaction() as session:
        end_role(session, province.officer, account, Role.IT, now=NOW, basis=BASIS)
    redeem_reset(province.db, passwords, code, password, NOW + timedelta(minutes=1))


def test_a_leader_who_only_reads_is_no_administrator(province: Province, account: Account) -> None:
    give_role(province, account, Role.LEADER)
    passwords = cheap(policy="level3", administrator_shortest=30)
    code = code_by_mail(province, account)
    redeem_reset(province.db, passwords, code, "Trời xanh, mây trắng 27", NOW)


def give_role(province: Province, account: Account, role: Role) -> None:
    with province.db.transaction() as session:
        grant_role(session, province.officer, account, role, now=NOW, basis=BASIS)
