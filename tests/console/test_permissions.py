"""Every route of the console, tried by everybody: what is not for them is not shown to them."""

from collections.abc import Iterator
from inspect import getclosurevars

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from console.routers import ROUTERS, UPLOADS
from console.session.access import caller_of, require
from identity.roles.models import Role
from kernel.access import PERMISSION_NAMES, Permission
from kernel.same_origin import require_same_origin
from tests.support.console import ConsoleWorld
from tests.support.sign_on import Browser

OPEN = {
    "/quan-tri/vao",  # to the sign-in page
    "/quan-tri/da-dang-nhap",  # and back
    "/quan-tri/da-vao",
    "/tai-khoan/hop-thu",  # asks for the person's own sign-in
}
SOMEBODY = "00000000-0000-4000-8000-000000000000"
Rule = tuple[str, str, Permission | None]


def routes() -> Iterator[APIRoute]:
    for router in (*UPLOADS, *ROUTERS):
        for route in router.routes:
            assert isinstance(route, APIRoute), route
            yield route


def calls_of(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from calls_of(below)


def permission_of(route: APIRoute) -> Permission | None:
    """What it asks for, or None where being signed in is enough."""
    asked = {
        getclosurevars(call).nonlocals["permission"]
        for call in calls_of(route.dependant)
        if getattr(call, "__qualname__", "") == f"{require.__qualname__}.<locals>.caller"
        and callable(call)
    }
    assert len(asked) <= 1, route.path
    return asked.pop() if asked else None


def rules() -> list[Rule]:
    return [
        (method, route.path, permission_of(route))
        for route in routes()
        if route.path not in OPEN
        for method in sorted(route.methods or ())
    ]


def test_every_route_asks_who_is_there() -> None:
    for route in routes():
        calls = list(calls_of(route.dependant))
        assert (route.path in OPEN) != (caller_of in calls), route.path


def test_every_route_that_changes_something_takes_forms_of_ours_only() -> None:
    for route in routes():
        if (route.methods or set()) - {"GET", "HEAD"}:
            assert require_same_origin in calls_of(route.dependant), route.path


def ask(browser: Browser, method: str, path: str) -> tuple[int, str]:
    address = "/".join(SOMEBODY if part.startswith("{") else part for part in path.split("/"))
    answer = browser.post(address) if method == "POST" else browser.get(address)
    return answer.status_code, answer.headers.get("location", "")


def test_a_stranger_gets_no_further_than_the_sign_in(console: ConsoleWorld) -> None:
    stranger = console.sign_on.browser()
    for method, path, _ in rules():
        status, location = ask(stranger, method, path)
        if method == "GET":
            assert location.startswith("/quan-tri/vao?back="), path
        else:
            assert status == 401, path


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_its_permissions_say_and_nothing_else(
    console: ConsoleWorld, role: Role
) -> None:
    browser = console.browser(console.holder(role))
    for method, path, permission in rules():
        status, _ = ask(browser, method, path)
        allowed = permission is None or permission in role.permissions
        assert (status != 403) == allowed, (method, path, status)


def test_staff_without_a_role_open_nothing(console: ConsoleWorld) -> None:
    browser = console.browser(console.sign_on.member())
    for method, path, permission in rules():
        status, _ = ask(browser, method, path)
        if permission is not None:
            assert status == 403, (method, path)


def test_a_missing_permission_is_told_in_words(console: ConsoleWorld) -> None:
    page = console.browser(console.holder(Role.LEADER)).get("/quan-tri/can-bo")
    assert page.status_code == 403
    assert "Việc này cần quyền “xem cán bộ” (people:read)" in page.text
    assert PERMISSION_NAMES.keys() == set(Permission)
