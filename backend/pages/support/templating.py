"""Rendering of pages: templates, addresses, and security headers."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from html import escape, unescape
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from backend.pages.support.forms import form_token, keep_token
from domain.text.language import language_of
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
        "font-src 'self'",  # of formulas, which a page may get while it is open
    ]
)
"""Nothing from other hosts and nothing inline: even injected markup could not run scripts."""

SCRIPTS: Final = ("morph.js", "live.js", "reading.js", "forms.js")
"""The files of app.js, which browsers load as one, without lines of comments."""
TEXT_STYLES: Final = ("code.css", "marked.css")
"""The files of texts.css, which pages with texts of authors load."""
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
    "texts.css": "text/css",
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
    "reverted": "Put back. The newest version is the same as that one, and nothing was generated.",
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
    if name == "texts.css":  # the same as in exported documents
        content = b"\n".join(files("rendering").joinpath("styles", part).read_bytes() for part in TEXT_STYLES)
    elif name == MATH_FONT:
        content = files("rendering").joinpath("fonts", name).read_bytes()
    elif name == "app.js":
        content = b"".join(
            _squeezed(part, files("backend.pages").joinpath("static", part).read_bytes()) for part in SCRIPTS
        )
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
        "language": "",
        "BY_RULES": BY_RULES,
        "CONFIGURE": CONFIGURE,
        **context,
    }
    return with_languages(_environment().get_template(template).render(values), str(values["language"]))


_WORDS: Final = re.compile(r'<\w+ [^<>]*?\bdir="auto"[^<>]*>(?=(?:\s|<[a-z][^<>]*>)*([^<\s][^<]{0,300}))')
"""The tag of an element with words of a learner or an author, followed by its first words."""


def with_languages(html: str, language: str) -> str:
    """Mark words of learners and authors, whose direction is `auto`, with their language.

    `language`: of the contents of the page; empty if it is not known.
    """

    def marked(match: re.Match[str]) -> str:
        spoken = language_of(unescape(match[1]), language)
        tag = match[0]
        return (
            tag
            if spoken in ("", "en") or " lang=" in tag
            else tag.replace('dir="auto"', f'dir="auto" lang="{escape(spoken)}"', 1)
        )

    return _WORDS.sub(marked, html)


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a response with a page."""
    response = HTMLResponse(render(request, template, **context), status_code=status, headers=HEADERS)
    keep_token(request, response)
    return response


def redirect(request: Request, *parts: str, notice: str = "", fragment: str = "", **query: str) -> Response:
    """Redirect after a form was accepted, so that going back or reloading does not send it again."""
    if notice:
        query["said"] = notice
    encoded = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    target = address(request)(*parts) + (f"?{encoded}" if encoded else "") + (f"#{quote(fragment)}" if fragment else "")
    return RedirectResponse(target, status_code=303)
