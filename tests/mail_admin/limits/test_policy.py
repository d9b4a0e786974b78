"""Postfix asks over a socket: what leaves is counted exactly, too much locks the account."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from entrypoints.embedded.ports import LOOPBACK
from identity.accounts.models import Account, AccountStatus
from identity.accounts.service import reinstate_account
from identity.addresses.queries import get_domain
from identity.roles.models import Role
from identity.roles.service import grant_role
from kernel.audit import AuditRecord
from kernel.database import Database, DatabaseSettings, build_engine
from mail_admin.limits.models import Outgoing
from mail_admin.limits.protocol import Request
from mail_admin.limits.server import Decide
from mail_admin.limits.service import OutgoingPolicy, forget_outgoing
from mail_admin.limits.settings import LimitSettings
from mail_admin.lists.models import SenderRule
from mail_admin.lists.service import ListForm, create_list
from tests.support.policy import Postfix, serving_policy
from tests.support.ports import free_port
from tests.support.registry import BASIS, DOMAIN, NOW, Province

LIMIT = 20


class Office:
    """The policy over the database of a test, with a clock and the notices that it queues."""

    def __init__(self, province: Province, account: Account) -> None:
        self.province, self.account, self.now = province, account, NOW
        self.told: list[UUID] = []
        self.settings = LimitSettings(outside_recipients=LIMIT)
        self._policy = OutgoingPolicy(self.settings, self._tell)

    def _tell(self, _: Session, account_id: UUID) -> None:
        self.told.append(account_id)

    def decide(self, request: Request) -> str:
        with self.province.db.transaction() as session:
            return self._policy.decide(session, request, self.now)

    def status(self) -> AccountStatus:
        with self.province.db.transaction() as session:
            return session.get_one(Account, self.account.id).status

    def counted(self) -> int:
        with self.province.db.transaction() as session:
            return session.scalar(select(func.count()).select_from(Outgoing)) or 0

    def reinstate(self, at: datetime) -> None:
        with self.province.db.transaction() as session:
            reinstate_account(session, self.province.officer, self.account.id, now=at, basis=BASIS)


@pytest.fixture
def office(province: Province) -> Office:
    account = province.account(province.person(province.organisation(mail_stem="stc")))
    with province.db.transaction() as session:
        row = session.get_one(Account, account.id)
        row.password_hash = "$argon2id$x"
        row.change_status(AccountStatus.ACTIVE, NOW - timedelta(days=9))
    return Office(province, account)


@contextmanager
def asking(decide: Decide) -> Iterator[Postfix]:
    with serving_policy(decide) as port, Postfix(port) as postfix:
        yield postfix


def test_the_last_administrator_is_stopped_but_not_locked(office: Office) -> None:
    with office.province.db.transaction() as session:
        row = session.get_one(Account, office.account.id)
        officer = office.province.officer
        grant_role(session, officer, row, Role.ADMINISTRATOR, now=NOW, basis=BASIS)
    with asking(office.decide) as postfix:
        login = office.account.login
        answers = [
            postfix.ask(f"a{number}@example.org", sasl_username=login)
            for number in range(LIMIT + 1)
        ]
    assert answers[-1].startswith("550 5.7.1 ")
    assert office.status() is AccountStatus.ACTIVE
    assert office.told == []


def test_one_recipient_too_many_locks_the_account_and_tells(office: Office) -> None:
    login = office.account.login
    with asking(office.decide) as postfix:
        for number in range(LIMIT):
            answer = postfix.ask(f"a{number}@example.org", sasl_username=login.upper())
            assert answer == "DUNNO"
        assert office.status() is AccountStatus.ACTIVE
        refused = postfix.ask("one.more@example.org", sasl_username=login)
        later = postfix.ask(f"colleague@{DOMAIN}", sasl_username=login)
    assert refused.startswith("550 5.7.1 ")
    assert refused.isascii()
    assert later.startswith("550 5.7.1 ")  # the connection was opened before the lock
    assert office.status() is AccountStatus.SUSPENDED
    assert office.told == [office.account.id]
    with office.province.db.transaction() as session:
        records = session.scalars(
            select(AuditRecord).where(AuditRecord.subject_id == office.account.id)
        )
        tags = [record.tag for record in records]
    assert tags[-2:] == ["account:suspended", "outgoing-limit:exceeded"]


def test_colleagues_repetitions_and_the_product_itself_are_not_counted(office: Office) -> None:
    login = office.account.login
    with asking(office.decide) as postfix:
        for _ in range(2 * LIMIT):
            assert postfix.ask(f"a@{DOMAIN.upper()}", sasl_username=login) == "DUNNO"
            assert postfix.ask("a@example.org", sasl_username=login, instance="7") == "DUNNO"
            assert postfix.ask("a@example.org", sasl_username="congvu") == "DUNNO"
            assert postfix.ask("a@example.org") == "DUNNO"
            assert postfix.ask("", sasl_username=login, protocol_state="DATA") == "DUNNO"
    assert office.counted() == 1


def test_the_window_moves_on_and_a_reinstated_account_begins_at_nought(office: Office) -> None:
    login = office.account.login
    with asking(office.decide) as postfix:

        def write(count: int, instance: str) -> set[str]:
            return {
                postfix.ask(f"a{n}@example.org", sasl_username=login, instance=instance)[:5]
                for n in range(count)
            }

        assert write(LIMIT, "1") == {"DUNNO"}
        office.now += timedelta(minutes=10)
        assert write(LIMIT, "2") == {"DUNNO"}
        assert office.counted() == LIMIT
        assert "550 5" in write(1, "3")
        office.reinstate(office.now)
        assert write(LIMIT, "4") == {"DUNNO"}
    with office.province.db.transaction() as session:
        forget_outgoing(session, office.settings, office.now + timedelta(minutes=10))
    assert office.counted() == 0


def test_several_postfix_processes_and_several_of_ours_count_to_the_same_number(
    office: Office,
) -> None:
    login, start = office.account.login, threading.Barrier(4)

    def write(port: int, process: int) -> list[str]:
        with Postfix(port) as postfix:
            start.wait()
            return [
                postfix.ask(f"a{n}@example.org", sasl_username=login, instance=f"{process}.{n}")
                for n in range(LIMIT)
            ]

    with (
        serving_policy(office.decide) as one,
        serving_policy(office.decide) as other,
        ThreadPoolExecutor(4) as pool,
    ):
        work = [pool.submit(write, port, n) for n, port in enumerate((one, one, other, other))]
        answers = [answer for done in work for answer in done.result()]
    assert answers.count("DUNNO") == LIMIT
    assert office.told == [office.account.id]
    assert office.status() is AccountStatus.SUSPENDED


def test_a_list_is_for_its_senders_alone_however_it_is_written(office: Office) -> None:
    province = office.province
    with province.db.transaction() as session:
        organisation = province.organisation(mail_stem="syt")
        create_list(
            session,
            province.officer,
            get_domain(session, DOMAIN),
            ListForm(organisation, senders=SenderRule.CUSTODIANS),
            now=NOW,
            basis=BASIS,
        )
        create_list(
            session,
            province.officer,
            get_domain(session, DOMAIN),
            ListForm(organisation, local_part="moinguoi", senders=SenderRule.PROVINCE),
            now=NOW,
            basis=BASIS,
        )
    login = office.account.login
    with asking(office.decide) as postfix:

        def ask(recipient: str, sender: str = login) -> str:
            return postfix.ask(recipient, sasl_username=sender, policy_context="list")

        assert ask(f"moinguoi@{DOMAIN}") == "DUNNO"
        assert ask(f"Moinguoi+a@{DOMAIN}") == "DUNNO"
        for refused in ("tatca.syt", "TATCA.syt+x", '"tatca.syt"', "over"):
            assert ask(f"{refused}@{DOMAIN}").startswith("550 ")
        assert ask(f"moinguoi@{DOMAIN}", "").startswith("550 ")  # from outside


def dead_database(url: str) -> Callable[[Request], str]:
    engine = build_engine(DatabaseSettings(url=SecretStr(url)))
    database, policy = Database(engine), OutgoingPolicy(LimitSettings(), lambda *_: None)

    def decide(request: Request) -> str:
        with database.transaction() as session:
            return policy.decide(session, request, NOW)

    return decide


def test_without_a_database_mail_flows_and_lists_wait() -> None:
    url = f"postgresql+psycopg://a:b@{LOOPBACK}:{free_port()}/x"
    with asking(dead_database(url)) as postfix:
        assert postfix.ask("a@example.org", sasl_username="nganth") == "DUNNO"
        answer = postfix.ask("a@b.vn", sasl_username="nganth", policy_context="list")
    assert answer.startswith("451 ")


def test_a_database_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server((LOOPBACK, 0)) as silent:
        url = f"postgresql+psycopg://a:b@{LOOPBACK}:{silent.getsockname()[1]}/x"
        with (
            serving_policy(dead_database(url), answer_seconds=0.05) as port,
            Postfix(port) as postfix,
        ):
            for _ in range(20):  # more than there are threads
                assert postfix.ask("a@example.org", sasl_username="nganth") == "DUNNO"


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"request=other\n\n",
        b"=x\n\n",
        b"request=smtpd_access_policy\nrecipient=\xff\xfe\n\n",
        b"a" * 100_000,
        b"a=b\n" * 1_000,
        b"request=smtpd_access_policy\nrecip",
    ],
)
def test_what_is_no_request_ends_its_connection_and_no_other(rubbish: bytes) -> None:
    with serving_policy(lambda _: "DUNNO") as port, Postfix(port) as good:
        with Postfix(port) as bad:
            bad.socket.sendall(rubbish)
            bad.socket.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):  # it did not read all of it
                assert bad.action() == ""
        assert good.ask("a@example.org") == "DUNNO"


TEXT = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=40)


@given(st.dictionaries(st.sampled_from(["recipient", "sasl_username", "instance"]), TEXT))
def test_whatever_the_attributes_hold_there_is_an_answer(
    office: Office, attributes: dict[str, str]
) -> None:
    for context in ("submission", "list"):
        request = {"protocol_state": "RCPT", "policy_context": context, **attributes}
        assert office.decide(request).partition(" ")[0] in {"DUNNO", "550", "451"}
