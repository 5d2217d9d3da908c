"""Clean the texts of an answer: what the way to us has done to them is undone, and nothing else is touched."""

import json
import re
from typing import Final

from nodes.authors.reading.reasoning import without_reasoning
from nodes.authors.reading.tex import mend_escapes, restore_tex

_WHOLE: Final = re.compile(r"\A\s*(`{3,}|~{3,})[ \t]*(markdown|md|mdx|text|)[ \t]*\r?\n", re.IGNORECASE)
_FENCE: Final = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_HEADING: Final = re.compile(r"^#{1,6} \S", re.MULTILINE)
_CODE_SPAN: Final = re.compile(r"(?<!`)`[^`\n]{0,200}`(?!`)|[\"'][^\"'\n]{0,40}[\"']")
_BREAK: Final = re.compile(r"(?<!\\)(?:\\\\)*\\n(?=\\n|[#>|*\-`\d \"]|[^\Wa-z])|(?<!\\)(?:\\\\)*\\n(?=\\r?\\n)")
MIN_BREAKS: Final = 2
_MARKED: Final = re.compile(r"[\\<\[◁`~]")
"""Without one of these, and in one line, a text is as its author wrote it."""


def clean_text(text: str) -> str:
    """Return a text with its formulas and line breaks, without reasoning and without a fence around all of it."""
    if text.isprintable() and _MARKED.search(text) is None:
        return text
    if "\\n" in text and "\n" not in text:
        text = _with_breaks(text)
    text = restore_tex(text)
    if "<" in text or "[" in text or "◁" in text:
        text = without_reasoning(text)
    if text.lstrip().startswith(("```", "~~~")):
        text = _unfenced(text)
    return text


def shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, cut after a word."""
    text = text.strip() if len(text) > limit else text
    if len(text) <= limit:
        return text
    start, _, _ = text[: limit - 1].rpartition(" ")
    return f"{start if len(start) > limit // 2 else text[: limit - 1]}…"


def _with_breaks(text: str) -> str:
    r"""Return a text that was escaped twice, with line breaks for `\n`; one about `\n` stays."""
    if len(_BREAK.findall(_CODE_SPAN.sub("", text))) < MIN_BREAKS:
        return text
    quoted = re.sub(r'\\.|"', lambda found: '\\"' if found[0] == '"' else found[0], text, flags=re.DOTALL)
    try:
        decoded: str = json.loads(f'"{mend_escapes(quoted)}"', strict=False)
    except ValueError:  # a backslash at the end
        return text
    return decoded


def _unfenced(text: str) -> str:
    """Return the text inside of a fence that holds all of it."""
    opening = _WHOLE.match(text)
    if opening is None:
        return text
    lines = text[opening.end() :].rstrip().split("\n")
    last = lines.pop().strip() if lines else ""
    if set(last) != {opening[1][0]} or len(last) < len(opening[1]):
        return text
    body = "\n".join(lines)
    if not opening[2] and not _HEADING.search(body):
        return text  # a block of code
    return f"{body}\n" if body.strip() and _paired(lines) else text


def _paired(lines: list[str]) -> bool:
    """Return whether the fences of lines open and close in turn, as blocks without a language do."""
    is_open = False
    for line in lines:
        if (mark := _FENCE.match(line)) is not None:
            if is_open and mark[2].strip():
                return False
            is_open = not is_open
    return not is_open
