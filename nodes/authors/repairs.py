"""Repairs: what an author is asked to mend in its former answer, and how the parts that it returns are read."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from domain.checks.findings import Finding, Kind
from domain.contents import Tutorial
from domain.parts import PartialAnswer
from nodes.authors.briefs import Brief
from nodes.authors.reading import ReadAnswer, read_answer
from nodes.authors.reading.lessons import read_lesson
from nodes.authors.reading.reader import NO_JSON

NO_PART: Final = "It held none of the parts that were asked for. Answer with them, under their ids."
NO_LESSON: Final = (
    "It was neither a header with the lesson in Markdown nor one JSON object with its fields. Begin with the header."
)
INSTRUCTIONS: Final = (
    "`former_answer` in the data is your answer so far, and `objections` say what is wrong with it, and with which "
    "part. Answer only with the parts that have to change, each complete and under its id. All others stay as they "
    "are: leave them out."
)


@dataclass(frozen=True, slots=True)
class Repair:
    """A former answer of the right shape, and what was found in it."""

    brief: Brief[Any]
    shape: type[PartialAnswer]
    former: dict[str, Any]
    parts: dict[str, Any]
    """The former answer by its parts."""
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, brief: Brief[Any], former: dict[str, Any], findings: Sequence[Finding]) -> "Repair | None":
        """Return the repair of an answer; None where its parts cannot be told apart or nothing is to be mended."""
        shape = brief.partial
        wanting = tuple(finding for finding in findings if finding.kind is not Kind.HINT)
        if shape is None or not wanting:
            return None
        try:
            known = shape.whole.model_validate(former).model_dump(mode="json")
        except ValidationError:
            return None
        parts = shape.parts_of(known)
        return None if parts is None else cls(brief, shape, known, parts, wanting)

    @property
    def objections(self) -> list[str]:
        return [finding.message for finding in self.findings]

    @property
    def allowed(self) -> frozenset[str] | None:
        """Ids of the parts that may change; None where a finding is about the whole."""
        ids = [finding.part for finding in self.findings]
        return None if None in ids else frozenset(part_id for part_id in ids if part_id)

    def data(self) -> dict[str, Any]:
        """Return what a prompt holds beside the data of the brief."""
        objections = [
            {"part": finding.part, "objection": finding.message} if finding.part else {"objection": finding.message}
            for finding in self.findings
        ]
        return {"former_answer": self.parts, "objections": objections}

    def read(self, texts: Sequence[str]) -> ReadAnswer:
        """Read an answer: parts, which are merged into the former answer, or else a complete answer."""
        parts = self._parts_in(texts)
        if parts is not None and (merged := parts.merged_into(self.former, self.allowed)) is not None:
            return ReadAnswer(merged)
        if parts is not None and not parts.is_complete:
            return ReadAnswer(None, NO_PART)
        complete = read_answer(texts, self.brief.shape)
        try:
            self.brief.shape.model_validate(complete.content or {})
        except ValidationError:
            return replace(complete, content=None, problem=complete.problem or NO_PART)
        return complete

    def _parts_in(self, texts: Sequence[str]) -> PartialAnswer | None:
        """Return the parts in an answer, which may also be one part alone; None where it has another shape."""
        for shape, items in ((self.shape, None), (self.shape.item, self.shape.items)):
            content = read_answer(texts, shape).content or {}
            with suppress(ValidationError):
                return self.shape.model_validate(content if items is None else {items: [content]})
        return None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What an author is asked: a brief, the objections to earlier answers, and the answer that is repaired, if any."""

    brief: Brief[Any]
    objections: Sequence[str] = ()
    """Oldest first."""
    repair: Repair | None = None

    @property
    def key(self) -> int:
        """What identifies it in this process."""
        return hash((self.brief.role, self.brief.model_dump_json(), *self.objections, self.repair is None))

    @property
    def shape(self) -> Any:
        """The shape that the answer is asked for in."""
        return self.repair.shape if self.repair else self.brief.shape

    def read(self, texts: Sequence[str]) -> ReadAnswer:
        if self.repair:
            return self.repair.read(texts)
        lesson = read_lesson(texts, self.brief.shape) if self.is_lesson else None
        if lesson is not None:
            return ReadAnswer(lesson)
        reading = read_answer(texts, self.brief.shape)
        return replace(reading, problem=NO_LESSON) if self.is_lesson and reading.problem == NO_JSON else reading

    @property
    def is_lesson(self) -> bool:
        """Whether a whole lesson is asked for, which may also come as Markdown."""
        return self.repair is None and self.brief.shape is Tutorial
