"""The part of a brief that a chat model sees, as plain data."""

from typing import Any, Final, assert_never, cast

from pydantic import ValidationError

from domain.checks.prose.markdown import heading_starts
from domain.course.book import ConceptPlan, CourseBook, Misconception
from domain.framework import Framework
from domain.request import Intent, LearningRequest, Preferences
from nodes.authors.briefs import (
    Brief,
    ConceptPlansBrief,
    ContentBrief,
    CourseBookBrief,
    CritiqueBrief,
    EditPlanBrief,
    FrameworkBrief,
    IntentBrief,
    KnownBrief,
    NewPartsBrief,
    OutlineBrief,
    QuizKeyBrief,
    ResourcesBrief,
    StageBrief,
    StructureReviewBrief,
)

Data = dict[str, Any]

ASKED_FOR: Final = "asked_for"
"""The field with a person's words, which is whole in every prompt."""
MAX_PLANNED: Final = 20
"""Outcomes, misconceptions and lessons of a concept that a prompt holds; a plan has fewer."""


def data_of(brief: Brief[Any]) -> Data:
    known = cast(KnownBrief, brief)  # the port has these briefs and no others
    match known:
        case IntentBrief():
            return _request(known.request)
        case FrameworkBrief() | OutlineBrief():
            return {
                **_request(known.request),
                "intent": _intent(known.intent),
                "max_concepts": known.max_concepts,
            }
        case StageBrief():
            return _stage(known)
        case StructureReviewBrief():
            return _review(known)
        case EditPlanBrief():
            return _edit_plan(known)
        case NewPartsBrief():
            return _new_parts(known)
        case CourseBookBrief():
            warnings = {"warnings": known.warnings} if known.warnings else {}
            return {**_request(known.request), "roadmap": _framework(known.framework), **warnings}
        case ConceptPlansBrief():
            return _concept_plans(known)
        case ContentBrief():
            return {**_content(known), **known.more_data()}
        case QuizKeyBrief():
            questions = [question.model_dump() for question in known.questions]
            return {**_learner(known.preferences), "concept": known.concept.name, "questions": questions}
        case _ as unreachable:
            assert_never(unreachable)


def earlier_data(brief: Brief[Any]) -> Data:
    """Return the long texts: the version that a content has, wishes that hold, its lesson, and what a critic reads."""
    if isinstance(brief, QuizKeyBrief):
        return {"lesson": brief.lesson} if brief.lesson else {}
    if not isinstance(brief, ContentBrief):
        return {}
    version = {} if brief.present_version is None else {"present_version": _version(brief)}
    wishes = {"earlier_wishes": brief.earlier_wishes} if brief.earlier_wishes else {}
    written = {"written": brief.written} if isinstance(brief, CritiqueBrief) else {}
    return {**version, **_lesson(brief), **wishes, **written}


def _lesson(brief: ContentBrief[Any]) -> Data:
    """Return the lesson; for links its headings only, which say enough at a small part of its price."""
    if not brief.lesson:
        return {}
    if not isinstance(brief, ResourcesBrief):
        return {"lesson": brief.lesson}
    starts = heading_starts(brief.lesson)
    return {"lesson_headings": [brief.lesson[start:].partition("\n")[0].strip("# \r") for start in starts]}


def _version(brief: ContentBrief[Any]) -> Data:
    """Return a version as its author wrote it: by its parts, without what code has added."""
    stored = brief.present_version or {}
    try:
        known = brief.shape.model_validate(stored).model_dump(mode="json")
    except ValidationError:  # of another version of the program
        return stored
    parts = None if brief.partial is None else brief.partial.parts_of(known)
    return known if parts is None else parts


def _request(request: LearningRequest) -> Data:
    context = {"additional_context": request.additional_context} if request.additional_context else {}
    return {**_learner(request.preferences), **context}


def _learner(preferences: Preferences) -> Data:
    """Return the preferences that were given, without ids."""
    given = preferences.model_dump(mode="json", exclude_none=True, exclude={"primary_language"})
    return {
        "language": preferences.primary_language,
        "learner": {name: value for name, value in given.items() if value},
    }


def _intent(intent: Intent) -> Data:
    return intent.model_dump(mode="json")


def _stage(brief: StageBrief) -> Data:
    stage = brief.outline.stages[brief.index]
    return {
        **_request(brief.request),
        "goal": brief.intent.parsed_goal,
        "roadmap": brief.outline.title,
        "outline": [{"name": other.name, "description": other.description} for other in brief.outline.stages],
        "stage": {"name": stage.name, "description": stage.description}
        | ({"hours": stage.hours} if stage.hours else {}),
        "concepts_wanted": brief.max_concepts,
        "earlier_concepts": brief.earlier,
    }


def _review(brief: StructureReviewBrief) -> Data:
    intent = {} if brief.intent is None else {"intent": _intent(brief.intent)}
    earlier = [issue.model_dump(mode="json") for issue in brief.earlier_issues]
    return {
        **_request(brief.request),
        **intent,
        **_asked(brief),
        **({"earlier_issues": earlier} if earlier else {}),
        **({"max_concepts": brief.max_concepts} if brief.max_concepts else {}),
        "roadmap": _framework(brief.framework),
    }


def _new_parts(brief: NewPartsBrief) -> Data:
    additions = [
        {"operation": number, **operation.model_dump(mode="json", exclude={"action"}, exclude_defaults=True)}
        for number, operation in enumerate(brief.plan.operations)
        if operation.action == "add"
    ]
    planned = {plan.concept_id: plan.teaches for plan in brief.book.concepts} if brief.book else {}
    course = {"course": _shared(brief.book), "taught_by_concept": planned} if brief.book else {}
    return {
        **_learner(brief.preferences),
        **_asked(brief),
        "additions": additions,
        "roadmap": _framework(brief.framework),
        **course,
        **_single(brief),
    }


def _shared(book: CourseBook) -> Data:
    return book.model_dump(mode="json", exclude={"concepts"})


def _edit_plan(brief: EditPlanBrief) -> Data:
    several = [past.model_dump(mode="json", exclude_defaults=True) for past in brief.versions]
    versions = {"versions": several} if several else {}
    learned = {"learned": brief.learned} if brief.learned else {}
    return {
        **_learner(brief.preferences),
        **_asked(brief),
        "feedback": brief.feedback,
        "issues": [issue.model_dump(mode="json") for issue in brief.issues],
        "round_of_editing": brief.edit_round + 1,
        "max_concepts": brief.max_concepts,
        "roadmap": _framework(brief.framework),
        **versions,
        **learned,
    }


def _asked(brief: EditPlanBrief | StructureReviewBrief | NewPartsBrief) -> Data:
    """Return what a person has asked to change, what it was before, and what becomes of contents so far."""
    if not brief.asked_for:
        return {}
    accepted = brief.accepted
    is_changed = accepted is not None and accepted.stages != brief.framework.stages
    before = {"accepted_roadmap": _framework(accepted)} if accepted and is_changed else {}
    edits = [] if isinstance(brief, NewPartsBrief) else brief.content_edits
    contents = {"content_changes": [edit.model_dump(mode="json", exclude_defaults=True) for edit in edits]}
    return {ASKED_FOR: brief.asked_for, **before, **(contents if edits else {})}


def _concept_plans(brief: ConceptPlansBrief) -> Data:
    """Return the data of plans; only `concepts` differs between the stages of a run, so that the rest is one prefix."""
    names = {concept.concept_id: concept.name for concept in brief.framework.concepts()}
    planned = {plan.concept_id: plan.teaches for plan in brief.book.concepts}
    roadmap = [
        {
            "stage": stage.name,
            "concepts": [
                {"id": concept.concept_id, "name": concept.name}
                | (
                    {"teaches": planned[concept.concept_id]}
                    if concept.concept_id in planned
                    else {"description": concept.description}
                )
                for module in stage.modules
                for concept in module.concepts
            ],
        }
        for stage in brief.framework.stages
    ]
    concepts = [
        {
            "id": concept.concept_id,
            "name": concept.name,
            "description": concept.description,
            "minutes": round(60 * concept.estimated_hours),
            "difficulty": concept.difficulty,
            "prerequisites": [names[needed] for needed in concept.prerequisites if needed in names],
            "keywords": concept.keywords,
        }
        for concept in brief.framework.concepts()
        if concept.concept_id in brief.concept_ids
    ]
    former = {plan.concept_id: _planned(plan) for plan in brief.former}
    return {
        **_learner(brief.preferences),
        **({ASKED_FOR: brief.asked_for} if brief.asked_for else {}),
        "roadmap": {"title": brief.framework.title, "stages": roadmap},
        "course": _shared(brief.book),
        **_single(brief),
        **({"former_plans": former} if former else {}),
        "concepts": concepts,
    }


def _single(brief: ConceptPlansBrief | NewPartsBrief) -> Data:
    return {"single_lessons": True} if brief.single_lessons else {}


def _content(brief: ContentBrief[Any]) -> Data:
    """Return a concept and its surroundings; with a course book, its plan and the outcomes of its prerequisites."""
    concept = brief.concept
    wishes = {"wishes": brief.instructions} if brief.instructions else {}
    return {
        **_learner(brief.preferences),
        "roadmap": brief.roadmap_title,
        "stage": brief.stage_name,
        "module": brief.module_name,
        "concept": {
            "name": concept.name,
            "description": concept.description,
            "hours": concept.estimated_hours,
            "difficulty": concept.difficulty,
            "keywords": concept.keywords,
            **_plan(brief),
        },
        "prerequisites": brief.prerequisite_names,
        **_prerequisites(brief),
        **wishes,
    }


def _plan(brief: ContentBrief[Any]) -> Data:
    plan = brief.book.plan_of(brief.concept.concept_id) if brief.book else None
    return {} if plan is None else _planned(plan)


def _planned(plan: ConceptPlan) -> Data:
    """Return what a plan says, without what it leaves empty."""
    fields = {
        "outcomes": _outcomes(plan),
        "teaches": plan.teaches,
        "leaves_out": plan.leaves_out,
        "misconceptions": [_misconception(one) for one in plan.misconceptions[:MAX_PLANNED]],
        "lessons": [
            {"id": lesson.lesson_id, "title": lesson.title, "minutes": lesson.minutes}
            for lesson in plan.lessons[:MAX_PLANNED]
        ],
    }
    return {name: value for name, value in fields.items() if value}


def _misconception(one: Misconception) -> Data:
    return one.model_dump(exclude_defaults=True)


def _prerequisites(brief: ContentBrief[Any]) -> Data:
    """Return the outcomes of each prerequisite that has a plan."""
    if brief.book is None:
        return {}
    concepts = brief.framework.concepts() if brief.framework else []
    names = {concept.concept_id: concept.name for concept in concepts}
    plans = [plan for needed in brief.concept.prerequisites if (plan := brief.book.plan_of(needed))]
    known = [
        {"concept": names.get(plan.concept_id) or plan.concept_id, "outcomes": _outcomes(plan)}
        for plan in plans
        if plan.outcomes
    ]
    return {"outcomes_of_prerequisites": known} if known else {}


def _outcomes(plan: ConceptPlan) -> list[Data]:
    return [{"id": outcome.outcome_id, "outcome": outcome.text} for outcome in plan.outcomes[:MAX_PLANNED]]


def _framework(framework: Framework) -> Data:
    return {
        "title": framework.title,
        "total_hours": framework.total_estimated_hours,
        "weeks": framework.recommended_completion_weeks,
        "stages": [
            {
                "id": stage.stage_id,
                "name": stage.name,
                "modules": [
                    {
                        "id": module.module_id,
                        "name": module.name,
                        "concepts": [
                            {
                                "id": concept.concept_id,
                                "name": concept.name,
                                "description": concept.description,
                                "hours": concept.estimated_hours,
                                "difficulty": concept.difficulty,
                                "prerequisites": concept.prerequisites,
                                "keywords": concept.keywords,
                            }
                            for concept in module.concepts
                        ],
                    }
                    for module in stage.modules
                ],
            }
            for stage in framework.stages
        ],
    }
