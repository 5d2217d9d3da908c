"""Forms: reading them, and refusing those that another site sent.

Three walls, each enough by itself in a browser of today: the cookies are SameSite=Strict, the browser says where a
form comes from, and a form carries the token that its page was given.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response

from backend.auth import COOKIE as TOKEN_COOKIE
from backend.auth import SECURE_PREFIX, cookie_name
from backend.middleware.http_guard import same_host
from domain.errors import InvalidInput
from domain.text.blank import is_blank

COOKIE: Final = "roadmap_form"
MAX_FORM_BYTES: Final = 64 * 1024
"""Bytes of a form."""
MAX_FIELDS: Final = 2000


class ForeignForm(Exception):
    """The form was not sent from a page of ours, or from one that is too old."""


class Form:
    """The fields of a form. Texts keep their lines; line ends are those of Unix."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = [(name, value.replace("\r\n", "\n")) for name, value in pairs]

    def __getitem__(self, name: str) -> str:
        """Without blanks around it; empty where the form has no such field, or nothing can be seen of it."""
        value = next((value for key, value in self._pairs if key == name), "").strip()
        return "" if is_blank(value) else value

    def all(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]

    def below(self, prefix: str) -> Mapping[str, list[str]]:
        """Fields whose names begin with `prefix`, by what follows it."""
        found: dict[str, list[str]] = {}
        for name, value in self._pairs:
            if name.startswith(prefix):
                found.setdefault(name.removeprefix(prefix), []).append(value)
        return found


def number(text: str, otherwise: str) -> int:
    """What a hidden field or a choice holds. Raises InvalidInput that says `otherwise`."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise InvalidInput(otherwise)
    return int(text)


def form_token(request: Request) -> str:
    """The token of this browser's forms: that of its cookie, or a new one for the answer to set."""
    known = _known_token(request)
    if not hasattr(request.state, "form_token"):
        request.state.form_token = known if len(known) >= 32 else secrets.token_urlsafe(24)
    return str(request.state.form_token)


def renew_token(request: Request, response: Response) -> None:
    """Give the browser another token: whoever knew the one from before it signed in or out knows nothing now."""
    request.state.form_token = secrets.token_urlsafe(24)
    keep_token(request, response)


def _known_token(request: Request) -> str:
    return request.cookies.get(cookie_name(request, COOKIE), "")


def keep_token(request: Request, response: Response) -> None:
    """Sets the cookie beside a page whose forms carry its token."""
    token = form_token(request)
    if _known_token(request) != token:
        set_cookie(request, response, COOKIE, token)
    for name in (COOKIE, TOKEN_COOKIE):
        if name in request.cookies and name != cookie_name(request, name):  # of a version that had no prefix
            response.delete_cookie(name, path=_plain_path(request), secure=True, httponly=True, samesite="strict")


def set_cookie(request: Request, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """One that scripts cannot read and other sites cannot send."""
    full = cookie_name(request, name)
    response.set_cookie(
        full,
        value,
        max_age=seconds,
        path=_path_of(request, full),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    full = cookie_name(request, name)
    secure = request.url.scheme == "https"
    response.delete_cookie(full, path=_path_of(request, full), secure=secure, httponly=True, samesite="strict")


def _path_of(request: Request, name: str) -> str:
    return "/" if name.startswith(SECURE_PREFIX) else _plain_path(request)


def _plain_path(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/") + "/"


async def read_form(request: Request) -> Form:
    """The fields of a form that a page of ours sent. Raises ForeignForm, and InvalidInput for one that is too large."""
    if not _is_from_here(request):
        raise ForeignForm
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise InvalidInput("The form is too large: at most 64 KB can be sent.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise InvalidInput("The form cannot be read.") from error
    form = Form(pairs)
    known = _known_token(request)
    if not known or not secrets.compare_digest(known.encode(), form["csrf"].encode()):
        raise ForeignForm
    return form


def _is_from_here(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or same_host(origin, request.headers)
