"""Applying edit plans. Operations refer to ids, so that every other part stays unchanged."""

from collections.abc import Collection, Sequence
from typing import Any, assert_never

from pydantic import ValidationError

from domain.editing.review import EditPlan, Issue, NewPart, NewParts, Operation
from domain.framework import Concept, ConceptDraft, Framework, Module, Stage
from domain.identity import Numbering, all_ids, resolve_prerequisites, with_totals

_CHANGEABLE = {"description", "estimated_hours", "difficulty", "prerequisites", "keywords"}


class _Refused(Exception):
    """One operation cannot be applied; the others are."""


def apply_edits(
    framework: Framework, plan: EditPlan, new_parts: NewParts, *, hours_per_week: float, used_ids: Collection[str] = ()
) -> tuple[Framework, list[Issue]]:
    """Return the edited framework, and issues for operations that were refused and for what was repaired.

    `used_ids`: ids of earlier structures of this roadmap, which are not reused.
    """
    editor = _Editor(framework, new_parts.parts, used_ids)
    issues: list[Issue] = []
    for index, operation in enumerate(plan.operations):
        try:
            editor.do(index, operation)
        except _Refused as refused:
            issues.append(
                Issue(
                    severity="warning",
                    category="operation_refused",
                    location=operation.target_id or "",
                    issue=f"{operation.action} {operation.target_type}: {refused}",
                    suggestion="The operation was left out.",
                )
            )
    edited = editor.framework
    return with_totals(edited, hours_per_week), issues + resolve_prerequisites(edited, editor.new_concepts)


class _Editor:
    def __init__(self, framework: Framework, parts: Sequence[NewPart], used_ids: Collection[str]) -> None:
        self.framework = framework.model_copy(deep=True)
        self.new_concepts: set[str] = set()
        self._parts = {part.operation: part for part in parts}
        self._numbering = Numbering({*used_ids, *all_ids(framework)})

    def do(self, index: int, operation: Operation) -> None:
        match operation.action:
            case "add":
                self._add(index, operation)
            case "remove":
                siblings, at = self._find(operation)
                del siblings[at]
            case "rename":
                siblings, at = self._find(operation)
                siblings[at].name = _name(operation.values)
            case "move":
                self._move(operation)
            case "change":
                self._change(operation)
            case _:
                assert_never(operation.action)

    def _add(self, index: int, operation: Operation) -> None:
        part = self._parts.get(index)
        draft = getattr(part, operation.target_type, None)
        if part is None or draft is None:
            raise _Refused("nobody wrote the new part")
        siblings = self._children(operation)
        parent_id = (operation.position and operation.position.parent_id) or ""
        before = set(all_ids(self.framework))
        new: Stage | Module | Concept
        match operation.target_type:
            case "stage":
                new = self._numbering.stage(draft)
            case "module":
                new = self._numbering.module(draft, parent_id)
            case "concept":
                new = self._numbering.concept(draft, parent_id)
            case _:
                assert_never(operation.target_type)
        _insert(siblings, new, operation)
        self.new_concepts |= set(all_ids(self.framework)) - before

    def _move(self, operation: Operation) -> None:
        target = self._children(operation) if operation.position and operation.position.parent_id else None
        siblings, at = self._find(operation)
        part = siblings.pop(at)
        _insert(siblings if target is None else target, part, operation)

    def _change(self, operation: Operation) -> None:
        siblings, at = self._find(operation)
        part = siblings[at]
        values = {key: value for key, value in operation.values.items() if key in _CHANGEABLE}
        if not isinstance(part, Concept):
            values = {key: value for key, value in values.items() if key == "description"}
        if not values:
            raise _Refused("it changes nothing that can be changed")
        try:
            if isinstance(part, Concept):
                ConceptDraft.model_validate({"name": part.name, **part.model_dump(exclude={"concept_id"}), **values})
            siblings[at] = type(part).model_validate({**part.model_dump(), **values})
        except ValidationError as error:
            raise _Refused(f"the new values do not fit ({error.errors()[0]['msg']})") from error

    def _find(self, operation: Operation) -> tuple[list[Any], int]:
        """Return the list that contains the target, and its index in the list."""
        for siblings in self._lists(operation.target_type):
            for at, part in enumerate(siblings):
                if _id(part) == operation.target_id:
                    return siblings, at
        raise _Refused(f"there is no {operation.target_type} {operation.target_id}")

    def _lists(self, target_type: str) -> list[list[Any]]:
        if target_type == "stage":
            return [self.framework.stages]
        if target_type == "module":
            return [stage.modules for stage in self.framework.stages]
        return [module.concepts for stage in self.framework.stages for module in stage.modules]

    def _children(self, operation: Operation) -> list[Any]:
        """Return the list of children into which a part of this type is inserted."""
        if operation.target_type == "stage":
            return self.framework.stages
        parent_id = operation.position.parent_id if operation.position else None
        for stage in self.framework.stages:
            if operation.target_type == "module" and stage.stage_id == parent_id:
                return stage.modules
            for module in stage.modules:
                if operation.target_type == "concept" and module.module_id == parent_id:
                    return module.concepts
        raise _Refused(f"there is no parent {parent_id} for a {operation.target_type}")


def _id(part: Stage | Module | Concept) -> str:
    match part:
        case Stage():
            return part.stage_id
        case Module():
            return part.module_id
        case Concept():
            return part.concept_id
        case _:
            assert_never(part)


def _insert(siblings: list[Any], part: Stage | Module | Concept, operation: Operation) -> None:
    index = operation.position.index if operation.position else None
    siblings.insert(len(siblings) if index is None else index, part)


def _name(values: dict[str, Any]) -> str:
    name = values.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 200:
        raise _Refused("the new name is missing, blank or over 200 characters")
    return name.strip()
