"""Rules about code blocks, by language. The code is parsed and never run.

A block that is marked `fragment` or `fails` is left alone, and so is one that shows an error on purpose.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from domain.checks.code.javascript import javascript_problem, typescript_problem
from domain.checks.code.json_text import json_problem
from domain.checks.code.python import python_problem
from domain.checks.code.python_names import Place, check_names
from domain.checks.code.sql import sql_problem
from domain.checks.findings import Finding, doubt
from domain.checks.prose.markdown import CodeBlock

MAX_BLOCK_LENGTH: Final = 20_000
"""Characters of code that are parsed."""
_MARKS: Final = frozenset({"fragment", "fails", "error", "wrong", "invalid", "pseudocode", "output"})
SHOWS_ERROR: Final = re.compile(
    r"(?:#|//|--|/\*|<!--).{0,60}"
    r"(?:error|wrong|invalid|fails|broken|incorrect|bad|✗|❌|错误|错|falsch|fehler|erreur|incorrecto)",
    re.IGNORECASE,
)
_OUTPUTS: Final = frozenset({"", "text", "output", "console", "pytb", "plaintext", "txt", "traceback"})
_ERROR_OUTPUT: Final = re.compile(r"\b\w*(?:Error|Exception)\b|Traceback|\berror\b|❌", re.IGNORECASE)

_PARSERS: Final[Mapping[str, Callable[[str, str], str | None]]] = {
    **dict.fromkeys(("python", "py", "python3"), python_problem),
    **dict.fromkeys(("json", "jsonl"), json_problem),
    **dict.fromkeys(("javascript", "js", "jsx", "mjs", "node"), javascript_problem),
    **dict.fromkeys(("typescript", "ts", "tsx"), typescript_problem),
    **dict.fromkeys(
        ("sql", "sqlite", "postgresql", "postgres", "psql", "mysql", "mariadb", "tsql", "bigquery", "oracle", "duckdb"),
        sql_problem,
    ),
}
"""By the language of a block: (code, language) -> what is wrong with it, None where it parses."""


def syntax_problem(code: str, language: str) -> str | None:
    """Return why code does not parse; None where it does, or where no parser knows its language."""
    parser = _PARSERS.get(language)
    return None if parser is None or len(code) > MAX_BLOCK_LENGTH else parser(code, language)


def check_code(blocks: Sequence[CodeBlock], place: Place = lambda _: None) -> Iterator[Finding]:
    """Yield a doubt for each block that does not parse, and for names that no Python block defines.

    `place`: returns the part of the content with a block.
    """
    for number, block in enumerate(blocks, start=1):
        parser = _PARSERS.get(block.language)
        if parser is None or len(block.code) > MAX_BLOCK_LENGTH or block.marks & _MARKS:
            continue
        following = blocks[number].code if number < len(blocks) else ""
        if (problem := parser(block.code, block.language)) and not _on_purpose(block.code, following):
            message = f"Code block {number} ({block.language}) does not parse: {problem}."
            yield doubt("code.syntax", message, place(block))
    named = [
        block
        for block, following in zip_longest(blocks, blocks[1:])
        if len(block.code) <= MAX_BLOCK_LENGTH and not SHOWS_ERROR.search(block.code) and not _is_message(following)
    ]
    yield from check_names(named, place)


def _is_message(block: CodeBlock | None) -> bool:
    return block is not None and block.language in _OUTPUTS and bool(_ERROR_OUTPUT.search(block.code))


def _on_purpose(code: str, following: str) -> bool:
    """Return whether the block shows an error: a comment says so, or the next block is its message."""
    return bool(SHOWS_ERROR.search(code) or _ERROR_OUTPUT.search(following))
