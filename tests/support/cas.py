"""Services that speak CAS: how people enter them and what they ask."""

from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element, fromstring

import httpx

from tests.support.sign_on import Browser, Member, SignOnWorld

SERVICE = "https://motcua.backan.gov.vn/c/portal/login"
CAS = {"cas": "http://www.yale.edu/tp/cas"}


def ticket_of(response: httpx.Response) -> str:
    assert response.is_redirect, response.text
    return parse_qs(urlsplit(response.headers["Location"]).query)["ticket"][0]


def enter(browser: Browser, member: Member, service: str = SERVICE, **more: str) -> str:
    """A service ticket; signs in where asked."""
    response = browser.follow(browser.get("/cas/login", params={"service": service, **more}))
    if not response.is_redirect:
        response = browser.sign_in(member, response)
    assert response.headers["Location"].startswith(service)
    return ticket_of(response)


def validate(
    world: SignOnWorld,
    ticket: str,
    service: str = SERVICE,
    path: str = "p3/serviceValidate",
    **more: str,
) -> Element:
    query = {"service": service, "ticket": ticket, **more}
    response = world.client.get(f"/cas/{path}", params=query)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return parsed(response)


def parsed(response: httpx.Response) -> Element:
    return fromstring(response.content)  # noqa: S314  # our own answer


def failure(answer: Element, of: str = "authentication") -> str | None:
    found = answer.find(f"cas:{of}Failure", CAS)
    return None if found is None else found.get("code")


def user(answer: Element) -> str | None:
    return answer.findtext("cas:authenticationSuccess/cas:user", None, CAS)


def attribute(answer: Element, name: str) -> str | None:
    found = f"cas:authenticationSuccess/cas:attributes/cas:{name}"
    return answer.findtext(found, None, CAS)
