"""Titles of a page, and whether they agree with the title that a resource claims. Pages are untrusted data."""

import codecs
import html
import re
import unicodedata
from typing import Final

from domain.text.language import scripts

_TITLE: Final = re.compile(r"<title\b[^>]{0,200}>(.{0,600}?)</title", re.IGNORECASE | re.DOTALL)
_OG_TITLE: Final = re.compile(
    r"<meta\b(?=[^>]{0,300}\bproperty=[\"']og:title[\"'])[^>]{0,300}?\bcontent=(?:\"([^\"]{0,300})\"|'([^']{0,300})')",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(r"<h1\b[^>]{0,300}>(.{0,600}?)</h1", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]{0,300}>")
_CHARSET: Final = re.compile(r"charset=[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_NO_CHARSETS: Final = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape"})
"""Python codecs that no page uses: the first takes seconds for a page, the last ones warn about their input."""
_NOT_THERE: Final = re.compile(
    r"\b404\b|\b(?:page|site|article|video) (?:was )?(?:not|can(?:no|')t be) found|\bnot found\b|doesn['’]t exist"
    r"|does not exist|no longer available|页面不存在|找不到(?:该)?(?:页面|网页)|seite nicht gefunden|page introuvable"
    r"|página no encontrada|страница не найдена|ページが見つかりません",
    re.IGNORECASE,
)
_FILLER: Final = frozenset(
    [
        *("the", "and", "for", "with", "your", "from", "how", "what", "you", "www", "com", "org", "home", "page"),
        *("official", "website", "online", "free", "learn", "learning", "guide", "tutorial", "introduction"),
    ]
)
_WORD: Final = re.compile(r"[^\W_]+")
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")


def titles_of(body: bytes, content_type: str) -> list[str]:
    """Return the titles of an HTML page; none for other formats."""
    if "html" not in content_type.lower() and b"<html" not in body[:2000].lower():
        return []
    text = _decoded(body, content_type)
    titles = [match[1] for pattern in (_TITLE, _HEADING) if (match := pattern.search(text))]
    if og := _OG_TITLE.search(text):
        titles.append(og[1] or og[2] or "")
    return [clean for title in titles if (clean := " ".join(html.unescape(_TAG.sub(" ", title)).split()))]


def looks_like_404(title: str) -> bool:
    return _NOT_THERE.search(title) is not None


def agree(claimed: str, titles: list[str], host: str) -> bool:
    """Return whether a page's titles or its host share a significant word with the claimed title.

    Also True if there is nothing to compare or no common script, since a difference then proves nothing.
    """
    words = _words(claimed)
    if not words or not titles:
        return True
    if words & {word for part in host.split(".") for word in (part, *part.split("-"))}:
        return True
    comparable = [title for title in titles if _scripts(title) & _scripts(claimed)]
    return not comparable or any(words & _words(title) for title in comparable)


def _scripts(text: str) -> set[str]:
    return {script for script, count in scripts(text).items() if count > 1}


def _words(text: str) -> set[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = _UNSPACED.sub(" ", folded)
    words = {_stem(word) for word in _WORD.findall(spaced) if word not in _FILLER}
    runs = re.findall(f"{_UNSPACED.pattern}+", folded)
    return words | {run[place : place + 2] for run in runs for place in range(max(1, len(run) - 1))}


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _decoded(body: bytes, content_type: str) -> str:
    declared = _CHARSET.search(content_type) or _CHARSET.search(body[:2048].decode("latin-1"))
    try:
        codec = codecs.lookup(declared[1]).name if declared else "utf-8"
        return body.decode("utf-8" if codec in _NO_CHARSETS else codec, "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")
