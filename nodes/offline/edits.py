"""Edits by rules: applying instructions, and repairing the issues that code has detected."""

from domain.editing.repairs import repair
from domain.editing.review import EditPlan, NewPart, NewParts, Operation
from domain.text.goals import plain
from domain.text.instructions import parts_of, read_instructions
from nodes.authors.briefs import EditPlanBrief, NewPartsBrief
from nodes.offline.plan import write_concept, write_module, write_stage
from nodes.offline.subjects import phrases


def plan_edits(brief: EditPlanBrief) -> EditPlan:
    """Return the plan for instructions or issues. Raises InvalidInput for instructions that rules cannot follow."""
    words, parts = phrases(brief.preferences.primary_language), parts_of(brief.framework)
    operations: list[Operation] = []
    for issue in brief.issues:
        done = {(one.action, one.target_id) for one in operations}
        new = [
            one for one in repair(issue, brief.framework, brief.max_concepts) if (one.action, one.target_id) not in done
        ]
        operations += [one.model_copy(update={"reason": plain(issue.issue, 200)}) for one in new]
    if brief.feedback.strip():
        operations += read_instructions(brief.feedback, brief.framework, brief.max_concepts)
    names = {part.id: part.name for part in parts}
    named = [(one, names.get(one.target_id or "", ""), one.values.get("name", "")) for one in operations]
    descriptions = [words["edit"][one.action].format(name=name, new=new) for one, name, new in named]
    broken = [plain(issue.issue, 120) for issue in brief.issues if issue.severity == "critical"]
    left = [words["edit"]["left"].format(text=text) for text in broken]
    items = words["comma"].join(descriptions or left)
    summary = words["edit"]["done"].format(items=items) if items else words["edit"]["nothing"]
    return EditPlan(feedback_summary=summary, operations=operations)


def write_new_parts(brief: NewPartsBrief) -> NewParts:
    language = brief.preferences.primary_language
    taken = {concept.name for concept in brief.framework.concepts()}
    inside = {part.id: part.concepts[-1].name for part in parts_of(brief.framework) if part.concepts}
    added = [(place, one) for place, one in enumerate(brief.plan.operations) if one.action == "add"]
    return NewParts(parts=[_new_part(place, one, language, taken, inside) for place, one in added])


def _new_part(place: int, operation: Operation, language: str, taken: set[str], inside: dict[str, str]) -> NewPart:
    """Return the new part. It builds on the last concept of its parent, or of the roadmap."""
    words, parent = phrases(language)["plan"], operation.position.parent_id if operation.position else None
    name = plain(str(operation.values.get("name", "")), 80) or words["nothing_named"]
    needed = [inside[parent]] if parent in inside else list(inside.values())[-1:]
    if operation.target_type == "concept":
        return NewPart(operation=place, concept=write_concept(name, None, language, needed))
    names = [plain(text.format(s=plain(name, 50)), 80) for text in words["new_concepts"]]
    names = [f"{one} {place + 1}" if one in taken else one for one in names]
    taken.update(names)
    concepts = [write_concept(one, None, language, names[:n] or needed) for n, one in enumerate(names)]
    if operation.target_type == "module":
        return NewPart(operation=place, module=write_module(name, concepts, language))
    module = write_module(plain(words["new_module"].format(s=name), 80), concepts, language)
    return NewPart(operation=place, stage=write_stage(name, [module], language))
