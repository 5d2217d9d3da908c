"""Operations that repair the issues of checks/framework.py that need no author."""

from typing import Any

from domain.editing.review import Issue, Operation
from domain.framework import Framework
from domain.text.goals import plain
from domain.text.instructions import MAX_HOURS, MIN_HOURS, Part, parts_of


def repair(issue: Issue, framework: Framework, max_concepts: int) -> list[Operation]:
    """Return the operations that repair an issue; empty if code cannot repair it.

    They remove empty, duplicate and excess parts, drop prerequisites that do not come earlier, limit hours, and number
    duplicate names.
    """
    parts = parts_of(framework)
    part = next((one for one in parts if one.id == issue.location), None)
    concepts = [one for one in parts if one.kind == "concept"]
    ids = [one.id for one in concepts]
    mine = [one for one in concepts if part is None or one.concepts[0] in part.concepts]
    match issue.category:
        case "empty_stage" | "empty_module" | "duplicate_id" if part:
            return [Operation(action="remove", target_type=part.kind, target_id=part.id)]
        case "too_many_concepts":
            gone = set(ids[max(1, max_concepts) :])
            over = [one for one in parts if one.concepts and {concept.concept_id for concept in one.concepts} <= gone]
            top = [one for one in over if one.parent not in {inner.id for inner in over}]
            return [Operation(action="remove", target_type=one.kind, target_id=one.id) for one in top]
        case "no_concepts":
            values = {"name": plain(framework.title, 60) or "1"}
            return [Operation(action="add", target_type="stage", values=values)]
        case "unknown_prerequisite" | "later_prerequisite":
            return [
                _change(
                    one,
                    "prerequisites",
                    [need for need in dict.fromkeys(one.concepts[0].prerequisites) if need in ids[:at]],
                )
                for one in mine
                for at in [ids.index(one.id)]
            ]
        case "hours":
            return [
                _change(one, "estimated_hours", min(MAX_HOURS, max(MIN_HOURS, one.concepts[0].estimated_hours)))
                for one in mine
            ]
        case "duplicate_name" if part:
            values = {"name": f"{plain(part.name, 70)} {1 + parts.index(part)}"}
            return [Operation(action="rename", target_type=part.kind, target_id=part.id, values=values)]
    return []


def _change(part: Part, field: str, value: Any) -> Operation:
    return Operation(action="change", target_type="concept", target_id=part.id, values={field: value})
