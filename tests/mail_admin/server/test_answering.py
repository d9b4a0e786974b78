"""Whether Dovecot's API answers, as the page of health asks it."""

import pytest
from pydantic import SecretStr

from mail_admin.server.doveadm import Doveadm
from mail_admin.server.errors import MailServersUnavailable
from tests.support.mail import MailStack


def test_dovecot_answers_whoever_has_its_key_and_nobody_else(mail: MailStack) -> None:
    with mail.doveadm() as doveadm:
        doveadm.ping(10.0)
    changed = {"doveadm_key": SecretStr("another")}
    stranger = Doveadm(mail.system.settings.model_copy(update=changed))
    with stranger, pytest.raises(MailServersUnavailable):
        stranger.ping(10.0)
