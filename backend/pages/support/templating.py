"""Rendering of pages: templates, addresses, and security headers."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from backend.pages.support.forms import form_token, keep_token
from rendering.text.text import BY_RULES, CONFIGURE, shown

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
"""Nothing from other hosts and nothing inline: even injected markup could not run scripts."""

FORMULA_POLICY: Final = f"{POLICY}; font-src 'self'"
"""The policy of a page with formulas, which needs the font in static/formulas.css."""
MATH_FONT: Final = "STIXMath-Regular-1.1.1.woff2"

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
    "marked.css": "text/css",
    "formulas.css": "text/css",
    MATH_FONT: "font/woff2",
    "app.js": "text/javascript",
    "ready.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}

NOTICES: Final = {
    "asked": "Requested. A worker will write it.",
    "nothing": "Nothing to do: no content has failed, is stale or out of date.",
    "cancelled": "The run was cancelled.",
    "resumed": "The run continues.",
    "book": "The course book was changed.",
    "approved": "Approved: the contents are being written.",
    "rejected": "Rejected. The plan is revised with your feedback.",
    "binned": "Moved to the bin. You can restore it there.",
    "restored": "The roadmap was restored.",
    "changing": "The change was requested.",
    "taken_back": "Taken back. Later versions are written without this wish.",
    "pace": "Saved. The weekly plan uses the new pace.",
    "learned": "Learned. This is the next concept.",
    "all_learned": "You have learned everything in this roadmap.",
    "passed_over": "That question was answered already, or it is no longer asked.",
    "noted": "The note was saved.",
    "reported": "Reported. Thank you.",
    "renamed": "The roadmap has its new title.",
}
"""Value of `said` in the address after a form was accepted -> message on the page."""


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
    """Return a static file and a hash of its content. Raises KeyError."""
    assert MEDIA_TYPES[name]
    if name in ("code.css", "marked.css"):
        content = files("rendering").joinpath("styles", name).read_bytes()  # the same as in exported documents
    elif name == MATH_FONT:
        content = files("rendering").joinpath("fonts", name).read_bytes()
    else:
        content = _squeezed(name, files("backend.pages").joinpath("static", name).read_bytes())
    return content, hashlib.sha256(content).hexdigest()[:12]


_CSS_BLANKS: Final = re.compile(rb"/\*.*?\*/|\s*([{};,])\s*|\s+", re.DOTALL)
_JS_COMMENTS: Final = re.compile(rb"^\s*(?://.*)?\n|^\s+|(?<=[;{]) // .*", re.MULTILINE)


def _squeezed(name: str, content: bytes) -> bytes:
    """Return our own style sheet or script without what only its authors read: comments and blanks."""
    match name.rpartition(".")[2]:
        case "css":
            return re.sub(rb":\s+", b":", _CSS_BLANKS.sub(lambda found: found[1] or b" ", content))
        case "js":
            return _JS_COMMENTS.sub(b"", content)
        case _:
            return content


def address(request: Request) -> Callable[..., str]:
    """Return a function that builds addresses of this site, with a proxy's prefix: `at("tasks", task_id)`."""
    root = str(request.scope.get("root_path", "")).rstrip("/")

    def at(*parts: str) -> str:
        return root + "/" + "/".join(quote(part, safe="") for part in parts)

    return at


def render(request: Request, template: str, **context: Any) -> str:
    """Render a template with the variables that all templates use: `at`, `asset`, `token`, `notice`, ..."""
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
        "by_rules": False,
        "BY_RULES": BY_RULES,
        "CONFIGURE": CONFIGURE,
        **context,
    }
    return _environment().get_template(template).render(values)


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a response with a page. Only one with `formulas` in its context may load a font."""
    headers = {**HEADERS, "Content-Security-Policy": FORMULA_POLICY} if context.get("formulas") else HEADERS
    response = HTMLResponse(render(request, template, **context), status_code=status, headers=headers)
    keep_token(request, response)
    return response


def redirect(request: Request, *parts: str, notice: str = "", fragment: str = "", **query: str) -> Response:
    """Redirect after a form was accepted, so that going back or reloading does not send it again."""
    if notice:
        query["said"] = notice
    encoded = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    target = address(request)(*parts) + (f"?{encoded}" if encoded else "") + (f"#{quote(fragment)}" if fragment else "")
    return RedirectResponse(target, status_code=303)
