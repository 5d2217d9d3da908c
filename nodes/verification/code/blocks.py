"""Code blocks of a lesson that can be run, each with the output that the lesson shows for it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from domain.checks.code_runs import RUNNABLE
from domain.course.book import CourseBook
from domain.parts import Places
from nodes.verification.code.runner import Language

MAX_BLOCKS: Final = 60
MAX_CODE_LENGTH: Final = 20_000
"""Characters of a block."""
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_LEFT_OUT: Final = frozenset({"fragment", "error", "wrong", "invalid", "pseudocode", "norun"})
_OUTPUT_LANGUAGES: Final = frozenset({"", "text", "txt", "output", "console", "plaintext", "plain", "out", "stdout"})
_LEAD: Final = re.compile(
    r"output|result|print|gives|shows?\b|prints|输出|结果|打印|ausgabe|ergebnis|salida|sortie|affiche|résultat"
    r"|resultado|вывод|результат|出力|結果|출력|결과|saída|uscita|risultato",
    re.IGNORECASE,
)
"""A line between code and its output."""
_MAX_LEAD_LENGTH: Final = 60
_CONTEXT_LENGTH: Final = 400
"""Characters before and after a block in which a lesson may say that it fails."""


@dataclass(frozen=True, slots=True)
class ShownOutput:
    text: str
    declared: bool
    """Whether the lesson says that this is output, in a line before it or by a mark; else it may be something else."""
    marked: bool
    """Whether a mark says so."""


@dataclass(frozen=True, slots=True)
class RunnableBlock:
    number: int
    """Counted over all fences of the lesson, from 1, as in the findings of domain/checks; 0 for an example."""
    name: str
    """The language as the fence says it."""
    language: Language
    code: str
    marks: frozenset[str]
    shown: ShownOutput | None
    beside: str
    """The last line before it and the first one after it."""
    around: str
    """The text before and after it."""
    line: int = 0
    """The line on which it begins, from 0."""
    part: str | None = None
    """The id of the section of the lesson, or of the question."""

    @property
    def runs(self) -> bool:
        """Whether the author says that the block runs as it is."""
        return "run" in self.marks

    @property
    def fails(self) -> bool:
        """Whether the author says that the block ends with an error."""
        return "fails" in self.marks

    @property
    def left_out(self) -> bool:
        """Whether the author says that the block cannot be run, or it is too long for that."""
        return bool(self.marks & _LEFT_OUT) or len(self.code) > MAX_CODE_LENGTH

    @property
    def is_example(self) -> bool:
        """Whether it is the example of the course, which a lesson builds on."""
        return self.number == 0

    @property
    def title(self) -> str:
        return "The example" if self.is_example else f"Code block {self.number} ({self.name})"


def example_blocks(book: CourseBook | None) -> list[RunnableBlock]:
    """Return the code of the example that the lessons of a course share, one block where there is any."""
    example = book.example if book else None
    if example is None or (language := RUNNABLE.get(example.language.strip().lower())) is None:
        return []
    if not example.code.strip():
        return []
    return [RunnableBlock(0, example.language.strip().lower(), language, example.code, frozenset(), None, "", "")]


def code_blocks(markdown: str, *, part: str | None = None, sections: bool = False) -> list[RunnableBlock]:
    """Return the blocks in Python or SQL, in order.

    `part`: the id of the question that the text is from. `sections`: the text is a lesson, of which sections are parts.
    """
    lines = _LINE_END.split(markdown)
    fences = [token for token in MarkdownIt().parse(markdown) if token.type == "fence"]
    places = Places(markdown) if sections else None
    blocks: list[RunnableBlock] = []
    for number, fence in enumerate(fences, start=1):
        name, marks = _info(fence)
        language = RUNNABLE.get(name)
        if language is None or len(blocks) == MAX_BLOCKS:
            continue
        following = fences[number] if number < len(fences) else None
        start, end = fence.map or (0, 0)
        before, after = "\n".join(lines[:start])[-_CONTEXT_LENGTH:], "\n".join(lines[end:])[:_CONTEXT_LENGTH]
        beside = f"{_first_line(reversed(before.splitlines()))}\n{_first_line(after.splitlines())}"
        shown = None if following is None else _shown(fence, following, lines)
        around = f"{before}\n{after}"
        place = places.on(start) if places else part
        blocks.append(RunnableBlock(number, name, language, fence.content, marks, shown, beside, around, start, place))
    return blocks


def _first_line(lines: Iterable[str]) -> str:
    return next((line for line in lines if line.strip()), "")


def _info(fence: Token) -> tuple[str, frozenset[str]]:
    """Return the language and the marks of a fence, such as `python run`."""
    name, *marks = re.split(r"[\s,{}.]+", fence.info.strip(" {}.").lower())
    return name, frozenset(marks)


def _shown(fence: Token, following: Token, lines: Sequence[str]) -> ShownOutput | None:
    """Return the next fence if it is the output of this one: right after it, or after a line that says so."""
    name, marks = _info(following)
    declared = "output" in marks or name in ("output", "stdout")
    if not (declared or name in _OUTPUT_LANGUAGES) or fence.map is None or following.map is None:
        return None
    between = [line.strip() for line in lines[fence.map[1] : following.map[0]] if line.strip()]
    if len(between) > 1 or any(len(line) > _MAX_LEAD_LENGTH or line.startswith("#") for line in between):
        return None
    said = any(_LEAD.search(line) for line in between)
    if between and not (said or declared):
        return None
    return ShownOutput(following.content, declared or said, declared)
