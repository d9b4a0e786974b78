"""Accounts in the states in which their passwords are chosen anew, and what they act for."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from identity.accounts import queries, service
from identity.accounts.models import Account
from identity.accounts.passwords import ResetSettings
from identity.accounts.provisioning import open_organisation_account
from identity.accounts.resets import issue_office_reset
from kernel.mailer import Mailer, MailSettings
from tests.support.registry import BASIS, NOW
from tests.support.sign_on import Member, SignOnWorld


def activation_code(world: SignOnWorld, account: Account | None = None) -> str:
    """Of an account that nobody has activated yet."""
    province = world.province
    account = account or province.account(province.person(province.organisation()))
    with province.db.transaction() as session:
        pending = queries.get_account(session, account.id)
        (code,) = service.issue_activation_codes(
            session, world.officer, [pending], now=NOW, lifetime=timedelta(days=30), basis=BASIS
        )
    return code


def must_change(world: SignOnWorld, member: Member, *, must: bool = True) -> None:
    """An administrator has asked for another password, or not any more."""
    with world.province.db.transaction() as session:
        session.execute(
            update(Account).where(Account.id == member.id).values(password_must_change=must)
        )


def reset_code(world: SignOnWorld, member: Member) -> str:
    """Handed over by an administrator."""
    with world.province.db.transaction() as session:
        code, _ = issue_office_reset(
            session, world.officer, member.id, ResetSettings(), now=NOW, basis=BASIS
        )
    return code


def mail_can_be_sent(world: SignOnWorld, patch: pytest.MonkeyPatch) -> None:
    """As in an installation with a mail server; nobody works on the jobs here."""
    settings = MailSettings(host="127.0.0.1", tls="none", sender_address="no-reply@backan.gov.vn")
    patch.setattr(world.services.password_jobs, "_mailer", Mailer(settings))


def acts_for(world: SignOnWorld, member: Member, name: str = "Văn thư Sở Tài chính") -> Account:
    """An organisation account that the person is custodian of."""
    province, person_id = world.province, member.account.person_id
    assert person_id is not None
    organisation = province.organisation()
    with province.db.transaction() as session:
        account = open_organisation_account(
            session,
            world.officer,
            organisation.id,
            stem=str(organisation.mail_stem),
            purpose="clerical",
            display_name=name,
            quota_bytes=None,
            now=NOW,
            basis=BASIS,
        )
        service.add_custodian(
            session,
            world.officer,
            account.id,
            person_id,
            valid_from=date(2026, 1, 1),
            valid_to=None,
            basis=BASIS,
        )
        return account
