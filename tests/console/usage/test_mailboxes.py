"""The mailboxes behind a number, and the figures as files."""

import io
import zipfile

import pytest

from identity.roles.models import Role
from tests.console.usage.test_dashboard import leader, signed_in, text_of
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser
from tests.support.small_usage import Small
from tests.support.usage import LONG_AGO

__all__ = ["leader"]
LIST = "/quan-tri/su-dung/hop-thu?month=2026-10"


def test_the_list_says_why_each_counts_as_it_does(leader: Browser, small: Small) -> None:
    small.refresh()
    text = text_of(leader, f"{LIST}&state=unused")
    assert "chỉ phần mềm kiểm tra thư" in text
    assert "chưa kích hoạt" in text
    assert "2 hộp thư trên trang này" in text
    assert "như hiện nay" in text


def test_who_may_read_people_goes_on_to_their_pages(console: ConsoleWorld, small: Small) -> None:
    small.refresh()
    with small.registry() as registry:
        person = small.someone(registry)
    leader = signed_in(console, small, Role.LEADER)
    officer = signed_in(console, small, Role.HR)
    assert f'href="/quan-tri/can-bo/{person}"' not in leader.get(LIST).text
    page = officer.get(LIST).text
    assert f'href="/quan-tri/can-bo/{person}"' in page
    assert 'href="/quan-tri/tai-khoan/' in page, "an organisation's mailbox has no person"


def test_own_mailboxes_without_those_below(leader: Browser, small: Small) -> None:
    small.refresh()
    assert "Không có hộp thư nào như vậy" in text_of(leader, f"{LIST}&under=H03&own=1")
    assert "5 hộp thư trên trang này" in text_of(leader, f"{LIST}&under=H03&state=nonsense")


def test_of_a_closed_month_they_are_as_they_were(leader: Browser, small: Small) -> None:
    small.close()
    assert "như khi chốt ngày" in text_of(leader, LIST)


def test_a_page_at_a_time(leader: Browser, small: Small) -> None:
    with small.registry() as registry:
        for _ in range(50):
            person = registry.person((small.health, LONG_AGO, None))
            registry.account(small.old_account, person=person)
    small.refresh()
    page = leader.get(LIST).text
    following = page[: page.index('rel="next"')].rsplit('href="', 1)[1].split('"')[0]
    text = text_of(leader, following.replace("&amp;", "&"))
    assert "5 hộp thư trên trang này" in text
    assert leader.get(f"{LIST}&cursor=nonsense").status_code == 422


@pytest.mark.parametrize(
    ("kind", "beginning"), [("pdf", b"%PDF-"), ("xlsx", b"PK"), ("csv", "\ufeffKỳ".encode())]
)
def test_the_figures_are_there_as_files(
    leader: Browser, small: Small, kind: str, beginning: bytes
) -> None:
    small.refresh()
    response = leader.get(f"/quan-tri/su-dung/tep/{kind}?month=2026-10&under=H03.1")
    assert response.status_code == 200
    assert response.content.startswith(beginning)
    name = f"ty-le-su-dung-2026-10-H03.1.{kind}"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    if kind == "xlsx":
        assert zipfile.ZipFile(io.BytesIO(response.content)).testzip() is None


def test_there_are_no_other_files(leader: Browser, small: Small) -> None:
    small.refresh()
    assert leader.get("/quan-tri/su-dung/tep/exe?month=2026-10").status_code == 422
    assert leader.get("/quan-tri/su-dung/tep/csv?month=2020-01").status_code == 404
