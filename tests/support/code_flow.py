"""The authorization code flow of a client with a secret, from the request to the tokens."""

import base64
import hashlib
import secrets
import ssl
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.support.headless import headless
from tests.support.provider import Member, Provider, Registered


def tokens_for(
    provider: Provider,
    client: Registered,
    member: Member,
    redirect_uri: str,
    *,
    resource: str | None = None,
    verify: ssl.SSLContext | bool = True,
) -> Any:
    """What the token endpoint answers. The person signs in with no cookies from before."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    question = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "openid profile email",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        **({"resource": resource} if resource else {}),
    }
    with headless(verify=verify) as person:
        address = f"{provider.issuer}/oauth2/authorize?{urlencode(question)}"
        answer = person.authorise(address, member, until=redirect_uri)
    exchange = httpx.post(
        f"{provider.issuer}/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "code": parse_qs(urlsplit(answer).query)["code"][0],
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        },
        auth=(client.client_id, client.secret),
        verify=verify,
    )
    assert exchange.status_code == 200, exchange.text
    return exchange.json()
