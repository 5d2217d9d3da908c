"""How a page is answered: its template, the links in it, and the headers that keep foreign scripts out."""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from backend.pages.support.forms import form_token, keep_token
from rendering.text.text import shown

POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""Nothing from outside, nothing inline: text that slipped through as markup would still run nothing."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

MEDIA_TYPES: Final = {
    "app.css": "text/css",
    "code.css": "text/css",
    "app.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}

NOTICES: Final = {
    "asked": "It is asked for; a worker writes it.",
    "nothing": "There was nothing to do: all of it is there, or being made.",
    "cancelled": "The run is cancelled.",
    "resumed": "The run goes on.",
    "approved": "Approved: the contents are being written.",
    "rejected": "Sent back with what you said.",
    "binned": "It is in the bin, from where you can put it back.",
    "restored": "It is back on your shelf.",
    "changing": "The change is asked for.",
    "pace": "Saved: the weeks below are those of the new pace.",
}
"""What a page says after a form was taken, by the word in its address."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("backend.pages"),
        autoescape=select_autoescape(["html", "svg"], default=True),
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def asset(name: str) -> tuple[bytes, str]:
    """A static file and a word that changes with it. Raises KeyError."""
    assert MEDIA_TYPES[name]
    if name == "code.css":
        content = files("rendering").joinpath("styles", name).read_bytes()  # as in a downloaded document
    else:
        content = files("backend.pages").joinpath("static", name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def address(request: Request) -> Callable[..., str]:
    """Makes addresses of this site, below the prefix that a proxy serves it under: `at("tasks", task_id)`."""
    root = str(request.scope.get("root_path", "")).rstrip("/")

    def at(*parts: str) -> str:
        return root + "/" + "/".join(quote(part, safe="") for part in parts)

    return at


def render(request: Request, template: str, **context: Any) -> str:
    """A template in words, with what all templates use: `at`, `asset`, `token`, `notice`."""
    at = address(request)
    values = {
        "at": at,
        "asset": lambda name: f"{at('static', name)}?v={asset(name)[1]}",
        "token": form_token(request),
        "notice": NOTICES.get(request.query_params.get("said", "")),
        "here": "",
        "live": {},
        "wide": False,
        "reader": None,
        **context,
    }
    return _environment().get_template(template).render(values)


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A whole page."""
    response = HTMLResponse(render(request, template, **context), status_code=status, headers=HEADERS)
    keep_token(request, response)
    return response


def see(request: Request, *parts: str, said: str = "", fragment: str = "", **query: str) -> Response:
    """After a form was taken: look there, so that going back or reloading sends nothing again."""
    if said:
        query["said"] = said
    asked = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    target = address(request)(*parts) + (f"?{asked}" if asked else "") + (f"#{quote(fragment)}" if fragment else "")
    return RedirectResponse(target, status_code=303)
