"""Plans edits: mends what code found broken, then follows a person's words; says what it cannot do and leaves it."""

from domain.editing.review import EditPlan
from nodes.authors.offline_texts.following import follow
from nodes.authors.offline_texts.instructions import read_instructions
from nodes.authors.offline_texts.library import wording_for
from nodes.authors.offline_texts.mending import mend
from nodes.authors.offline_texts.parts import parts_of
from nodes.authors.offline_texts.plan_draft import Draft
from nodes.authors.port import EditPlanBrief


def plan_edits(brief: EditPlanBrief) -> EditPlan:
    draft = Draft(brief, wording_for(brief.preferences.primary_language), parts_of(brief.framework))
    for issue in brief.issues:
        mend(draft, issue)
    for wish in read_instructions(brief.feedback):
        follow(draft, wish)
    words, separator = draft.words, draft.words.separator
    summary = []
    if draft.done:
        summary.append(words.done.format(items=separator.join(draft.done)))
    if draft.not_done:
        summary.append(words.not_done.format(items=separator.join(draft.not_done)))
    return EditPlan(feedback_summary=draft.wording.space.join(summary) or words.nothing, operations=draft.operations)
