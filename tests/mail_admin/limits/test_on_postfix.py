"""Our Postfix asks for real: limits lock, lists have senders, reminders arrive and are read."""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from entrypoints.embedded.ports import LOOPBACK
from identity.accounts.models import Account
from identity.addresses.queries import get_domain
from identity.organisations.queries import get_organisation
from identity.people.queries import appointments_on
from kernel.clock import office_day, utc_now
from kernel.encryption import KeyRing
from mail_admin.limits.protocol import Request
from mail_admin.limits.service import OutgoingPolicy
from mail_admin.limits.settings import LimitSettings
from mail_admin.lists.models import SenderRule
from mail_admin.lists.service import ListForm, create_list
from mail_admin.rate.settings import UsageRateSettings
from mail_admin.reminders.planning import Pages
from mail_admin.reminders.service import Reminders
from mail_admin.reminders.settings import ReminderSettings
from mail_admin.server.settings import MailServerSettings
from tests.support.installation import eventually
from tests.support.mail import SENDER, MailStack, running_mail
from tests.support.policy import serving_policy
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.provider import Member
from tests.support.registry import BASIS, DOMAIN

LIMIT = 5


@dataclass
class Guarded:
    """The mail servers with a policy server that a test may take away."""

    mail: MailStack
    port: int
    told: list[UUID] = field(default_factory=list)

    def decide(self, request: Request) -> str:
        policy = OutgoingPolicy(LimitSettings(outside_recipients=LIMIT), self._tell)
        with self.mail.provider.province.db.transaction() as session:
            return policy.decide(session, request, utc_now())

    def _tell(self, _: Session, account_id: UUID) -> None:
        self.told.append(account_id)

    def list_of(self, member: Member, senders: SenderRule) -> str:
        """A list of the organisation where a member works."""
        province = self.mail.provider.province
        with province.db.transaction() as session:
            person_id = session.get_one(Account, member.account_id).person_id
            assert person_id is not None
            held = appointments_on(session, [person_id], office_day(utc_now()))[person_id]
            organisation = get_organisation(session, held[0][1].id)
            name = f"tatca{self.port}.{member.login}"
            create_list(
                session,
                province.officer,
                get_domain(session, DOMAIN),
                ListForm(organisation, local_part=name, senders=senders),
                now=utc_now(),
                basis=BASIS,
            )
        self.mail.settle()
        return f"{name}@{DOMAIN}"


@pytest.fixture(scope="module")
def guarded(cluster: Cluster, migrated_template: str, keys: KeyRing) -> Iterator[Guarded]:
    port = free_port()
    settings = MailServerSettings(policy_service=f"inet:{LOOPBACK}:{port}")
    with running_mail(cluster, migrated_template, keys, settings) as mail:
        yield Guarded(mail, port)


def refusal(guarded: Guarded, sender: Member, recipient: str) -> tuple[int, bytes]:
    with guarded.mail.submission(sender) as smtp:
        smtp.mail(sender.address)
        return smtp.rcpt(recipient)


def test_an_account_that_writes_to_too_many_outside_is_suspended_while_connected(
    guarded: Guarded,
) -> None:
    mail, sender = guarded.mail, guarded.mail.hire()
    colleague = mail.hire()
    with serving_policy(guarded.decide, port=guarded.port):
        recipients = [f"a{n}@example.org" for n in range(LIMIT)]
        mail.send(sender, colleague.address, *recipients, subject="Thông báo")
        with mail.submission(sender) as smtp:
            smtp.mail(sender.address)
            code, text = smtp.rcpt("one.more@example.org")
            assert (code, text[:5]) == (550, b"5.7.1")
            assert smtp.rcpt(colleague.address)[0] == 550
    assert guarded.told == [sender.account_id]
    mail.settle()
    eventually(lambda: not mail.opens(sender), mail.logs)
    mail.deliver(sender.address, "vẫn nhận thư")
    mail.change("reinstate", sender)
    mail.settle()
    eventually(lambda: mail.opens(sender), mail.logs)
    assert mail.wait_for(sender, "vẫn nhận thư")


def test_without_the_policy_server_mail_flows_and_lists_wait(guarded: Guarded) -> None:
    mail, sender = guarded.mail, guarded.mail.hire()
    address = guarded.list_of(sender, SenderRule.PROVINCE)
    mail.send(sender, "someone@example.org", subject="Không đếm")
    assert refusal(guarded, sender, address)[0] == 451


def test_a_list_reaches_its_members_suspended_ones_too_and_nobody_else_writes_to_it(
    guarded: Guarded,
) -> None:
    mail = guarded.mail
    member, stranger = mail.hire(), mail.hire()
    address = guarded.list_of(member, SenderRule.MEMBERS)
    with serving_policy(guarded.decide, port=guarded.port):
        # whoever has no place there, and whoever comes from outside
        code, text = refusal(guarded, stranger, address)
        assert (code, b"5.7.1" in text) == (550, True)
        for recipient in (address, address.upper(), address.replace("@", "+x@")):
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                mail.deliver(recipient, "thư rác")
        mail.send(member, address, subject="Họp giao ban")
    assert mail.wait_for(member, "Họp giao ban")["To"] == address
    assert [m["Subject"] for m in mail.messages(stranger)] == []


def test_a_reminder_arrives_in_a_real_mailbox_and_is_read_by_imap(guarded: Guarded) -> None:
    mail, member = guarded.mail, guarded.mail.hire()
    reminders = Reminders(
        mail.provider.province.db,
        mail.mailer(),
        ReminderSettings(enabled=True, silent_after_days=0),
        LimitSettings(),
        UsageRateSettings(),
        pages=Pages("https://congvu.backan.gov.vn", "https://congvu.backan.gov.vn/kich-hoat"),
        clock=lambda: utc_now() + timedelta(days=31),
    )
    with serving_policy(guarded.decide, port=guarded.port):
        counts = reminders.remind(even_when_quiet=True)
    assert counts.by_kind["dormant"] >= 1
    assert reminders.due() == []
    eventually(lambda: bool(mail.messages(member)), mail.logs)
    (message,) = mail.messages(member)
    assert message["From"].addresses[0].addr_spec == SENDER.address
    assert message["Subject"].startswith("Hộp thư công vụ 31 ngày chưa được sử dụng / ")
    text = message.get_body()
    assert text is not None
    assert member.address in text.get_content()
