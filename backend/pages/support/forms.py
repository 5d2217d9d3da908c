"""Forms: reading them, and rejecting those that another site sent (CSRF).

Three defences, each sufficient in a current browser: cookies are SameSite=Strict, the browser names the origin of a
form, and a form contains the token of its page.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import Response

from backend.auth import COOKIE as TOKEN_COOKIE
from backend.auth import SECURE_PREFIX, cookie_name
from backend.middleware.http_guard import same_host
from domain.errors import InvalidInput
from domain.text.blank import is_blank
from orchestrator.learners.feedback import MAX_NOTE_LENGTH

COOKIE: Final = "roadmap_form"
MAX_FORM_BYTES: Final = 12 * MAX_NOTE_LENGTH + 16 * 1024
"""Bytes: a character of the longest field has at most 12 when it is sent, and the other fields need some room."""
MAX_FIELDS: Final = 2000


class ForeignForm(Exception):
    """The form was not sent from a page of ours, or from one whose token has changed."""


class Form:
    """The fields of a form, with line ends as `\\n`."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = [(name, value.replace("\r\n", "\n")) for name, value in pairs]

    def __getitem__(self, name: str) -> str:
        """Return a field without surrounding blanks; empty if it is missing or has no visible characters."""
        value = next((value for key, value in self._pairs if key == name), "").strip()
        return "" if is_blank(value) else value

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name]

    def below(self, prefix: str) -> Mapping[str, list[str]]:
        """Return the fields whose names begin with `prefix`, by the rest of the name."""
        fields: dict[str, list[str]] = {}
        for name, value in self._pairs:
            if name.startswith(prefix):
                fields.setdefault(name.removeprefix(prefix), []).append(value)
        return fields


def number(text: str, error: str) -> int:
    """Return the number in a hidden field or a choice. Raises InvalidInput with the message `error`."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise InvalidInput(error)
    return int(text)


def form_token(request: Request) -> str:
    """Return the form token of this browser: that of its cookie, or a new one that the response sets."""
    current = _cookie_token(request)
    if not hasattr(request.state, "form_token"):
        request.state.form_token = current if len(current) >= 32 else secrets.token_urlsafe(24)
    return str(request.state.form_token)


def renew_token(request: Request, response: Response) -> None:
    """Give the browser a new token at sign-in and sign-out, so that an old one that leaked is useless."""
    request.state.form_token = secrets.token_urlsafe(24)
    keep_token(request, response)


def _cookie_token(request: Request) -> str:
    return request.cookies.get(cookie_name(request, COOKIE), "")


def keep_token(request: Request, response: Response) -> None:
    """Set the cookie for a page whose forms contain the token."""
    token = form_token(request)
    if _cookie_token(request) != token:
        set_cookie(request, response, COOKIE, token)
    for name in (COOKIE, TOKEN_COOKIE):
        if name in request.cookies and name != cookie_name(request, name):  # from a version without the prefix
            response.delete_cookie(name, path=_plain_path(request), secure=True, httponly=True, samesite="strict")


def set_cookie(
    request: Request,
    response: Response,
    name: str,
    value: str,
    *,
    seconds: int | None = None,
    same_site: Literal["strict", "lax"] = "strict",
) -> None:
    """Set a cookie that scripts cannot read and, where it is `strict`, other sites cannot send."""
    full = cookie_name(request, name)
    response.set_cookie(
        full,
        value,
        max_age=seconds,
        path=_path_of(request, full),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite=same_site,
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
    """Read a form that a page of ours sent. Raises ForeignForm, or InvalidInput if it is too large or malformed."""
    form = await _read(request)
    token = _cookie_token(request)
    if not token or not secrets.compare_digest(token.encode(), form["csrf"].encode()):
        raise ForeignForm
    return form


async def refused_form(request: Request) -> Form | None:
    """Return the form of a request that was refused, to show it again; None if there is none that may be shown."""
    if request.method != "POST" or hasattr(request.state, "unreadable_form"):
        return None
    try:
        form = getattr(request.state, "form", None) or await _read(request)
    except (ForeignForm, InvalidInput):
        return None
    return None if form["access_token"] else form


async def _read(request: Request) -> Form:
    """Read a form of this site, whatever its token. It can be read again as `request.state.form`."""
    request.state.unreadable_form = True
    if not _is_from_here(request):
        raise ForeignForm
    body = bytearray()
    async for chunk in request.stream():
        body += chunk  # of a bounded length: backend/middleware/http_guard.py
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise InvalidInput("The form is not valid: reload the page and try again.") from error
    del request.state.unreadable_form
    request.state.form = Form(pairs)
    if len(body) > MAX_FORM_BYTES:
        raise InvalidInput(f"The form is too large: at most {MAX_FORM_BYTES // 1000} KB are allowed.")
    return Form(pairs)


def _is_from_here(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or same_host(origin, request.headers)
