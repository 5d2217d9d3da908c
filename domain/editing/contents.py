"""Edits of contents in an edit plan: write them again with a wish, or put an older version back.

Each operation names its contents, and each wish goes to those only. What is unclear is refused, never guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from domain.editing.diff import changed_concepts
from domain.editing.review import MAX_WISH_LENGTH, Action, EditPlan, Issue, Operation
from domain.framework import Framework
from domain.text.names import NameIndex, tidy_name
from domain.vocabulary import ContentType

Key = tuple[str, str]
"""Concept id and content type."""
Versions = Mapping[Key, Sequence[int]]
"""The numbers of all versions of each content, oldest first."""

CONTENT_ACTIONS: Final[frozenset[Action]] = frozenset({"rewrite", "revert"})
_MAX_NAMED: Final = 5


class ContentEdit(BaseModel):
    """The edit of one content."""

    concept_id: str
    content_type: str
    wish: str = ""
    """The wish for it where it is written again; empty: as before."""
    version: int | None = None
    """The version that is put back; None: it is written again."""

    @property
    def key(self) -> Key:
        return self.concept_id, self.content_type


class PastVersion(BaseModel):
    """A version of a content. `wish`: what the run that wrote it was asked for."""

    version: int
    wish: str = ""


class PastVersions(BaseModel):
    """The versions of a content that has several, oldest first."""

    concept_id: str
    content_type: str
    versions: list[PastVersion]


def numbers_of(history: Iterable[PastVersions]) -> Versions:
    """Return the numbers of the versions of each content."""
    return {(past.concept_id, past.content_type): [one.version for one in past.versions] for past in history}


class Refusal(BaseModel):
    """An operation on contents that is not carried out."""

    index: int
    operation: Operation
    reason: str

    @property
    def objection(self) -> str:
        """Return it worded for the author of the plan."""
        return f"Operation {self.index + 1} ({self.operation.action}): {self.reason}."

    @property
    def warning(self) -> Issue:
        named = ", ".join([self.operation.target_id or "", *self.operation.concept_ids][:_MAX_NAMED]).strip(", ")
        return Issue(
            severity="warning",
            category="operation_refused",
            location=self.operation.target_id or "",
            issue=f"{self.operation.action} {tidy_name(named)}: {self.reason}",
            suggestion="The operation was left out.",
        )


class _Refused(Exception):
    """An operation cannot be carried out."""


def content_edits(framework: Framework, plan: EditPlan, versions: Versions) -> tuple[list[ContentEdit], list[Refusal]]:
    """Return what a plan does with contents, and which of its operations are refused.

    `framework`: after the operations on the structure, so that nothing is done with a removed concept. Two wishes for
    one content are joined; a content that one plan both writes again and puts back is left as it is.
    """
    edits: dict[Key, ContentEdit] = {}
    refusals: list[Refusal] = []
    contradicted: set[Key] = set()
    index = NameIndex((concept.concept_id, concept.name) for concept in framework.concepts())
    for number, operation in enumerate(plan.operations):
        if operation.action not in CONTENT_ACTIONS:
            continue
        try:
            asked = _read(operation, index, versions)
            clashes = [edit for edit in asked if edit.key in edits and not _agree(edits[edit.key], edit)]
            contradicted.update(edit.key for edit in clashes)
            if clashes:
                what = ", ".join(f"the {edit.content_type} of {edit.concept_id}" for edit in clashes[:_MAX_NAMED])
                raise _Refused(f"another operation of the plan does something else with {what}; plan one of them")
        except _Refused as reason:
            refusals.append(Refusal(index=number, operation=operation, reason=str(reason)))
            continue
        for edit in asked:
            edits[edit.key] = _joined(edits.get(edit.key), edit)
    return [edit for key, edit in edits.items() if key not in contradicted], refusals


def _read(operation: Operation, index: NameIndex, versions: Versions) -> list[ContentEdit]:
    """Return the edits of one operation. Raises _Refused."""
    named = [*operation.concept_ids, *([operation.target_id] if operation.target_id else [])]
    if not any(name.strip() for name in named):
        raise _Refused("it names no concept; name concepts by their ids")
    concept_ids = list(dict.fromkeys(_concept(index, name) for name in named))
    types = [_content_type(word) for word in operation.content_types]
    if not types:
        raise _Refused(f"`content_types` is empty; name some of {', '.join(ContentType)}")
    keys = [(concept_id, content_type) for concept_id in concept_ids for content_type in dict.fromkeys(types)]
    if operation.action == "rewrite":
        wish = operation.wish.strip()
        if len(wish) > MAX_WISH_LENGTH:
            raise _Refused(f"`wish` is longer than {MAX_WISH_LENGTH} characters")
        return [ContentEdit(concept_id=one, content_type=kind, wish=wish) for one, kind in keys]
    if operation.version is None:
        raise _Refused("`version` is missing; name the version that is put back")
    for concept_id, content_type in keys:
        known = versions.get((concept_id, content_type), ())
        if operation.version not in known:
            has = f"its newest version is {known[-1]}" if known else "it has no version yet"
            raise _Refused(f"the {content_type} of {concept_id} has no version {operation.version}; {has}")
    return [ContentEdit(concept_id=one, content_type=kind, version=operation.version) for one, kind in keys]


def _concept(index: NameIndex, named: str) -> str:
    found = index.find(named)
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(found[:_MAX_NAMED])
        raise _Refused(f"“{tidy_name(named)}” may be any of {several}; name one by its id")
    raise _Refused(f"the roadmap has no concept “{tidy_name(named)}” after this plan; name one by its id")


_WORDS: Final = {"lesson": "tutorial", "lessons": "tutorial", "tutorials": "tutorial", "links": "resources",
                 "resource": "resources", "quizzes": "quiz", "questions": "quiz"}  # fmt: skip
"""Words that authors write for a content type."""


def _content_type(word: str) -> str:
    folded = word.strip().casefold()
    folded = folded if folded in set(ContentType) else _WORDS.get(folded, folded)
    if folded not in set(ContentType):
        raise _Refused(f"“{tidy_name(word)}” is no content type; there are {', '.join(ContentType)}")
    return folded


def _agree(one: ContentEdit, other: ContentEdit) -> bool:
    return one.version == other.version


def _joined(before: ContentEdit | None, edit: ContentEdit) -> ContentEdit:
    if before is None or before.wish == edit.wish:
        return edit
    wish = "\n".join(filter(None, (before.wish, edit.wish)))
    return edit.model_copy(update={"wish": wish})


def merged(pending: Sequence[ContentEdit], edits: Sequence[ContentEdit], framework: Framework) -> list[ContentEdit]:
    """Return the edits of all rounds: a later one of a content replaces an earlier one; removed concepts have none."""
    present = {concept.concept_id for concept in framework.concepts()}
    latest = {edit.key: edit for edit in [*pending, *edits]}
    return [edit for edit in latest.values() if edit.concept_id in present]


@dataclass(frozen=True, slots=True)
class ContentChanges:
    """The effect of accepting a proposal on contents, each list in learning order."""

    written: Sequence[Key]
    """Contents of new concepts."""
    rewritten: Sequence[Key]
    reverted: Sequence[ContentEdit]
    """Contents that get a copy of an older version, which costs nothing."""

    @property
    def asked(self) -> list[Key]:
        """The contents that an author is asked for."""
        return [*self.written, *self.rewritten]


def content_changes(
    before: Framework | None, after: Framework, edits: Iterable[ContentEdit], versions: Versions
) -> ContentChanges:
    """Return what becomes of the contents of a roadmap. `before`: the accepted structure, None before the first one.

    Contents of concepts with another subject are written again, unless an edit says what becomes of them. A content
    that is put back to its newest version stays as it is.
    """
    known = {concept.concept_id for concept in before.concepts()} if before else set()
    changed = set(changed_concepts(before, after)) if before else set()
    by_key = {edit.key: edit for edit in edits}
    written: list[Key] = []
    rewritten: list[Key] = []
    reverted: list[ContentEdit] = []
    for concept in after.concepts():
        for content_type in ContentType:
            key = concept.concept_id, str(content_type)
            edit, numbers = by_key.get(key), versions.get(key, ())
            if concept.concept_id not in known:
                written.append(key)
            elif edit is not None and edit.version is not None:
                if numbers and numbers[-1] != edit.version:
                    reverted.append(edit)
            elif edit is not None or concept.concept_id in changed:
                rewritten.append(key)
    return ContentChanges(written, rewritten, reverted)


def effect(
    before: Framework | None, after: Framework, edits: Sequence[ContentEdit], versions: Versions
) -> tuple[object, ...]:
    """Return a value that is equal for proposals with the same effect on contents."""
    changes = content_changes(before, after, edits, versions)
    wishes = {edit.key: edit.wish for edit in edits if edit.version is None}
    asked = tuple((key, wishes.get(key, "")) for key in changes.asked)
    return asked, tuple((edit.key, edit.version) for edit in changes.reverted)
