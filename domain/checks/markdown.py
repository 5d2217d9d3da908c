"""Parsing of Markdown for checks: prose, headings, code blocks, and unclosed fences."""

import re
from dataclasses import dataclass, field

_FENCE = re.compile(r" {0,12}(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+\S")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    language: str
    """The first word after the fence, in lower case."""
    lines: list[str]


@dataclass(slots=True)
class MarkdownOutline:
    headings: int = 0
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
    for line in markdown.splitlines():
        if result.open_fence is None:
            mark = _FENCE.match(line)
            if mark and not (mark[1][0] == "`" and "`" in mark[2]):
                result.open_fence, block = mark[1], []
                result.blocks.append(CodeBlock(_language(mark[2]), block))
                continue
            result.prose.append(line)
            result.headings += bool(_HEADING.match(line))
        elif (mark := _closing(line, result.open_fence)) is None:
            block.append(line)
        else:
            result.open_fence = None
    return result


def _closing(line: str, fence: str) -> re.Match[str] | None:
    mark = _FENCE.match(line)
    return mark if mark and mark[1].startswith(fence) and not mark[2].strip() else None


def _language(info: str) -> str:
    words = info.strip().lower().split(maxsplit=1)
    return words[0].strip("{}.") if words else ""
