"""Findings and runs of code of single lessons, as those of the chain that the lessons become."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain.checks.code_runs import BlockRun
from domain.checks.findings import Finding
from domain.checks.prose.markdown import outline
from domain.contents import Tutorial
from domain.parts.lessons import Chain, lessons_in
from domain.parts.sections import Places, sections_of

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class LessonPlace:
    """Where one lesson stands in the content of a chain."""

    first_line: int
    """The line of the chain on which the text of its author begins."""
    end_line: int
    blocks_before: int
    """Code blocks of the lessons before it."""

    @classmethod
    def of(cls, chain: Chain, lesson_id: str) -> "LessonPlace | None":
        """Return the place of a lesson; None where the chain has no lesson of that id."""
        start = 0
        for lesson in lessons_in(chain.model_dump()):
            end = start + len(lesson.text) + 1
            if lesson.lesson_id == lesson_id:
                before = chain.content[:start]
                heading = start + lesson.part.heading
                return cls(_lines(chain.content, heading), _lines(chain.content, end), len(outline(before).blocks))
            start = end
        return None

    def findings(self, chain: Chain, lesson: Tutorial, found: Iterable[Finding]) -> list[Finding]:
        """Return findings about a lesson as its author wrote it with the sections of the chain as their parts."""
        places, lead = Places(chain.content), _lead(lesson)
        lines = {one.part_id: _lines(lesson.content, one.start) for one in sections_of(lesson.content)}
        heading = places.on(max(0, self.first_line - 1))

        def part(one: Finding) -> str | None:
            line = lines.get(one.part or "")
            return heading if line is None else places.on(self.first_line + max(0, line - lead))

        return [replace(one, part=part(one)) for one in found]

    def runs(self, chain: Chain, lesson: Tutorial, runs: Iterable[BlockRun]) -> list[BlockRun]:
        """Return the runs of the blocks of a lesson as its author wrote it as those of the chain."""
        shift = self.first_line - _lead(lesson)
        return _moved(chain, runs, lines=shift, blocks=self.blocks_before)

    def kept(self, chain: Chain, former: "LessonPlace", runs: Sequence[BlockRun]) -> list[BlockRun]:
        """Return those runs of a former chain that are about this lesson, which stayed as it was."""
        own = [run for run in runs if former.first_line <= run.line < former.end_line]
        shift = self.first_line - former.first_line
        return _moved(chain, own, lines=shift, blocks=self.blocks_before - former.blocks_before)


def _moved(chain: Chain, runs: Iterable[BlockRun], *, lines: int, blocks: int) -> list[BlockRun]:
    places = Places(chain.content)
    return [
        run.model_copy(
            update={
                "number": run.number + blocks,
                "line": run.line + lines,
                "part": places.on(run.line + lines),
            }
        )
        for run in runs
    ]


def _lead(lesson: Tutorial) -> int:
    """Return the blank lines at the beginning of a lesson, which the chain leaves out."""
    return len(lesson.content) - len(lesson.content.lstrip("\n"))


def _lines(markdown: str, end: int) -> int:
    return len(_LINE_END.findall(markdown, 0, end))
