"""Checks of a tutorial: complete, and in the required language."""

import ast
import json
import re
import textwrap
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from typing import Final

from domain.checks.expected import Expected
from domain.checks.markdown import CodeBlock, outline
from domain.checks.repetition import repetition
from domain.contents import Tutorial
from domain.text.language import is_written_in, same_language

MIN_HEADINGS: Final = 2
_MIN_WORDS: Final = (60, 40, 150)
"""Words at least, words per hour of the concept, and an upper limit of the requirement."""
_MAX_WORDS: Final = (6_000, 2_000, 40_000)
_MAX_BLOCK_LENGTH: Final = 50_000
"""Maximum number of characters of code that are parsed."""

_BRACKETED: Final = re.compile(
    r"[\[<{（【]\s*(?:"
    r"(?:(?:insert|fill in|placeholder for)\s[^\]>}\n]{1,80}|placeholder)[\]>}](?![(\[:])"
    r"|your\s[^\]>}\n]{1,60}\shere\s*[\]>}]"
    r"|(?:在?此处|待补充|插入|填写)[^\]>}\n]{0,40}[\]>}）】])",
    re.IGNORECASE,
)
_SAID: Final = re.compile(
    r"lorem ipsum"
    r"|(?-i:\b(?:TODO|TBD|FIXME)\b\s*[:：\]]|^\W*\b(?:TODO|TBD|FIXME)\W*$)"
    r"|\b(?:content|text|example|section) (?:goes|to be added|will be added|coming) (?:here|soon|later)\b"
    r"|\bas an (?:AI|artificial intelligence)(?: language)?(?: model| assistant|,)"
    r"|\bI(?:['’]m| am) (?:sorry, but I|unable to (?:help|assist|fulfil))"
    r"|\bI (?:cannot|can['’]t) (?:assist|fulfil|help with)"
    r"|作为(?:一个|一名)?(?:AI|人工智能)(?:语言)?(?:模型|助手)|内容待(?:补充|添加)|此处省略",
    re.IGNORECASE | re.MULTILINE,
)
_SAID_WITH: Final = (
    *("lorem ipsum", "todo", "tbd", "fixme", " goes ", "be added", " coming ", "as an a"),
    *("sorry, but i", "unable to", "assist", "fulfil", "help with", "作为", "内容待", "此处省略"),
)
"""Every match of _SAID contains one of these; to search for them first is ten times as fast."""
_INLINE_CODE: Final = re.compile(r"`[^`\n]+`")
_WORD: Final = re.compile(r"[^\W_]+")
_SPACES_BETWEEN_WORDS: Final = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Scripts without spaces between words; two of their characters count as a word."""


def check_tutorial(tutorial: Tutorial, expected: Expected) -> Iterator[str]:
    if not tutorial.title.strip():
        yield "The title is blank."
    parsed = outline(tutorial.content)
    if parsed.headings < MIN_HEADINGS:
        yield f"The content has {parsed.headings} headings; it needs at least {MIN_HEADINGS} sections."
    if parsed.open_fence:
        yield f"The code fence {parsed.open_fence} is never closed."
    yield from _check_language(tutorial, expected)
    yield from _check_length(tutorial.content, expected.hours)
    for text in (tutorial.title, tutorial.summary, "\n".join(parsed.prose)):
        if placeholder := _placeholder(text, expected.given):
            yield f"There is placeholder text: “{placeholder}”. Write what belongs there."
            break
    if not parsed.open_fence:
        yield from _check_blocks(parsed.blocks)
    if looped := repetition(parsed.prose):
        yield f"The content repeats itself: “{looped}”."


def _check_language(tutorial: Tutorial, expected: Expected) -> Iterator[str]:
    if not is_written_in(tutorial.content, tutorial.language):
        yield f"The content is not written in the language it declares ({tutorial.language})."
    if expected.language and not same_language(tutorial.language, expected.language):
        yield f"The content is in “{tutorial.language}”; “{expected.language}” was asked for."
    elif expected.language and not is_written_in(tutorial.content, expected.language):
        yield f"The content is not written in the language that was asked for ({expected.language})."


def count_words(text: str) -> int:
    if text.isascii():  # the same result, ten times as fast
        return len(text.encode().translate(_SPACES_BETWEEN_WORDS).split())
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text) if unspaced else text)) + unspaced // 2


def _check_length(text: str, hours: float) -> Iterator[str]:
    words = count_words(text)
    least, per_hour, enough = _MIN_WORDS
    if words < (required := round(min(enough, max(least, per_hour * hours)))):
        yield f"The content has {words} words; {required} are the least for a concept of {hours:g} hours."
    least, per_hour, enough = _MAX_WORDS
    if words > (most := round(min(enough, max(least, per_hour * hours)))):
        yield f"The content has {words} words; {most} are the most for a concept of {hours:g} hours."


def _placeholder(text: str, given: str) -> str | None:
    """Return a placeholder phrase in the text, unless the author was given it."""
    prose = _INLINE_CODE.sub(" ", text)
    folded = prose.lower()
    patterns = (_BRACKETED, _SAID) if any(map(folded.__contains__, _SAID_WITH)) else (_BRACKETED,)
    for pattern in patterns:
        for match in pattern.finditer(prose):
            phrase = " ".join(match[0].split())
            if _folded(phrase) not in _folded(given):
                return phrase[:80]
    return None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\\", "").split())


def _check_blocks(blocks: Sequence[CodeBlock]) -> Iterator[str]:
    """Yield syntax errors in blocks that are marked as Python or JSON; the code is parsed, never run."""
    for number, block in enumerate(blocks, start=1):
        code = textwrap.dedent("\n".join(block.lines))
        if len(code) > _MAX_BLOCK_LENGTH:
            continue
        if block.language in {"python", "py", "python3"}:
            problem = _python_problem(code)
        elif block.language == "json":
            problem = _json_problem(code)
        else:
            continue
        if problem:
            yield f"Code block {number} is marked {block.language} and does not parse: {problem}."


def _python_problem(code: str) -> str | None:
    if re.search(r"^\s*(?:>>>|In \[\d+\]:)", code, re.MULTILINE):
        return None  # an interactive session, not a program
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return type(error).__name__
    return None


def _json_problem(code: str) -> str | None:
    try:
        json.loads(code)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        lines = [line for line in code.splitlines() if line.strip()]
        if len(lines) > 1 and all(_json_problem(line) is None for line in lines):
            return None  # JSON Lines
        return f"{error}" if code.strip() else "it is empty"
    return None
