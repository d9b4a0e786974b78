"""What every page says to browsers besides its words."""

import pytest

from sso.login.destinations import RETURNS
from tests.support.sign_on import SignOnWorld

OPEN = ("/dang-nhap", "/kich-hoat", "/quen-mat-khau", "/dat-lai-mat-khau", "/khong-co-trang-nay")
FORMS = (
    "/dang-nhap",
    "/kich-hoat",
    "/quen-mat-khau",
    "/dat-lai-mat-khau",
    "/mat-khau-moi",
    "/doi-mat-khau",
    "/chon-tai-khoan?request=x",
    "/dong-y?request=x",
    "/khong-co-quyen?request=x",
    "/tai-khoan/phien/ket-thuc",
    "/tai-khoan/phien/khong-phai-toi",
    "/tai-khoan/phien/ket-thuc-khac",
    "/tai-khoan/phien/moi-noi",
    "/tai-khoan/he-thong/thu-hoi",
    "/dang-xuat",
    "/thiet-bi",
)


@pytest.mark.parametrize("path", [*OPEN, *sorted(RETURNS)])
def test_no_page_can_be_framed_cached_or_scripted(world: SignOnWorld, path: str) -> None:
    browser = world.browser()
    if path in RETURNS:
        browser.sign_in(world.member())
    page = browser.get(path, headers={"Accept": "text/html"})
    assert page.status_code in {200, 404}
    policy = page.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script>" not in page.text
    assert " style=" not in page.text
    assert " onclick=" not in page.text


@pytest.mark.parametrize("path", FORMS)
def test_no_form_can_be_sent_from_another_site(world: SignOnWorld, path: str) -> None:
    browser = world.browser()
    browser.sign_in(world.member())
    answer = browser.post(path, headers={"Sec-Fetch-Site": "cross-site", "Accept": "text/html"})
    assert answer.status_code == 403
    assert "cross-origin-request" in answer.text


def test_styles_and_scripts_are_named_by_their_content_and_kept(world: SignOnWorld) -> None:
    page = world.browser().get("/dang-nhap").text
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    style = world.client.get(address)
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert style.headers["X-Content-Type-Options"] == "nosniff"
    known = style.headers["ETag"]
    assert world.client.get(address, headers={"If-None-Match": known}).status_code == 304
    for other in ("", "?v=", "?v=0123456789ab", f"{address[address.index('?') :]}&v=2"):
        kept = world.client.get(f"/static/theme/page.css{other}").headers["Cache-Control"]
        assert kept == "public, max-age=300", other


def test_nothing_beside_the_files_of_pages_can_be_fetched(world: SignOnWorld) -> None:
    for path in ("../pages.py", "..%2Fpages.py", "%2e%2e/templates/page.html", ""):
        assert world.client.get(f"/static/theme/{path}").status_code in {404, 405}
