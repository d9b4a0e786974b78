"""The page that says whether the parts of the product work."""

import threading

import pytest

from identity.roles.models import Role
from kernel.health import Examiner, Finding, State
from kernel.messages import Message
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser

PAGE = "/quan-tri/tinh-trang"
FINE = Finding(State.GOOD, Message("Tốt", "Good"))


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def test_each_part_has_a_word_and_a_sentence(browser: Browser) -> None:
    page = browser.get(PAGE).text
    assert "Danh bạ LDAP không phản hồi" in page  # nobody serves the one that these tests name
    assert "PostgreSQL 1" in page
    assert "Đúng phiên bản" in page
    assert "Không khai báo giao diện của Dovecot" in page
    assert page.count('class="tag with-icon bad"') >= 2  # and there is no worker
    assert "CONGVU_ENCRYPTION" not in page


def test_the_page_reads_in_english_too(browser: Browser) -> None:
    page = browser.get(f"{PAGE}?lang=en").text
    assert "The directory does not answer" in page
    assert "Is not running." in page


def test_a_check_that_hangs_or_breaks_takes_no_other_with_it() -> None:
    released = threading.Event()
    begun = []

    def hangs() -> Finding:
        begun.append(1)
        released.wait(30)
        return FINE

    def breaks() -> Finding:
        raise ZeroDivisionError

    examiner = Examiner({"hangs": hangs, "breaks": breaks, "fine": lambda: FINE}, 0.05)
    first = {one.name: one.finding.state for one in examiner.examine()}
    assert first == {"hangs": State.BAD, "breaks": State.BAD, "fine": State.GOOD}
    examiner.examine()
    assert begun == [1]  # nobody asks again while it hangs
    released.set()
