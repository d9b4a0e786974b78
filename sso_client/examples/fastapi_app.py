"""A FastAPI application whose routes want scopes of an access token.

CONGVU_ISSUER=https://sso.example.gov.vn PUBLIC_URL=https://documents.example.gov.vn \
    uvicorn --factory fastapi_app:from_environment
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Form, HTTPException, Request

from congvu_sso import (
    AccessToken,
    DpopRequest,
    SsoError,
    Unavailable,
    Verifier,
    read_credentials,
    refusal,
)

REFRESH_SECONDS = 60


def needs(verifier: Verifier, public_url: str, *scopes: str) -> Callable[[Request], AccessToken]:
    """A dependency: the verified token, or 401, 403 or 503 with WWW-Authenticate.

    It is a `def`, so FastAPI runs it in a thread: verification only computes, but once in a while
    it fetches keys.
    """

    def verified(request: Request) -> AccessToken:
        authorization = request.headers.get("authorization")
        try:
            credentials = read_credentials(authorization)
            dpop = _dpop(request, public_url) if credentials.scheme == "dpop" else None
            return verifier.verify_access_token(
                credentials.token, required_scopes=scopes, dpop=dpop
            )
        except SsoError as error:
            answer = refusal(error, authorization=authorization)
            raise HTTPException(answer.status, answer.description, answer.headers) from error

    return verified


def _dpop(request: Request, public_url: str) -> DpopRequest:
    """All DPoP headers joined: two of them make no proof. The address is the one clients use."""
    proof = ",".join(request.headers.getlist("dpop"))
    return DpopRequest(proof, request.method, public_url + request.url.path)


def create_app(verifier: Verifier, public_url: str, client_id: str) -> FastAPI:
    @contextlib.asynccontextmanager
    async def fresh_keys(_: FastAPI) -> AsyncIterator[None]:
        """Optional: keys are renewed by a timer, so that no request ever waits for them."""
        task = asyncio.create_task(_keep_fresh(verifier))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    app = FastAPI(lifespan=fresh_keys)
    reads = Annotated[AccessToken, Depends(needs(verifier, public_url, "documents:read"))]
    writes = Annotated[AccessToken, Depends(needs(verifier, public_url, "documents:write"))]

    @app.get("/documents")
    def list_documents(token: reads) -> dict[str, str | None]:
        acting = token.actor.subject if token.actor else None
        return {"for": token.subject, "by": acting}

    @app.post("/documents")
    def write_document(token: writes) -> dict[str, str]:
        return {"for": token.subject}

    @app.post("/backchannel-logout")
    def end_sessions(logout_token: Annotated[str, Form()]) -> dict[str, str | None]:
        """Where a system keeps sessions of its own: registered as its backchannel_logout_uri."""
        try:
            ended = verifier.verify_logout_token(logout_token, client_id)
        except Unavailable as error:
            raise HTTPException(503, error.code) from error
        except SsoError as error:
            raise HTTPException(400, error.code) from error
        # Here: delete the sessions with ended.session_id, or all of ended.subject.
        return {"sid": ended.session_id, "sub": ended.subject}

    return app


async def _keep_fresh(verifier: Verifier) -> None:
    while True:
        with contextlib.suppress(Unavailable):  # logged; the keys there are stay in use
            await asyncio.to_thread(verifier.refresh)
        await asyncio.sleep(REFRESH_SECONDS)


def from_environment() -> FastAPI:
    public_url = os.environ["PUBLIC_URL"]
    verifier = Verifier(os.environ["CONGVU_ISSUER"], audience=public_url)
    return create_app(verifier, public_url, os.environ.get("CLIENT_ID", "documents"))
