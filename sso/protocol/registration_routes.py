"""Registration over HTTP: JSON in and out, errors as RFC 7591 section 3.2.2 has them."""

from collections.abc import Callable
from typing import Annotated

import anyio.to_thread
from authlib.oauth2 import OAuth2Error
from fastapi import APIRouter, Path, Request, Response

from kernel.http import client_address, request_id_of
from sso.http import SignOn
from sso.protocol.back_channel import refusal
from sso.protocol.errors import InvalidToken
from sso.protocol.http import Answer, read_body
from sso.protocol.registration import REGISTER_PATH, RegistrationRequest

router = APIRouter(include_in_schema=False)

LONGEST_TOKEN = 200
ClientName = Annotated[str, Path(max_length=100)]


@router.post(REGISTER_PATH)
async def register(request: Request, sign_on: SignOn) -> Response:
    return await _answered(request, sign_on.registration.create, has_body=True)


@router.get(f"{REGISTER_PATH}/{{client_id}}")
async def read(request: Request, sign_on: SignOn, client_id: ClientName) -> Response:
    return await _answered(request, lambda asked: sign_on.registration.read(client_id, asked))


@router.put(f"{REGISTER_PATH}/{{client_id}}")
async def replace(request: Request, sign_on: SignOn, client_id: ClientName) -> Response:
    return await _answered(
        request, lambda asked: sign_on.registration.replace(client_id, asked), has_body=True
    )


@router.delete(f"{REGISTER_PATH}/{{client_id}}")
async def delete(request: Request, sign_on: SignOn, client_id: ClientName) -> Response:
    return await _answered(request, lambda asked: sign_on.registration.delete(client_id, asked))


async def _answered(
    request: Request,
    action: Callable[[RegistrationRequest], Answer],
    *,
    has_body: bool = False,
) -> Response:
    try:
        asked = RegistrationRequest(
            token=_token(request),
            body=await read_body(request.receive) if has_body else b"",
            media_type=_media_type(request),
            address=client_address(request),
            request_id=request_id_of(request),
        )
        answer = await anyio.to_thread.run_sync(action, asked)
    except OAuth2Error as error:
        answer = refusal(error, "Bearer")
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    media_type = answer.media_type.decode() if answer.body else None
    return Response(answer.encoded(), answer.status, headers, media_type)


def _token(request: Request) -> str:
    """Empty when there is none. Raises InvalidToken for whatever is no single bearer token."""
    values = request.headers.getlist("authorization")
    if not values:
        return ""
    scheme, _, token = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer" or len(token) > LONGEST_TOKEN:
        raise InvalidToken("One bearer token is needed.")
    return token.strip()


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
