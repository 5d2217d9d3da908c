"""The language of a page: the one that its reader chose, else one that the browser asks for."""

from typing import Final

from fastapi import Request
from fastapi.responses import Response

from backend.auth import cookie_name
from backend.pages.support.forms import set_cookie
from rendering.languages.translation import LANGUAGES, PSEUDO, accepted

COOKIE: Final = "roadmap_language"
COOKIE_TTL_SECONDS: Final = 365 * 86_400


def language_for(request: Request) -> str:
    """Return the language in which a request is answered."""
    chosen = request.cookies.get(cookie_name(request, COOKIE), "")
    return chosen if chosen in LANGUAGES or chosen == PSEUDO else accepted(request.headers.get("accept-language", ""))


def keep_language(request: Request, response: Response, code: str) -> None:
    """Keep a choice in the browser. It is sent with links of other sites too: a page must not change its language."""
    set_cookie(request, response, COOKIE, code, seconds=COOKIE_TTL_SECONDS, same_site="lax")
