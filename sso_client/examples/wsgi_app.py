"""A WSGI application behind a middleware that wants an access token; the same for Flask or Django.

CONGVU_ISSUER=https://sso.example.gov.vn PUBLIC_URL=https://documents.example.gov.vn \
    gunicorn "wsgi_app:from_environment()"
"""

import json
import os
from collections.abc import Collection, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from wsgiref.util import request_uri

from congvu_sso import (
    AccessToken,
    DpopRequest,
    Refusal,
    SsoError,
    Verifier,
    read_credentials,
    refusal,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TOKEN = "congvu_sso.token"  # noqa: S105  # the name of a place


class TokenRequired:
    """Lets a request pass only with a good token, which the application finds at environ[TOKEN]."""

    def __init__(
        self, application: "WSGIApplication", verifier: Verifier, scopes: Collection[str] = ()
    ) -> None:
        self._application = application
        self._verifier = verifier
        self._scopes = scopes

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        try:
            environ[TOKEN] = self._verified(environ)
        except SsoError as error:
            authorization = environ.get("HTTP_AUTHORIZATION")
            return _answer(refusal(error, authorization=authorization), start_response)
        return self._application(environ, start_response)

    def _verified(self, environ: "WSGIEnvironment") -> AccessToken:
        credentials = read_credentials(environ.get("HTTP_AUTHORIZATION"))
        dpop = None
        if credentials.scheme == "dpop":
            # Behind a proxy, HTTP_HOST and wsgi.url_scheme must be those that clients see.
            address = request_uri(environ, include_query=False)
            proof = environ.get("HTTP_DPOP", "")
            dpop = DpopRequest(proof, environ["REQUEST_METHOD"], address)
        return self._verifier.verify_access_token(
            credentials.token, required_scopes=self._scopes, dpop=dpop
        )


def _answer(answer: Refusal, start_response: "StartResponse") -> Iterable[bytes]:
    status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    start_response(status, [("Content-Type", "application/json"), *answer.headers.items()])
    return [json.dumps({"error": answer.error, "detail": answer.description}).encode()]


def greeting(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
    token: AccessToken = environ[TOKEN]
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"Xin chào {token.subject}".encode()]


def from_environment() -> "WSGIApplication":
    verifier = Verifier(os.environ["CONGVU_ISSUER"], audience=os.environ["PUBLIC_URL"])
    return TokenRequired(greeting, verifier, scopes=["documents:read"])
