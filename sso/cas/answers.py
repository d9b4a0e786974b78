"""Answers in the XML of CAS 2.0 and 3.0, or as JSON (appendix A and section 2.5.2)."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from sso.cas.errors import CasRefusal
from sso.cas.validation import Validated

NAMESPACE = "http://www.yale.edu/tp/cas"
XML = "application/xml;charset=UTF-8"

register_namespace("cas", NAMESPACE)


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def success_xml(found: Validated) -> bytes:
    root, inner = _root("authenticationSuccess")
    SubElement(inner, _name("user")).text = found.user
    if found.attributes:
        attributes = SubElement(inner, _name("attributes"))
        for name, value in _pairs(found.attributes):
            SubElement(attributes, _name(name)).text = value
    if found.granting_iou is not None:
        SubElement(inner, _name("proxyGrantingTicket")).text = found.granting_iou
    if found.proxies:
        proxies = SubElement(inner, _name("proxies"))
        for proxy in found.proxies:
            SubElement(proxies, _name("proxy")).text = proxy
    return _text(root)


def failure_xml(refusal: CasRefusal, *, of: str = "authentication") -> bytes:
    """`of` is what failed: `authentication` or `proxy`."""
    root, inner = _root(f"{of}Failure", code=refusal.code)
    inner.text = refusal.sentence
    return _text(root)


def proxy_xml(ticket: str) -> bytes:
    root, inner = _root("proxySuccess")
    SubElement(inner, _name("proxyTicket")).text = ticket
    return _text(root)


def success_json(found: Validated) -> dict[str, Any]:
    inner: dict[str, Any] = {"user": found.user}
    if found.attributes:
        inner["attributes"] = dict(found.attributes)
    if found.granting_iou is not None:
        inner["proxyGrantingTicket"] = found.granting_iou
    if found.proxies:
        inner["proxies"] = list(found.proxies)
    return {"serviceResponse": {"authenticationSuccess": inner}}


def failure_json(refusal: CasRefusal) -> dict[str, Any]:
    inner = {"code": refusal.code, "description": refusal.sentence}
    return {"serviceResponse": {"authenticationFailure": inner}}


def _text(root: Element) -> bytes:
    text: bytes = tostring(root, encoding="utf-8")
    return text


def _root(local: str, **attributes: str) -> tuple[Element, Element]:
    root = Element(_name("serviceResponse"))
    return root, SubElement(root, _name(local), attributes)


def _pairs(attributes: Any) -> Iterator[tuple[str, str]]:
    """An attribute with several values is an element for each."""
    for name, value in attributes.items():
        for item in value if isinstance(value, list) else [value]:
            yield name, str(item).lower() if isinstance(item, bool) else str(item)
