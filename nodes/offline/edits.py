"""Edits by rules: what instructions ask for, and the repair of what code found broken."""

from typing import Any

from domain.goals import plain
from domain.instructions import MAX_HOURS, MIN_HOURS, Part, parts_of, read_instructions
from domain.review import EditPlan, Issue, NewPart, NewParts, Operation
from nodes.authors.port import EditPlanBrief, NewPartsBrief
from nodes.offline.plan import write_concept, write_module, write_stage
from nodes.offline.subjects import phrases


def plan_edits(brief: EditPlanBrief) -> EditPlan:
    """Raises InvalidInput for instructions that rules cannot follow."""
    words, parts = phrases(brief.preferences.primary_language), parts_of(brief.framework)
    operations: list[Operation] = []
    for issue in brief.issues:
        done = {(one.action, one.target_id) for one in operations}
        new = [one for one in _mended(issue, parts, brief) if (one.action, one.target_id) not in done]
        operations += [one.model_copy(update={"reason": plain(issue.issue, 200)}) for one in new]
    if brief.feedback.strip():
        operations += read_instructions(brief.feedback, brief.framework, brief.max_concepts)
    names = {part.id: part.name for part in parts}
    named = [(one, names.get(one.target_id or "", ""), one.values.get("name", "")) for one in operations]
    said = [words["edit"][one.action].format(name=name, new=new) for one, name, new in named]
    broken = [plain(issue.issue, 120) for issue in brief.issues if issue.severity == "critical"]
    left = [words["edit"]["left"].format(text=text) for text in broken]
    items = words["comma"].join(said or left)
    summary = words["edit"]["done"].format(items=items) if items else words["edit"]["nothing"]
    return EditPlan(feedback_summary=summary, operations=operations)


def _mended(issue: Issue, parts: list[Part], brief: EditPlanBrief) -> list[Operation]:
    """Removes what is empty, double or too much; keeps prerequisites that come earlier; bounds hours."""
    part = next((one for one in parts if one.id == issue.location), None)
    concepts = [one for one in parts if one.kind == "concept"]
    ids = [one.id for one in concepts]
    mine = [one for one in concepts if part is None or one.concepts[0] in part.concepts]
    match issue.category:
        case "empty_stage" | "empty_module" | "duplicate_id" if part:
            return [Operation(action="remove", target_type=part.kind, target_id=part.id)]
        case "too_many_concepts":
            gone = set(ids[max(1, brief.max_concepts) :])
            over = [one for one in parts if one.concepts and {concept.concept_id for concept in one.concepts} <= gone]
            top = [one for one in over if one.parent not in {inner.id for inner in over}]
            return [Operation(action="remove", target_type=one.kind, target_id=one.id) for one in top]
        case "no_concepts":
            values = {"name": plain(brief.framework.title, 60) or "1"}
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


def write_new_parts(brief: NewPartsBrief) -> NewParts:
    language = brief.preferences.primary_language
    taken = {concept.name for concept in brief.framework.concepts()}
    inside = {part.id: part.concepts[-1].name for part in parts_of(brief.framework) if part.concepts}
    added = [(place, one) for place, one in enumerate(brief.plan.operations) if one.action == "add"]
    return NewParts(parts=[_new_part(place, one, language, taken, inside) for place, one in added])


def _new_part(place: int, operation: Operation, language: str, taken: set[str], inside: dict[str, str]) -> NewPart:
    """It builds on the last concept of the part that it is added to, or of the roadmap."""
    words, parent = phrases(language)["plan"], operation.position.parent_id if operation.position else None
    name = plain(str(operation.values.get("name", "")), 80) or words["nothing_named"]
    needed = [inside[parent]] if parent in inside else list(inside.values())[-1:]
    if operation.target_type == "concept":
        return NewPart(operation=place, concept=write_concept(name, None, language, needed))
    names = [plain(text.format(s=plain(name, 50)), 80) for text in words["new_concepts"]]
    names = [f"{one} {place + 1}" if one in taken else one for one in names]
    taken.update(names)
    concepts = [write_concept(one, None, language, [*needed, *names][n : n + 1]) for n, one in enumerate(names)]
    if operation.target_type == "module":
        return NewPart(operation=place, module=write_module(name, concepts, language))
    module = write_module(plain(words["new_module"].format(s=name), 80), concepts, language)
    return NewPart(operation=place, stage=write_stage(name, [module], language))
