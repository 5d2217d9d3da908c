"""Answers that hold some parts of a content, and their merge into the former answer.

Parts that an answer leaves out, or that nothing was wrong with, stay as they are, byte for byte.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any, ClassVar

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from domain.contents import MIN_QUESTIONS, Question, Quiz, Resource, Resources, Text, Tutorial
from domain.parts.sections import sections_of

Answer = Mapping[str, Any]
"""The content of a complete answer, in its shape."""


class PartialAnswer(BaseModel, ABC):
    """Some parts of a content, by id."""

    whole: ClassVar[type[BaseModel]]
    """The shape of a complete answer."""
    item: ClassVar[type[BaseModel]]
    """The shape of one part."""
    items: ClassVar[str]
    """The field that holds the parts."""

    @classmethod
    @abstractmethod
    def parts_of(cls, former: Answer) -> dict[str, Any] | None:
        """Return a complete answer by its parts, as a prompt shows it; None where parts cannot be told apart."""

    @abstractmethod
    def merged_into(self, former: Answer, allowed: Set[str] | None) -> dict[str, Any] | None:
        """Return the former answer with these parts in place of those with their ids.

        `allowed`: ids of the parts that may change; None: all, and new ones may be added. None is returned where no
        part can be used.
        """

    @property
    @abstractmethod
    def is_complete(self) -> bool:
        """Whether what was read as parts may be a complete answer."""


class PartialQuiz(PartialAnswer):
    """The questions of a quiz that change."""

    whole = Quiz
    item = Question
    items = "questions"
    questions: list[Question] = Field(
        description="Only the questions that change, each complete, under the question_id of the one that it replaces."
    )
    removed: list[str] = Field(default=[], description="The question_id of questions that are taken out; usually none.")

    @classmethod
    def parts_of(cls, former: Answer) -> dict[str, Any] | None:
        ids = [question["question_id"] for question in former["questions"]]
        return {"questions": former["questions"]} if _identify(ids) else None

    def merged_into(self, former: Answer, allowed: Set[str] | None) -> dict[str, Any] | None:
        earlier = {question["question_id"]: question for question in former["questions"]}
        parts = [(question.question_id.strip(), question.model_dump(mode="json")) for question in self.questions]
        if self.is_complete and not any(part_id in earlier for part_id, _ in parts):
            return None
        merged = _merged(earlier, parts, self.removed, allowed)
        if merged is None:
            return None
        return {**former, "questions": [{**part, "question_id": part_id} for part_id, part in merged.items()]}

    @property
    def is_complete(self) -> bool:
        return len(self.questions) >= MIN_QUESTIONS


class NumberedResource(Resource):
    number: int = Field(ge=1, description="The number of the resource that this one replaces; a new number adds one.")


class PartialResources(PartialAnswer):
    """The resources of a list that change."""

    whole = Resources
    item = NumberedResource
    items = "resources"
    resources: list[NumberedResource] = Field(description="Only the resources that change, each complete.")
    removed: list[int] = Field(default=[], description="Numbers of resources that are taken out without another one.")

    @classmethod
    def parts_of(cls, former: Answer) -> dict[str, Any] | None:
        shown = Resource.model_json_schema()["properties"]
        numbered = [
            {"number": number, **{name: part[name] for name in shown}}
            for number, part in enumerate(former["resources"], start=1)
        ]
        return {"resources": numbered}

    def merged_into(self, former: Answer, allowed: Set[str] | None) -> dict[str, Any] | None:
        earlier = {str(number): part for number, part in enumerate(former["resources"], start=1)}
        parts = [(str(part.number), part.model_dump(mode="json", exclude={"number"})) for part in self.resources]
        merged = _merged(earlier, parts, [str(number) for number in self.removed], allowed)
        return None if merged is None else {**former, "resources": list(merged.values())}

    @property
    def is_complete(self) -> bool:
        return False  # a complete list has no numbers


class LessonSection(BaseModel):
    id: str = Field(description="Id of the section that this one replaces: s1, s2, ...; a new id adds one at the end.")
    content: str = Field(description="The section in Markdown, complete, with its heading.")


class PartialTutorial(PartialAnswer):
    """The sections of a lesson that change, and of its other fields those that do."""

    whole = Tutorial
    item = LessonSection
    items = "sections"
    sections: list[LessonSection] = Field(description="Only the sections that change, each complete.")
    removed: list[str] = Field(default=[], description="Ids of sections that are taken out; usually none.")
    title: Text | None = Field(default=None, description="The new title; null where it stays.")
    summary: Text | None = Field(default=None, description="The new summary; null where it stays.")
    estimated_completion_time: int | None = Field(
        default=None, ge=1, le=10_000, description="The new time in minutes; null where it stays."
    )
    language: Text | None = Field(
        default=None, description="The code of the language that the lesson is written in; null where it stays."
    )
    content: SkipJsonSchema[str | None] = None
    """The text of a complete answer."""

    @classmethod
    def parts_of(cls, former: Answer) -> dict[str, Any] | None:
        sections = [{"id": section.part_id, "content": section.text} for section in sections_of(former["content"])]
        return {**{name: former[name] for name in _FIELDS}, "sections": sections}

    def merged_into(self, former: Answer, allowed: Set[str] | None) -> dict[str, Any] | None:
        if self.is_complete:
            return None
        earlier = {section.part_id: section.text for section in sections_of(former["content"])}
        parts = [(part.id.strip(), part.content) for part in self.sections]
        only_fields = allowed is not None and allowed <= set(_FIELDS)
        sections = None if only_fields else _merged(earlier, parts, self.removed, allowed)
        fields = {
            name: value
            for name in _FIELDS
            if (value := getattr(self, name)) is not None and (allowed is None or name in allowed)
        }
        if sections is None and not fields:
            return None
        content = former["content"] if sections is None else _joined(earlier, sections)
        return {**former, **fields, "content": content}

    @property
    def is_complete(self) -> bool:
        return self.content is not None


_FIELDS = ("title", "summary", "estimated_completion_time", "language")


def _identify(ids: Sequence[str]) -> bool:
    return len(set(ids)) == len(ids) and all(part_id == part_id.strip() != "" for part_id in ids)


def _merged(
    earlier: Mapping[str, Any],
    parts: Sequence[tuple[str, Any]],
    removed: Collection[str],
    allowed: Set[str] | None,
) -> dict[str, Any] | None:
    """Return all parts in order, the new ones last; None where none of `parts` and `removed` can be used."""
    if allowed is not None and not allowed & earlier.keys():
        allowed = None  # the findings name other things than these parts
    open_parts = [part_id for part_id in earlier if allowed is None or part_id in allowed]
    usable = {part_id: part for part_id, part in parts if part_id in open_parts}
    if allowed is None:
        usable |= {part_id: part for part_id, part in parts if part_id and part_id not in earlier}
    gone = {part_id for part_id in removed if part_id in open_parts and part_id not in usable}
    foreign = all(part_id not in earlier for part_id, _ in parts)
    if not usable and not gone and allowed is not None and foreign and len(parts) == len(open_parts):
        usable = {part_id: part for part_id, (_, part) in zip(open_parts, parts, strict=True)}  # under other ids
    if not usable and not gone:
        return None
    return {part_id: part for part_id, part in {**earlier, **usable}.items() if part_id not in gone}


def _joined(earlier: Mapping[str, str], sections: Mapping[str, str]) -> str:
    """Return sections as one text. A new one keeps the blank lines that the former one ended with."""
    texts: list[str] = []
    for part_id, text in sections.items():
        before = earlier.get(part_id)
        if text == before:
            texts.append(text)
            continue
        ending = "\n\n" if before is None else before[len(before.rstrip("\n")) :]
        if texts and not texts[-1].endswith("\n"):
            texts.append("\n\n")
        texts.append(text.strip("\n") + ending)
    return "".join(texts)
