"""A home that the users of the mail servers cannot enter, under a path too long for sockets."""

import shutil
from pathlib import Path

from kernel.encryption import KeyRing
from tests.support.mail import running_mail
from tests.support.postgres import Cluster


def test_mail_is_kept_where_its_servers_can_reach_it(
    cluster: Cluster, migrated_template: str, keys: KeyRing
) -> None:
    with running_mail(cluster, migrated_template, keys, below=f"closed/{'x' * 90}") as mail:
        home = mail.dovecot.home
        places = [(home / name).readlink() for name in ("mail", "postfix")]
        try:
            assert all(place.parent == Path("/var/lib/congvu") for place in places)
            member = mail.hire()
            mail.send(member, member.address, subject="all the same")
            mail.wait_for(member, "all the same")
        finally:
            for place in places:
                shutil.rmtree(place)
