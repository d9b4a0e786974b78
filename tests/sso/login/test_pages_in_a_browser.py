"""Every page in a real browser: accessible in both languages, schemes and sizes of screen."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from identity.accounts.reset_mail import RESET_PATH
from sso.login.destinations import (
    CHANGE_PATH,
    FORGOTTEN_PATH,
    HOME_PATH,
    ME_PATH,
    NEW_PASSWORD_PATH,
    SECURITY_PATH,
    SESSIONS_PATH,
    SIGN_IN_PATH,
    SYSTEMS_PATH,
)
from tests.support.accessibility import assert_good_page
from tests.support.chromium import browsing, chromium, page
from tests.support.password_states import (
    activation_code,
    acts_for,
    mail_can_be_sent,
    must_change,
    reset_code,
)
from tests.support.person import without_complaints
from tests.support.sign_on import PASSWORD, Member, SignOnWorld

__all__ = ["browsing", "chromium", "page"]

PHONE = "0912345678"
LONG_NAME = "Công Tằng Tôn Nữ Hoàng Nguyễn Thị Thanh Huyền Trang"
LONG_OFFICE = (
    "Ban Quản lý dự án đầu tư xây dựng các công trình nông nghiệp và phát triển nông thôn, "
    "trực thuộc Sở Nông nghiệp và Môi trường"
)


class Visit:
    """Somebody at the browser who reads one language."""

    def __init__(
        self, page: Page, world: SignOnWorld, patch: pytest.MonkeyPatch, language: str
    ) -> None:
        self.page, self.world, self._patch = page, world, patch
        self.open(f"{SIGN_IN_PATH}?lang={language}")  # remembered from now on

    def can_mail(self) -> None:
        mail_can_be_sent(self.world, self._patch)

    def open(self, path: str) -> None:
        self.page.goto(str(self.world.client.base_url.join(path)))

    def authorize(self, **changes: Any) -> None:
        """Arrive from a system whose description has these changes."""
        parameters = changes.pop("parameters", {})
        app = self.world.application(**changes)
        query = self.world.client.build_request(
            "GET", "/oauth2/authorize", params=self.world.authorization(app, **parameters)
        )
        self.page.goto(str(query.url))

    def fill(self, **typed: str) -> None:
        for name, value in typed.items():
            self.page.fill(f"[name={name}]", value)
        self.page.click("main form .button >> nth=0")

    def sign_in(self, member: Member) -> None:
        self.fill(identifier=member.login, password=member.password)

    def member(self) -> Member:
        office = self.world.province.organisation(LONG_OFFICE)
        position = "Phó Trưởng phòng phụ trách " * 3
        return self.world.member(LONG_NAME, organisation=office, position=position, phone=PHONE)


def sign_in(visit: Visit) -> None:
    visit.authorize()


def sign_in_alone(visit: Visit) -> None:
    visit.open(SIGN_IN_PATH)


def sign_in_refused(visit: Visit) -> None:
    visit.authorize()
    visit.fill(identifier="nganth", password="sai rồi")


def sign_in_empty(visit: Visit) -> None:
    visit.open(SIGN_IN_PATH)
    visit.fill(identifier="", password="")


def sign_in_too_often(visit: Visit) -> None:
    visit.open(SIGN_IN_PATH)
    for _ in range(7):
        visit.fill(identifier="nganth", password="sai rồi")


def activation(visit: Visit) -> None:
    visit.open("/kich-hoat#7K2M-QX4T-9FDA-W0CE")


def activation_refused(visit: Visit) -> None:
    visit.open("/kich-hoat")
    visit.fill(code="7K2M-QX4T-9FDA-W0CE", password="ngắn", again="ngan")


def home(visit: Visit, systems: int = 3) -> None:
    for number in range(systems):
        visit.world.application(
            f"app-{number}",
            client_name=f"Hệ thống số {number} của {LONG_OFFICE}",
            client_name_en=None,
            summary="Gửi, nhận, ký số văn bản và theo dõi việc được giao" if number % 2 else None,
            client_uri=f"https://app{number}.example/",
        )
    visit.open(SIGN_IN_PATH)
    visit.sign_in(visit.member())
    assert visit.page.url.endswith(HOME_PATH)


def home_with_many(visit: Visit) -> None:
    home(visit, 30)


def home_with_nothing(visit: Visit) -> None:
    home(visit, 0)


def about_me(visit: Visit) -> None:
    member = visit.member()
    acts_for(visit.world, member, LONG_OFFICE)
    visit.open(ME_PATH)
    visit.sign_in(member)


def security(visit: Visit) -> None:
    visit.open(SECURITY_PATH)
    visit.sign_in(visit.member())


def sessions(visit: Visit) -> None:
    member = visit.member()
    other = visit.world.browser()
    visit.world.tokens(visit.world.application("mail"), member, other)
    visit.open(SESSIONS_PATH)
    visit.sign_in(member)
    assert visit.page.url.endswith(SESSIONS_PATH)


def disowned(visit: Visit) -> None:
    sessions(visit)
    visit.page.click("button.danger >> nth=0")


def systems(visit: Visit) -> None:
    member = visit.member()
    app = visit.world.application("mail")
    visit.world.tokens(app, member, scope="openid profile email offline_access")
    visit.open(SYSTEMS_PATH)
    visit.sign_in(member)


def change(visit: Visit) -> None:
    visit.open(CHANGE_PATH)
    visit.sign_in(visit.member())


def change_refused(visit: Visit) -> None:
    visit.open(CHANGE_PATH)
    visit.sign_in(visit.member())
    visit.fill(current="chim hót trên cành 7", password="cong tang 1", again="cong tang 1")


def consent(visit: Visit) -> None:
    visit.authorize(
        require_consent=True,
        policy_uri="https://app.example/policy",
        parameters={"scope": "openid profile email staff offline_access"},
    )
    visit.sign_in(visit.member())


def no_access(visit: Visit) -> None:
    visit.authorize(allowed_account_kinds=["organisation"])
    visit.sign_in(visit.member())


def refused(visit: Visit) -> None:
    visit.authorize(parameters={"redirect_uri": "https://evil.example/"})


def expired(visit: Visit) -> None:
    visit.open("/oauth2/resume?request=unknown")


def new_password(visit: Visit) -> None:
    member = visit.member()
    must_change(visit.world, member)
    visit.authorize()
    visit.sign_in(member)
    visit.fill(password="mưa", again="mưa")
    assert NEW_PASSWORD_PATH in visit.page.url


def activated(visit: Visit) -> None:
    code = activation_code(visit.world)
    visit.open("/kich-hoat")
    visit.fill(code=code, password=PASSWORD, again=PASSWORD)


def forgotten_without_mail(visit: Visit) -> None:
    visit.open(FORGOTTEN_PATH)


def forgotten(visit: Visit) -> None:
    visit.can_mail()
    visit.open(FORGOTTEN_PATH)
    visit.fill(identifier="")


def forgotten_sent(visit: Visit) -> None:
    visit.can_mail()
    visit.open(FORGOTTEN_PATH)
    visit.fill(identifier="nganth@backan.gov.vn")


def reset(visit: Visit) -> None:
    visit.open(f"{RESET_PATH}#{'-'.join(['7K2M'] * 13)}")
    visit.fill(password=PASSWORD, again=PASSWORD)


def reset_done(visit: Visit) -> None:
    visit.open(f"{RESET_PATH}#{reset_code(visit.world, visit.member())}")
    visit.fill(password="suối reo bên bản 9", again="suối reo bên bản 9")


def choose(visit: Visit) -> None:
    member = visit.member()
    acts_for(visit.world, member, LONG_OFFICE)
    visit.authorize(
        allow_acting=True,
        allowed_account_kinds=["personal", "organisation"],
    )
    visit.sign_in(member)


def no_page(visit: Visit) -> None:
    visit.open("/khong-co-trang-nay")


def sign_out(visit: Visit) -> None:
    home(visit)
    visit.page.set_viewport_size({"width": 1366, "height": 768})  # the menu is open there
    visit.page.click(".me-links a[href='/dang-xuat']")


def signed_out(visit: Visit) -> None:
    sign_out(visit)
    visit.page.click("main form button")


def device(visit: Visit) -> None:
    visit.open("/thiet-bi?user_code=BCDFGHJK")


def device_question(visit: Visit) -> None:
    member, world = visit.member(), visit.world
    app = world.application(grant_types=["urn:ietf:params:oauth:grant-type:device_code"])
    asked = world.client.post(
        "/oauth2/device_authorization", data={"scope": "openid profile"}, auth=app.auth
    ).json()
    visit.open(SIGN_IN_PATH)
    visit.sign_in(member)
    visit.open(f"/thiet-bi?user_code={asked['user_code']}")
    visit.page.click("main form .button")


def device_done(visit: Visit) -> None:
    device_question(visit)
    visit.page.click("main form .button >> nth=0")


SCENES: tuple[Callable[[Visit], None], ...] = (
    sign_in,
    sign_in_alone,
    sign_in_refused,
    sign_in_empty,
    sign_in_too_often,
    activation,
    activation_refused,
    home,
    home_with_many,
    home_with_nothing,
    about_me,
    security,
    sessions,
    disowned,
    systems,
    change,
    change_refused,
    consent,
    no_access,
    refused,
    expired,
    new_password,
    activated,
    forgotten_without_mail,
    forgotten,
    forgotten_sent,
    reset,
    reset_done,
    choose,
    no_page,
    sign_out,
    signed_out,
    device,
    device_question,
    device_done,
)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_page_is_for_everybody(
    page: Page,
    world: SignOnWorld,
    monkeypatch: pytest.MonkeyPatch,
    scene: Callable[[Visit], None],
    language: str,
) -> None:
    with without_complaints(page):
        scene(Visit(page, world, monkeypatch, language))
        assert page.get_attribute("html", "lang") == language
        assert_good_page(page, f"{scene.__name__}-{language}")
