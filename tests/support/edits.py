"""Changes in words for tests: an author that understands three of them, and the ids that they name."""

from collections.abc import Sequence
from typing import Any

from domain.editing.review import EditPlan, NewPart, NewParts, Operation, Position
from domain.framework import ConceptDraft
from nodes.authors.briefs import AuthorRole, Brief, EditPlanBrief
from tests.support.authors import ScriptedAuthor, framework_draft

FIRST, SECOND, THIRD, NEW = "c-1-1-1", "c-1-1-2", "c-1-1-3", "c-1-1-4"


def plan(brief: Brief[Any], _: Sequence[str]) -> EditPlan:
    """Understands `add`, `drop` (the second concept) and `rename` (the third)."""
    assert isinstance(brief, EditPlanBrief)
    known = {
        "add": Operation(
            action="add", target_type="concept", position=Position(parent_id="m-1-1"), values={"name": "New"}
        ),
        "drop": Operation(action="remove", target_type="concept", target_id=SECOND),
        "rename": Operation(action="rename", target_type="concept", target_id=THIRD, values={"name": "Other"}),
    }
    operations = [known[word] for word in brief.feedback.split() if word in known]
    return EditPlan(feedback_summary="This cannot be done." if not operations else "", operations=operations)


def parts(_: Brief[Any], __: Sequence[str]) -> NewParts:
    new = ConceptDraft(name="New", description="", estimated_hours=1)
    return NewParts(parts=[NewPart(operation=number, concept=new) for number in range(3)])


def editing_author() -> ScriptedAuthor:
    """Designs a roadmap of three concepts, and changes it as `plan` and `parts` say."""
    return ScriptedAuthor(
        {
            AuthorRole.FRAMEWORK: lambda _, __: framework_draft(3),
            AuthorRole.EDIT_PLAN: plan,
            AuthorRole.NEW_PARTS: parts,
        }
    )
