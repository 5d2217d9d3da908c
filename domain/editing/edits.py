"""Applying edit plans. Operations refer to parts, so that every other part stays unchanged.

An author should name parts by id; a name that only one part has is understood too.
"""

from collections.abc import Collection
from typing import Any, Final, assert_never

from pydantic import ValidationError

from domain.editing.review import EditPlan, Issue, NewPart, NewParts, Operation, TargetType
from domain.framework import Concept, ConceptDraft, Framework, Module, ModuleDraft, Stage, StageDraft
from domain.identity import Numbering, all_ids, with_totals
from domain.prerequisites import resolve_prerequisites
from domain.text.names import NameIndex, tidy_name

_CHANGEABLE: Final = frozenset({"description", "estimated_hours", "difficulty", "prerequisites", "keywords"})
_TYPES: Final[tuple[TargetType, ...]] = ("stage", "module", "concept")
_PARENTS: Final[dict[TargetType, TargetType]] = {"module": "stage", "concept": "module"}
_MAX_NAMED: Final = 5
"""Parts that a message names."""


class _Refused(Exception):
    """One operation cannot be applied; the others are."""


def apply_edits(
    framework: Framework, plan: EditPlan, new_parts: NewParts, *, hours_per_week: float, used_ids: Collection[str] = ()
) -> tuple[Framework, list[Issue]]:
    """Return the edited framework, and issues for operations that were refused and for what was repaired.

    `used_ids`: ids of earlier structures of this roadmap, which are not reused.
    """
    editor = _Editor(framework, part_of_each_addition(plan, new_parts), used_ids)
    issues = [
        Issue(
            severity="warning",
            category="operation_refused",
            location=plan.operations[index].target_id or "",
            issue=f"{_described(plan.operations[index])}: {reason}",
            suggestion="The operation was left out.",
        )
        for index, reason in editor.apply(plan)
    ]
    edited = editor.framework
    return with_totals(edited, hours_per_week), issues + resolve_prerequisites(edited, editor.rewritten)


def plan_objections(framework: Framework, plan: EditPlan) -> list[str]:
    """Return what cannot be carried out in a plan, worded for its author; empty for a sound plan."""
    return [
        f"Operation {index + 1} ({_described(plan.operations[index])}): {reason}."
        for index, reason in _rehearsed(framework, plan)[1]
    ]


def changes_nothing(framework: Framework, plan: EditPlan) -> bool:
    """Return whether the framework would be the same after everything in the plan that can be carried out."""
    return rehearsed(framework, plan).stages == framework.stages


def rehearsed(framework: Framework, plan: EditPlan) -> Framework:
    """Return the framework after a plan whose new parts are not written yet."""
    return _rehearsed(framework, plan)[0]


def _rehearsed(framework: Framework, plan: EditPlan) -> tuple[Framework, list[tuple[int, str]]]:
    editor = _Editor(
        framework, {index: _sample(index, op) for index, op in enumerate(plan.operations) if op.action == "add"}, ()
    )
    refused = editor.apply(plan)
    return editor.framework, refused


def _sample(index: int, operation: Operation) -> NewPart:
    name = tidy_name(operation.values.get("name")) or "New"
    concept = ConceptDraft(name=name if isinstance(name, str) else "New", description="", estimated_hours=1)
    module = ModuleDraft(name=concept.name, description="", concepts=[concept])
    match operation.target_type:
        case "stage":
            return NewPart(operation=index, stage=StageDraft(name=concept.name, description="", modules=[module]))
        case "module":
            return NewPart(operation=index, module=module)
        case "concept":
            return NewPart(operation=index, concept=concept)
        case _:
            assert_never(operation.target_type)


def part_of_each_addition(plan: EditPlan, new_parts: NewParts) -> dict[int, NewPart]:
    """Return the part that was written for each `add`, by the index of the operation.

    Parts are matched by their number. Where numbers are missing or wrong and there are as many parts as additions, they
    are taken in their order.
    """
    additions = [index for index, operation in enumerate(plan.operations) if operation.action == "add"]
    by_number = {part.operation: part for part in new_parts.parts}
    if len(new_parts.parts) == len(additions) and by_number.keys() != set(additions):
        by_number = dict(zip(additions, new_parts.parts, strict=True))
    return {
        index: by_number[index]
        for index in additions
        if index in by_number and getattr(by_number[index], plan.operations[index].target_type) is not None
    }


def missing_parts(plan: EditPlan, new_parts: NewParts) -> list[str]:
    """Return the additions of a plan for which no part was written, worded for the author."""
    written = part_of_each_addition(plan, new_parts)
    return [
        f"Operation {index}: the new {operation.target_type} is missing. Write it in `{operation.target_type}`, with "
        f"`operation` {index}."
        for index, operation in enumerate(plan.operations)
        if operation.action == "add" and index not in written
    ]


def _described(operation: Operation) -> str:
    target = tidy_name(operation.target_id or operation.values.get("name") or "")
    return f"{operation.action} {operation.target_type} {target}".rstrip()


class _Editor:
    def __init__(self, framework: Framework, parts: dict[int, NewPart], used_ids: Collection[str]) -> None:
        self.framework = framework.model_copy(deep=True)
        self.rewritten: set[str] = set()
        """Concepts whose prerequisites may be names."""
        self._parts = parts
        self._numbering = Numbering({*used_ids, *all_ids(framework)})
        self._removed: set[str] = set()

    def apply(self, plan: EditPlan) -> list[tuple[int, str]]:
        """Apply the operations in order; return the index of each one that was refused, and the reason."""
        refused: list[tuple[int, str]] = []
        for index, operation in enumerate(plan.operations):
            try:
                self._do(index, operation)
            except _Refused as reason:
                refused.append((index, str(reason)))
        return refused

    def _do(self, index: int, operation: Operation) -> None:
        match operation.action:
            case "add":
                self._add(index, operation)
            case "remove":
                self._remove(operation)
            case "rename":
                siblings, at = self._find(operation)
                siblings[at].name = _name(operation.values)
            case "move":
                self._move(operation)
            case "change":
                self._change(operation)
            case "rewrite" | "revert":
                pass  # contents.py: they leave the structure as it is
            case _:
                assert_never(operation.action)

    def _add(self, index: int, operation: Operation) -> None:
        parent, siblings = self._children(operation)
        part = self._parts.get(index)
        draft: Any = getattr(part, operation.target_type, None)
        if draft is None:
            raise _Refused("the new part was not written")
        before = set(all_ids(self.framework))
        new: Stage | Module | Concept
        match operation.target_type:
            case "stage":
                new = self._numbering.stage(draft)
            case "module":
                new = self._numbering.module(draft, parent)
            case "concept":
                new = self._numbering.concept(draft, parent)
            case _:
                assert_never(operation.target_type)
        _insert(siblings, new, operation)
        self.rewritten |= set(all_ids(self.framework)) - before

    def _remove(self, operation: Operation) -> None:
        if operation.target_id in self._removed:
            return  # with the part that contained it
        before = set(all_ids(self.framework))
        siblings, at = self._find(operation)
        del siblings[at]
        self._removed |= before - set(all_ids(self.framework))

    def _move(self, operation: Operation) -> None:
        position = operation.position
        if position is None or (position.parent_id is None and position.index is None):
            raise _Refused("it does not say where to; set `position`")
        target = self._children(operation)[1] if position.parent_id else None
        siblings, at = self._find(operation)
        part = siblings.pop(at)
        _insert(siblings if target is None else target, part, operation)

    def _change(self, operation: Operation) -> None:
        siblings, at = self._find(operation)
        part = siblings[at]
        values = {key: value for key, value in operation.values.items() if key in _CHANGEABLE}
        if not isinstance(part, Concept):
            values = {key: value for key, value in values.items() if key == "description"}
        if operation.target_id is not None and "name" in operation.values:
            values["name"] = _name(operation.values)
        if not values:
            raise _Refused("`values` has nothing that can be changed")
        try:
            if isinstance(part, Concept):
                ConceptDraft.model_validate({**part.model_dump(exclude={"concept_id"}), "name": part.name, **values})
            siblings[at] = type(part).model_validate({**part.model_dump(), **values})
        except ValidationError as error:
            first = error.errors()[0]
            raise _Refused(f"the new values do not fit ({'.'.join(map(str, first['loc']))}: {first['msg']})") from error
        if isinstance(part, Concept) and "prerequisites" in values:
            self.rewritten.add(part.concept_id)

    def _find(self, operation: Operation) -> tuple[list[Any], int]:
        """Return the list that contains the target, and its index in the list."""
        named = operation.target_id
        if not named and operation.action in {"remove", "change"}:
            named = operation.values.get("name")
        if not isinstance(named, str) or not named.strip():
            raise _Refused(f"`target_id` is missing; name the {operation.target_type} by its id")
        identifier = self._identified(operation.target_type, named)
        return next(
            (siblings, at)
            for siblings in self._lists(operation.target_type)
            for at, part in enumerate(siblings)
            if _id(part) == identifier
        )

    def _identified(self, target_type: TargetType, named: str) -> str:
        """Return the id of the one part of this type that is meant. Raises _Refused where none or several may be."""
        matches = self._matches(target_type, named)
        if len(matches) == 1:
            return matches[0]
        if matches:
            several = ", ".join(matches[:_MAX_NAMED])
            raise _Refused(f"“{tidy_name(named)}” may be any of {several}; name one by its id")
        for other in _TYPES:
            if other != target_type and self._matches(other, named):
                raise _Refused(f"“{tidy_name(named)}” is a {other}, not a {target_type}")
        raise _Refused(f"there is no {target_type} “{tidy_name(named)}”; name one by an id of the roadmap")

    def _matches(self, target_type: TargetType, named: str) -> list[str]:
        parts = [(_id(part), part.name) for siblings in self._lists(target_type) for part in siblings]
        return NameIndex(parts).find(named)

    def _lists(self, target_type: TargetType) -> list[list[Any]]:
        if target_type == "stage":
            return [self.framework.stages]
        if target_type == "module":
            return [stage.modules for stage in self.framework.stages]
        return [module.concepts for stage in self.framework.stages for module in stage.modules]

    def _children(self, operation: Operation) -> tuple[str, list[Any]]:
        """Return the id of the parent that gets a part of this type, and the list of its children."""
        if operation.target_type == "stage":
            return "", self.framework.stages
        parent_type = _PARENTS[operation.target_type]
        parents = [part for siblings in self._lists(parent_type) for part in siblings]
        named = operation.position.parent_id if operation.position else None
        if not named and len(parents) == 1:
            identifier = _id(parents[0])
        elif not named:
            raise _Refused(f"`position.parent_id` is missing; name the {parent_type} by its id")
        else:
            identifier = self._parent(parent_type, named)
        parent = next(part for part in parents if _id(part) == identifier)
        return identifier, parent.modules if isinstance(parent, Stage) else parent.concepts

    def _parent(self, parent_type: TargetType, named: str) -> str:
        """Return the id of the parent that is meant: also the only module of a stage that was named instead."""
        if parent_type == "module" and not self._matches("module", named):
            stages = self._matches("stage", named)
            modules = [part.module_id for stage in self.framework.stages if [stage.stage_id] == stages
                       for part in stage.modules]  # fmt: skip
            if len(modules) == 1:
                return modules[0]
        return self._identified(parent_type, named)


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
    name = tidy_name(values.get("name"))
    if not isinstance(name, str) or not name:
        raise _Refused("`values.name` is missing or blank")
    return name
