"""Connected systems at the console."""

import pytest

from identity.roles.models import Role
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser

PAGE = "/quan-tri/he-thong"


@pytest.fixture
def browser(console: ConsoleWorld) -> Browser:
    return console.browser(console.holder(Role.IT, name="Lê Thị Hoa"))


def test_systems_are_found_by_name_and_described_in_words(
    console: ConsoleWorld, browser: Browser
) -> None:
    console.sign_on.application("qlvb", client_name="Quản lý <b>văn bản</b>")
    for query in ("", "?q=quan+ly", "?q=QLVB"):
        page = browser.get(PAGE + query).text
        assert "Quản lý &lt;b&gt;văn bản&lt;/b&gt;" in page, query
    assert "Không có hệ thống nào như vậy" in browser.get(f"{PAGE}?q=khong-co").text
    part = browser.get(PAGE, headers={"HX-Request": "true", "HX-Target": "results"}).text
    assert part.startswith('<div id="results">')
    page = browser.get(f"{PAGE}/qlvb").text
    assert "https://app.example/callback" in page
    assert "Chưa ai dùng" in page
    assert browser.get(f"{PAGE}/khong-co").status_code == 404


def test_a_secret_is_shown_once_and_the_former_one_overlaps(
    console: ConsoleWorld, browser: Browser
) -> None:
    app = console.sign_on.application("qlvb")
    assert "Mã cũ còn dùng được" in browser.get(f"{PAGE}/qlvb/ma-bi-mat").text
    refused = browser.post(f"{PAGE}/qlvb/ma-bi-mat", {"reason": "x"})
    assert refused.status_code == 422
    page = browser.post(f"{PAGE}/qlvb/ma-bi-mat", {"reason": "định kỳ", "overlap": "24"}).text
    secret = "congvu_client" + page.partition("congvu_client")[2].partition("<")[0]
    assert secret not in browser.get(f"{PAGE}/qlvb").text
    console.sign_on.services.sign_on.clients.reload()
    client = console.sign_on.services.sign_on.clients.get().find("qlvb")
    assert client is not None
    assert app.secret is not None
    now = console.sign_on.services.clock()
    assert client.check_secret(secret, now)
    assert client.check_secret(app.secret, now)


def test_a_system_is_disabled_by_its_name_and_enabled_again(
    console: ConsoleWorld, browser: Browser
) -> None:
    console.sign_on.application("qlvb")
    form = {"reason": "ngừng thử", "wanted": "disabled", "confirmation": "sai"}
    refused = browser.post(f"{PAGE}/qlvb/trang-thai", form)
    assert refused.status_code == 422
    assert 'value="ngừng thử"' in refused.text
    answer = browser.post(f"{PAGE}/qlvb/trang-thai", {**form, "confirmation": "qlvb"})
    assert "Đã ngừng" in browser.follow(answer).text
    again = {"reason": "chạy lại", "wanted": "enabled"}
    answer = browser.post(f"{PAGE}/qlvb/trang-thai", again)
    assert "Hệ thống chạy lại" in browser.follow(answer).text
