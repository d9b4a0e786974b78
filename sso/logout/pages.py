"""What a browser gets that has been signed out, whichever protocol asked for it."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from fastapi import Request, Response

from sso.assembly import SingleSignOn
from sso.clients.registry import Client
from sso.login.destinations import go
from sso.logout import front_channel, texts
from sso.sessions.cookies import forget_session
from sso.sessions.models import Participation
from theme.pages import Pages

pages = Pages(Path(__file__).parent / "templates")

LOADING_SECONDS = 3
"""For the pages of clients to load, before the browser goes on."""
IN_ADDRESSES = ":/%#?=@[]!$&'()*+,;~"
"""What is left as it is in the address of a redirect."""


def signed_out(
    request: Request,
    sign_on: SingleSignOn,
    entered: Iterable[Participation],
    *,
    client: Client | None,
    return_to: str | None,
) -> Response:
    """Back to the client at once, or after a moment when others have pages to load here.

    `return_to` is registered by the client.
    """
    frames = front_channel.addresses_to_open(entered, sign_on.clients.get(), sign_on.issuer)
    if return_to is not None and not frames:
        response: Response = go(return_to)
    else:
        response = _page(request, frames, client, return_to)
    forget_session(response)
    return response


def _page(
    request: Request, frames: list[str], client: Client | None, return_to: str | None
) -> Response:
    response = pages.render(
        request,
        "signed_out.html",
        frames=frames,
        frame_origins=front_channel.origins(frames),
        texts=texts,
        client=client.description if client else None,
        return_to=return_to,
    )
    if return_to is not None:
        address = quote(return_to, safe=IN_ADDRESSES)
        response.headers["Refresh"] = f"{LOADING_SECONDS}; url={address}"
    return response
