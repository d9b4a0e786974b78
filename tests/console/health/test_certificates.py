"""Certificates of servers and authorities at the console, after the worker has looked."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from entrypoints.watched_certificates import watched_certificates
from identity.roles.models import Role
from kernel.certificate_watch import CertificateJobs
from kernel.certificates import CertificateSettings, WatchedCertificate
from kernel.jobs import build_jobs
from kernel.mailer import MailSettings
from tests.support.certificates import Authority
from tests.support.console import ConsoleWorld
from tests.support.registry import NOW
from tests.support.sign_on import Browser

PAGE = "/quan-tri/chung-thu-so"
HOME = "Chứng thư số của máy chủ sắp hết hạn"


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def look(console: ConsoleWorld, *sources: str) -> None:
    services = console.sign_on.services
    jobs = build_jobs(services.settings.database.url)
    CertificateJobs(jobs, services.database, lambda: sources, 1.0, lambda: NOW).look()


def test_what_ends_soon_is_told_on_the_first_page_until_it_is_renewed(
    console: ConsoleWorld, browser: Browser, tmp_path: Path
) -> None:
    assert "Chưa xem chứng thư số nào" in browser.get(PAGE).text
    file = str(Authority(tmp_path).file)
    look(console, file, f"{tmp_path}/<b>.pem", "https://127.0.0.1:1")
    page = browser.get(PAGE).text
    assert "CN=Test authority" in page
    assert "Cơ quan chứng thực" in page
    assert "&lt;b&gt;.pem" in page
    assert "Không đọc được tệp" in page
    assert "Máy chủ không cho xem" in page
    with console.sign_on.services.database.transaction() as session:
        session.execute(update(WatchedCertificate).values(ends_at=NOW + timedelta(days=31)))
    assert HOME not in browser.get("/quan-tri").text
    with console.sign_on.services.database.transaction() as session:
        session.execute(update(WatchedCertificate).values(ends_at=NOW + timedelta(days=29)))
    assert HOME in browser.get("/quan-tri").text
    assert "Sắp hết hạn" in browser.get(PAGE).text
    assert "3 chứng thư số hết hạn trong 30 ngày tới" in browser.get("/quan-tri/tinh-trang").text
    look(console)
    assert "Chưa xem chứng thư số nào" in browser.get(PAGE).text


def test_what_was_known_of_one_that_cannot_be_looked_at_stays(
    console: ConsoleWorld, browser: Browser, tmp_path: Path
) -> None:
    file = Authority(tmp_path).file
    look(console, str(file))
    file.unlink()
    look(console, str(file))
    page = browser.get(PAGE).text
    assert "CN=Test authority" in page
    assert "Không đọc được tệp" in page


def test_settings_name_what_is_watched(console: ConsoleWorld, tmp_path: Path) -> None:
    settings = console.sign_on.services.settings
    authority = Authority(tmp_path).file
    chosen = settings.model_copy(
        update={
            "certificates": CertificateSettings(servers=["imaps://mail.example"]),
            "directory": settings.directory.model_copy(
                update={"uri": "ldaps://ldap.example", "authority": authority}
            ),
            "mail": MailSettings(host="smtp.example", sender_address="x@example.vn"),
            "web": settings.web.model_copy(update={"public_url": "https://congvu.example"}),
        }
    )
    made = tmp_path / "mail-tls" / "server.pem"
    made.parent.mkdir()
    made.touch()
    assert watched_certificates(chosen, tmp_path) == [
        str(authority),
        str(made),
        "imaps://mail.example",
        "smtp://smtp.example:587",
        "ldaps://ldap.example",
        "https://congvu.example",
    ]


def test_leaders_do_not_see_them(console: ConsoleWorld) -> None:
    assert console.browser(console.holder(Role.LEADER)).get(PAGE).status_code == 403
