"""Play recorded courses: which one answers a goal, and what it answers to a brief."""

from typing import Any

from pydantic import BaseModel

from domain.course.drafts import BookDraft, ConceptPlans, LessonDraft, PlanDraft, ProjectDraft, ProjectStepDraft
from domain.editing.review import StructureReview
from domain.framework import ConceptDraft, FrameworkDraft, ModuleDraft, StageDraft
from domain.request import Preferences
from domain.text.names import loose_key, name_key
from nodes.authors.briefs import (
    Brief,
    ConceptPlansBrief,
    ContentBrief,
    CourseBookBrief,
    FrameworkBrief,
    IntentBrief,
    QuizBrief,
    ResourcesBrief,
    StructureReviewBrief,
    TutorialBrief,
)
from nodes.offline.recordings import RecordedConcept, RecordedCourse, courses, goals


def course_for(preferences: Preferences, max_concepts: int, weeks: float | None) -> RecordedCourse | None:
    """Return the course that is played for a goal; None without one in the learner's language and level.

    A course is not shortened: one that has too many concepts or hours is not played. `weeks`: until the deadline.
    """
    key = goals().get(loose_key(preferences.learning_goal))
    course = next((one for one in courses() if one.key == key), None) if key else None
    if course is None or preferences.current_level not in course.file.levels:
        return None
    if preferences.primary_language.partition("-")[0] != course.file.language:
        return None
    has_time = weeks is None or course.hours <= weeks * preferences.available_hours_per_week
    return course if has_time and len(course.concepts) <= max_concepts else None


def recorded_answer(course: RecordedCourse, brief: "Brief[Any]") -> BaseModel | None:
    """Return the recorded answer to a brief; None where the course holds none, such as for concepts of an edit."""
    match brief:
        case IntentBrief():
            return course.file.intent
        case FrameworkBrief():
            return _framework(course)
        case StructureReviewBrief():
            is_own = _is_own(course, brief.framework.title)
            return StructureReview(overall_score=0, validation_summary=course.file.review.summary) if is_own else None
        case CourseBookBrief():
            return _book(course)
        case ConceptPlansBrief():
            return _plans(course, brief)
        case ContentBrief() if _is_own(course, brief.roadmap_title):
            concept = course.find(brief.concept.name)
            return None if concept is None else _content(concept, brief)
        case _:
            return None


def _is_own(course: RecordedCourse, title: str) -> bool:
    return name_key(title) == name_key(course.file.title)


def _framework(course: RecordedCourse) -> FrameworkDraft:
    drafts = {concept.stem: concept.draft for concept in course.concepts.values()}
    return FrameworkDraft(
        title=course.file.title,
        stages=[
            StageDraft(
                name=stage.name,
                description=stage.description,
                modules=[
                    ModuleDraft(name=module.name, description=module.description, concepts=_of(drafts, module.concepts))
                    for module in stage.modules
                ],
            )
            for stage in course.file.stages
        ],
    )


def _of(drafts: dict[str, ConceptDraft], stems: list[str]) -> list[ConceptDraft]:
    return [drafts[stem] for stem in stems]


def _book(course: RecordedCourse) -> BookDraft:
    book = course.file.book
    steps = [ProjectStepDraft(stage_id=stage.name, task=stage.project) for stage in course.file.stages]
    project = ProjectDraft(title=book.project.title, description=book.project.description, steps=steps)
    return BookDraft(glossary=book.glossary, example=book.example, tools=book.tools, project=project)


def _plans(course: RecordedCourse, brief: ConceptPlansBrief) -> ConceptPlans:
    """Return the plans of the concepts that the course has; concepts are known by their names, ids are of the run."""
    asked = [concept for concept in brief.framework.concepts() if concept.concept_id in brief.concept_ids]
    found = [(concept.concept_id, course.find(concept.name)) for concept in asked]
    return ConceptPlans(plans=[_plan(concept_id, concept) for concept_id, concept in found if concept is not None])


def _plan(concept_id: str, concept: RecordedConcept) -> PlanDraft:
    head = concept.head
    return PlanDraft(
        concept_id=concept_id,
        outcomes=head.outcomes,
        teaches=head.teaches,
        leaves_out=head.leaves_out,
        misconceptions=head.misconceptions,
        lessons=[LessonDraft(title=head.title, minutes=concept.tutorial.estimated_completion_time)],
    )


def _content(concept: RecordedConcept, brief: "ContentBrief[Any]") -> BaseModel | None:
    match brief:
        case TutorialBrief():
            return concept.tutorial
        case ResourcesBrief():
            return concept.resources
        case QuizBrief():
            return concept.quiz
        case _:
            return None
