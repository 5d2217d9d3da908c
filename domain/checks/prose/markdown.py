"""Parsing of Markdown for checks: prose, headings, code blocks, and unclosed fences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_FENCE: Final = re.compile(r" {0,12}(`{3,}|~{3,})(.*)$")
_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t]+(\S.*)$")
_UNDERLINE: Final = re.compile(r" {0,3}(?:={2,}|-{2,})[ \t]*$")
"""Under a line of text it makes the line a heading (CommonMark 4.3)."""
_TEXT: Final = re.compile(r" {0,3}[^\s|>#*+-]")
_NO_PROSE: Final = re.compile(
    r"\$\$.{0,4000}?\$\$|\\\[.{0,4000}?\\\]|\\\(.{0,1000}?\\\)|\$[^$\n]{1,400}\$|`{1,2}[^`\n]+`{1,2}"
    r"|https?://\S+|</?[a-zA-Z][^>\n]{0,200}>",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class CodeBlock:
    language: str
    """The first word after the fence, in lower case."""
    lines: list[str]
    marks: frozenset[str] = frozenset()
    """The other words after the fence, in lower case, such as `fragment` or `fails`."""
    start: int = 0
    """Where its fence begins in the text, in characters."""

    @property
    def code(self) -> str:
        return "\n".join(self.lines)


@dataclass(slots=True)
class MarkdownOutline:
    headings: list[str] = field(default_factory=list)
    open_fence: str | None = None
    prose: list[str] = field(default_factory=list)
    """The lines outside of code blocks."""
    blocks: list[CodeBlock] = field(default_factory=list)


def outline(markdown: str) -> MarkdownOutline:
    """Parse Markdown. A fence is closed by a line of at least as many of its characters (CommonMark 4.5).

    Indented fences, as in lists, count too.
    """
    result = MarkdownOutline()
    block: list[str] = []
    position = 0
    for line, whole_line in zip(markdown.splitlines(), markdown.splitlines(keepends=True), strict=True):
        start, position = position, position + len(whole_line)
        if result.open_fence is None:
            mark = _FENCE.match(line)
            if mark and not (mark[1][0] == "`" and "`" in mark[2]):
                result.open_fence, block = mark[1], []
                language, *marks = mark[2].strip().lower().split() or [""]
                result.blocks.append(CodeBlock(language.strip("{}."), block, frozenset(marks), start))
                continue
            result.prose.append(line)
            if heading := _HEADING.match(line):
                result.headings.append(heading[1].rstrip("# "))
            elif _UNDERLINE.match(line) and len(result.prose) > 1 and _TEXT.match(result.prose[-2]):
                result.headings.append(result.prose[-2].strip())
        elif (mark := _closing(line, result.open_fence)) is None:
            block.append(line)
        else:
            result.open_fence = None
    return result


def heading_starts(markdown: str) -> list[int]:
    """Return where the headings of Markdown begin, in characters. What looks like one inside of a fence is code."""
    starts: list[int] = []
    position = 0
    for line, is_code in lines_of(markdown):
        if not is_code and _HEADING.match(line.rstrip("\r\n")):
            starts.append(position)
        position += len(line)
    return starts


def lines_of(markdown: str) -> Iterator[tuple[str, bool]]:
    """Yield the lines with their ends, and whether each is part of a code block, its fences included."""
    open_fence: str | None = None
    for line in markdown.splitlines(keepends=True):
        text = line.rstrip("\r\n")
        if open_fence is not None:
            open_fence = None if _closing(text, open_fence) else open_fence
            yield line, True
        elif (mark := _FENCE.match(text)) and not (mark[1][0] == "`" and "`" in mark[2]):
            open_fence = mark[1]
            yield line, True
        else:
            yield line, False


def plain_prose(text: str) -> str:
    """Return the text without inline code, formulas, URLs and HTML tags."""
    return _NO_PROSE.sub(" ", text)


def _closing(line: str, fence: str) -> re.Match[str] | None:
    mark = _FENCE.match(line)
    return mark if mark and mark[1].startswith(fence) and not mark[2].strip() else None
