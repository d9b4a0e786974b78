"""The list of own sessions, and what can be done to them."""

import re

import pytest
from sqlalchemy import select, update

from kernel.audit import AuditRecord
from sso.sessions.cookies import SESSION_COOKIE
from sso.sessions.models import KnownDevice, SignOnSession
from tests.support.clock import MovableClock
from tests.support.registry import NOW
from tests.support.sign_on import Application, Browser, Member, SignOnWorld

PATH = "/tai-khoan/phien"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
DEVICE = {"grant_types": [DEVICE_CODE, "refresh_token"], "scope": ["openid"]}
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def member(world: SignOnWorld) -> Member:
    return world.member()


@pytest.fixture
def own(world: SignOnWorld, member: Member) -> Browser:
    browser = world.browser()
    browser.sign_in(member)
    return browser


@pytest.fixture
def phone(world: SignOnWorld, member: Member) -> Browser:
    browser = world.browser()
    typed = {"identifier": member.login, "password": member.password}
    browser.post("/dang-nhap", typed, headers={"User-Agent": PHONE})
    return browser


def session_in(page: str) -> str:
    """The id in the form of the only other session."""
    (found,) = re.findall(r'name="session" value="([^"]+)"', page)
    return str(found)


def tags(world: SignOnWorld, member: Member) -> list[str]:
    with world.province.db.transaction() as session:
        statement = select(AuditRecord.tag).where(AuditRecord.subject_id == member.id)
        return list(session.scalars(statement.order_by(AuditRecord.id)))


@pytest.mark.usefixtures("phone")
def test_sessions_are_told_apart_by_device_address_and_time(own: Browser) -> None:
    page = own.get(PATH).text
    assert "Safari trên iPhone" in page
    assert page.count("bạn đang dùng") == 1
    assert page.index("bạn đang dùng") < page.index("Safari trên iPhone")
    assert "Đăng nhập hôm nay, 09:00" in page
    assert "Địa chỉ mạng 127.0.0.1" in page
    assert "Safari on iPhone" in own.get(f"{PATH}?lang=en").text


def test_a_session_shows_the_systems_that_it_entered(
    world: SignOnWorld, member: Member, own: Browser
) -> None:
    world.tokens(world.application(), member, own)
    assert "Đã vào: Quản lý văn bản" in own.get(PATH).text


def test_one_session_is_ended_from_afar(
    world: SignOnWorld, member: Member, own: Browser, phone: Browser
) -> None:
    answer = own.post(f"{PATH}/ket-thuc", {"session": session_in(own.get(PATH).text)})
    assert "Phiên đã kết thúc." in own.follow(answer).text
    assert phone.get("/tai-khoan").is_redirect
    assert tags(world, member)[-1] == "sign-on:sessions-ended"


def test_nobody_ends_a_session_of_somebody_else(
    world: SignOnWorld, own: Browser, phone: Browser
) -> None:
    stranger = world.browser()
    stranger.sign_in(world.member("Trần Văn Bảo"))
    theirs = session_in(own.get(PATH).text)
    for action in ("ket-thuc", "khong-phai-toi"):
        page = stranger.follow(stranger.post(f"{PATH}/{action}", {"session": theirs})).text
        assert "Không còn phiên đó trong tài khoản của bạn." in page
        assert "đã kết thúc" not in page
    assert phone.get("/tai-khoan").status_code == 200


def test_that_was_not_me_ends_it_forgets_devices_and_advises(
    world: SignOnWorld, member: Member, own: Browser, phone: Browser
) -> None:
    app = world.application()
    tokens = world.tokens(app, member, phone, scope="openid offline_access")
    theirs = session_in(own.get(PATH).text)
    page = own.follow(own.post(f"{PATH}/khong-phai-toi", {"session": theirs})).text
    assert "Hãy đổi mật khẩu ngay" in page
    assert phone.get("/tai-khoan").is_redirect
    refused = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    with world.province.db.transaction() as session:
        known = session.scalars(select(KnownDevice).where(KnownDevice.expires_at > NOW)).all()
    assert known == []
    assert tags(world, member)[-1] == "sign-on:session-disowned"


def test_whoever_signed_out_first_is_found_all_the_same(
    world: SignOnWorld, member: Member, own: Browser, phone: Browser
) -> None:
    """A thief keeps what outlives the session; the page of the owner still shows the session."""
    app = world.application()
    tokens = world.tokens(app, member, phone, scope="openid offline_access")
    theirs = session_in(own.get(PATH).text)
    phone.post("/dang-xuat")
    page = own.follow(own.post(f"{PATH}/khong-phai-toi", {"session": theirs})).text
    assert "Hãy đổi mật khẩu ngay" in page
    refused = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    with world.province.db.transaction() as session:
        known = session.scalars(select(KnownDevice).where(KnownDevice.expires_at > NOW)).all()
    assert known == []


def test_devices_approved_by_whoever_it_was_are_signed_out_with_it(
    world: SignOnWorld, member: Member, own: Browser, clock: MovableClock
) -> None:
    app = world.application("device", **DEVICE)
    clock.pass_seconds(60)
    other = world.browser()
    other.sign_in(member)
    mine, stolen = (approved_device(world, app, browser) for browser in (own, other))
    own.post(f"{PATH}/khong-phai-toi", {"session": session_in(own.get(PATH).text)})
    answers = [
        world.token(app, grant_type="refresh_token", refresh_token=token).status_code
        for token in (mine, stolen)
    ]
    assert answers == [200, 400]


def approved_device(world: SignOnWorld, app: Application, browser: Browser) -> str:
    """Its refresh token."""
    asked = world.client.post("/oauth2/device_authorization", data={}, auth=app.auth).json()
    browser.post("/thiet-bi", {"user_code": asked["user_code"], "decision": "allow"})
    grant = {"grant_type": DEVICE_CODE, "device_code": asked["device_code"]}
    return str(world.token(app, **grant).json()["refresh_token"])


def test_what_has_ended_by_itself_is_not_said_to_have_been_ended(
    own: Browser, phone: Browser
) -> None:
    theirs = session_in(own.get(PATH).text)
    phone.post("/dang-xuat")
    page = own.follow(own.post(f"{PATH}/ket-thuc", {"session": theirs})).text
    assert "Không còn phiên đó trong tài khoản của bạn." in page


def test_all_others_end_and_this_one_goes_on(own: Browser, phone: Browser) -> None:
    page = own.follow(own.post(f"{PATH}/ket-thuc-khac")).text
    assert "Mọi phiên khác đã kết thúc." in page
    assert "Kết thúc mọi phiên khác" not in page
    assert phone.get("/tai-khoan").is_redirect


def test_signing_out_everywhere_ends_all_and_what_rests_on_them(
    world: SignOnWorld, member: Member, own: Browser, phone: Browser
) -> None:
    app = world.application()
    tokens = world.tokens(app, member, own, scope="openid offline_access")
    page = own.follow(own.post(f"{PATH}/moi-noi"))
    assert page.url.path == "/dang-nhap"
    assert "Bạn đã đăng xuất khỏi mọi nơi" in page.text
    assert SESSION_COOKIE not in own.cookies
    assert phone.get("/tai-khoan").is_redirect
    assert world.introspect(app, tokens["access_token"]) == {"active": False}
    refused = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("action", ["ket-thuc", "khong-phai-toi", "ket-thuc-khac", "moi-noi"])
def test_whoever_is_not_signed_in_is_asked_to(world: SignOnWorld, action: str) -> None:
    form = {"session": "6f1d7d1e-98f0-4c93-9a3e-5d1c1d7c0a55"}
    answer = world.browser().post(f"{PATH}/{action}", form)
    assert answer.headers["Location"] == "/dang-nhap?to=%2Ftai-khoan%2Fphien&done=undone"


@pytest.mark.parametrize("session", ["", "x", "'; DROP TABLE sso_session; --", "\x00", "1" * 9999])
def test_what_is_no_session_is_refused_as_a_page(own: Browser, session: str) -> None:
    answer = own.post(f"{PATH}/ket-thuc", {"session": session}, headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert "không đúng dạng" in answer.text
    assert own.get(PATH).status_code == 200


@pytest.mark.usefixtures("phone")
def test_a_hostile_browser_name_is_shown_as_an_unknown_one(
    world: SignOnWorld, own: Browser
) -> None:
    with world.province.db.transaction() as session:
        hostile = "<script>alert(1)</script>"
        session.execute(update(SignOnSession).values(user_agent=hostile))
    page = own.get(PATH).text
    assert "<script>alert" not in page
    assert page.count("Trình duyệt không rõ") >= 2
