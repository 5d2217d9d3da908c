"""Rendering of pages: templates, addresses, and security headers."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from html import escape, unescape
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from backend.pages.support.forms import form_token, keep_token
from domain.text.language import language_of, same_language
from rendering.languages.translation import ENGLISH, LANGUAGES, N_, PSEUDO, _, language, read_in
from rendering.text.markup import GLOBALS
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

SCRIPTS: Final = ("words.js", "morph.js", "live.js", "reading.js", "forms.js")
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
    "Vary": "Accept-Language, Cookie",
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
    "asked": N_("Requested. A worker will write it."),
    "nothing": N_("Nothing to do: no content has failed, is stale or out of date."),
    "cancelled": N_("The run was cancelled."),
    "resumed": N_("The run continues."),
    "book": N_("The course book was changed."),
    "approved": N_("Approved: the contents are being written."),
    "rejected": N_("Rejected. The plan is revised with your feedback."),
    "binned": N_("Moved to the bin. You can restore it there."),
    "restored": N_("The roadmap was restored."),
    "changing": N_("The change was requested."),
    "reverted": N_("Put back. The newest version is the same as that one, and nothing was generated."),
    "taken_back": N_("Taken back. Later versions are written without this wish."),
    "pace": N_("Saved. The weekly plan uses the new pace."),
    "learned": N_("Learned. This is the next concept."),
    "all_learned": N_("You have learned everything in this roadmap."),
    "passed_over": N_("That question was answered already, or it is no longer asked."),
    "noted": N_("The note was saved."),
    "reported": N_("Reported. Thank you."),
    "renamed": N_("The roadmap has its new title."),
}
"""Value of `said` in the address after a form was accepted -> message on the page."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("backend.pages"),
        autoescape=select_autoescape(["html", "svg"], default=True),
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= GLOBALS
    return environment


def compile_templates() -> None:
    """Compile all templates, 0.3 s of work, so that no reader waits for it."""
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)


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


def local_path(request: Request, target: str) -> str:
    """Return an address of this site, or nothing: a form must not redirect to another site."""
    inside = target.startswith(address(request)("")) and not target.startswith(("//", "/\\"))
    return target if inside and target.isprintable() and "\\" not in target else ""


def _page_of(request: Request, live: Mapping[str, str]) -> str:
    """Return the address at which the page of a response is seen again; empty if a form has none."""
    own = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return own if request.method == "GET" else live.get("url", "")


_WORDS_OF_SCRIPTS: Final = re.compile(r'\bsay\(\s*"([^"]+)"')


@cache
def words_of_scripts(code: str) -> str:
    """Return the messages of the scripts, in JSON from English to a language; empty for English."""
    if code == ENGLISH:
        return ""
    sources = (files("backend.pages").joinpath("static", name).read_text() for name in (*SCRIPTS, "ready.js"))
    messages = sorted({message for source in sources for message in _WORDS_OF_SCRIPTS.findall(source)})
    with read_in(code):
        return json.dumps({message: _(message) for message in messages}, ensure_ascii=False)


def render(request: Request, template: str, **context: Any) -> str:
    """Render a template with the variables that all templates use: `at`, `asset`, `token`, `notice`, ..."""
    at = address(request)
    values: dict[str, Any] = {
        "at": at,
        "asset": lambda name: f"{at('static', name)}?v={asset(name)[1]}",
        "token": form_token(request),
        "notice": _(NOTICES.get(request.query_params.get("said", ""), "")),
        "here": "",
        "live": {},
        "wide": False,
        "reader": None,
        "by_rules": False,
        "language": "",
        "BY_RULES": _(BY_RULES),
        "CONFIGURE": CONFIGURE,
        "languages": LANGUAGES,
        "in_language": "" if language() == ENGLISH else f"&language={language()}",
        "words": words_of_scripts(language()),
        "here_again": _page_of(request, context.get("live", {})),
        **context,
    }
    return with_languages(_environment().get_template(template).render(values), str(values["language"]), language())


_WORDS: Final = re.compile(r'<\w+ [^<>]*?\bdir="auto"[^<>]*>(?=(?:\s|<[a-z][^<>]*>)*([^<\s][^<]{0,300}))')
"""The tag of an element with words of a learner or an author, followed by its first words."""


def with_languages(html: str, language: str, of_page: str = ENGLISH) -> str:
    """Mark words of learners and authors, whose direction is `auto`, with their language.

    `language`: of the contents of the page; empty if it is not known. `of_page`: the one that need not be marked. Words
    in Latin letters of which nothing is known are marked as unknown on a page in another script.
    """

    def marked(match: re.Match[str]) -> str:
        spoken, tag = language_of(unescape(match[1]), language), match[0]
        is_usual = same_language(spoken, of_page) or (not spoken and of_page in (ENGLISH, PSEUDO))
        return (
            tag if is_usual or " lang=" in tag else tag.replace('dir="auto"', f'dir="auto" lang="{escape(spoken)}"', 1)
        )

    return _WORDS.sub(marked, html)


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a response with a page."""
    headers = HEADERS | {"Content-Language": language()}
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
