"""A Markdown text as the checks see it: its prose, its headings, its code, and a fence left open."""

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
    """The lines outside code."""
    blocks: list[CodeBlock] = field(default_factory=list)


def outline(markdown: str) -> MarkdownOutline:
    """CommonMark 4.5: a fence is closed by at least as many of its characters, and nothing else on the line.

    An indented fence, as lists have them, is one too.
    """
    found = MarkdownOutline()
    block: list[str] = []
    for line in markdown.splitlines():
        if found.open_fence is None:
            mark = _FENCE.match(line)
            if mark and not (mark[1][0] == "`" and "`" in mark[2]):
                found.open_fence, block = mark[1], []
                found.blocks.append(CodeBlock(_language(mark[2]), block))
                continue
            found.prose.append(line)
            found.headings += bool(_HEADING.match(line))
        elif (mark := _closing(line, found.open_fence)) is None:
            block.append(line)
        else:
            found.open_fence = None
    return found


def _closing(line: str, fence: str) -> re.Match[str] | None:
    mark = _FENCE.match(line)
    return mark if mark and mark[1].startswith(fence) and not mark[2].strip() else None


def _language(info: str) -> str:
    words = info.strip().lower().split(maxsplit=1)
    return words[0].strip("{}.") if words else ""
