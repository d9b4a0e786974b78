"""Which language a page is read in, and the cookie that remembers it."""

from fastapi import Request, Response

LANGUAGES = ("vi", "en")
COOKIE = "__Host-congvu-language"
A_YEAR = 365 * 24 * 3600


def language_of(request: Request) -> str:
    """What the reader chooses or chose, else what the system that sent them asks for.

    `?lang=en`; the cookie; `?ui_locales=en` (OpenID Connect Core section 3.1.2.1); Vietnamese.
    """
    candidates = (chosen(request), request.cookies.get(COOKIE), *_wished(request))
    return next((name for name in candidates if name in LANGUAGES), LANGUAGES[0])


def chosen(request: Request) -> str | None:
    name = request.query_params.get("lang")
    return name if name in LANGUAGES else None


def _wished(request: Request) -> list[str]:
    tags = request.query_params.get("ui_locales", "")[:200].split()
    return [tag.lower().split("-")[0] for tag in tags]


def remember(request: Request, response: Response) -> None:
    """Keep a choice for a year, so that it also holds where no address carries it."""
    name = chosen(request)
    if name is not None and request.cookies.get(COOKIE) != name:
        response.set_cookie(
            COOKIE, name, max_age=A_YEAR, path="/", secure=True, httponly=True, samesite="lax"
        )
