"""The parts of a course book as an author writes them; code adds ids and leaves out what cannot be used."""

import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel, Field

from domain.course.book import (
    BookPart,
    ConceptPlan,
    CourseBook,
    LessonPlan,
    Misconception,
    Outcome,
    Project,
    ProjectStep,
    RunningExample,
    Term,
    Tool,
)
from domain.course.lessons import fitted_lessons, single_lesson
from domain.framework import Concept, Framework
from domain.text.names import NameIndex, name_key

MAX_PLAN_LENGTH: Final = 4_000
"""Characters of the plan of one concept."""
_TEX: Final = re.compile(
    r"\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|chi|psi|omega|Gamma|Delta|Theta"
    r"|Lambda|Sigma|Phi|Psi|Omega|math(?:bb|bf|rm|cal|sf|it)|boldsymbol|operatorname|hat|bar|tilde|vec|frac|sqrt|sum|int"
    r"|prod|mid|top|cdot|times|le|ge|in|to|infty|partial|nabla|langle|lVert|sim)(?![A-Za-z])"
    r"|(?<=[A-Za-z)])[\^_]\{[A-Za-z\d,+*-]+\}"
)
"""TeX for certain: no path, regular expression or command of a shell."""


def _filled(description: str) -> Any:
    return Field(json_schema_extra={"minItems": 1}, description=description)


class ProjectStepDraft(BookPart):
    """The part of the project that belongs to a stage."""

    stage_id: str = Field(description="Id of the stage.")
    task: str = Field(description="What the learner builds or does after this stage, one to three sentences.")


class ProjectDraft(BookPart):
    title: str = Field(description="Name of the project.")
    description: str = Field(default="", description="What is there at the end, one or two sentences.")
    steps: list[ProjectStepDraft] = Field(default=[], description="One for every stage, each building on those before.")


class BookDraft(BookPart):
    """What all lessons of a roadmap share."""

    glossary: list[Term] = _filled("Terms that several lessons use, each once, with the one notation for it.")
    example: RunningExample | None = Field(
        default=None, description="The one example or data set of all lessons; null where the subject needs none."
    )
    tools: list[Tool] = Field(default=[], description="Languages and tools that lessons use, with their versions.")
    project: ProjectDraft | None = Field(default=None, description="A project that grows from stage to stage.")


class LessonDraft(BookPart):
    title: str = Field(default="", description="Title of the lesson.")
    minutes: int = Field(description="Minutes that reading and exercises take together.")


class PlanDraft(BookPart):
    """The plan of one concept."""

    concept_id: str = Field(description="Id of the concept.")
    outcomes: list[str] = Field(default=[], description="Three to five things that the learner can do afterwards.")
    teaches: str = Field(default="", description="What its lessons teach, one to three sentences.")
    leaves_out: str = Field(default="", description="What they leave to other concepts or out of the course.")
    misconceptions: list[Misconception] = Field(default=[], description="What learners often get wrong.")
    lessons: list[LessonDraft] = Field(default=[], description="Its lessons in order.")


class ConceptPlans(BaseModel):
    """The plans of several concepts."""

    plans: list[PlanDraft] = _filled("One for every concept that is asked for.")


def line(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())


def lines(texts: Sequence[str]) -> list[str]:
    """Return texts in one line each, without empty ones and repetitions."""
    distinct = {name_key(text): line(text) for text in reversed(texts) if line(text)}
    return list(reversed(distinct.values()))


def misconceptions_of(given: Sequence[Misconception]) -> list[Misconception]:
    """Return misconceptions in one line each, without empty ones and repetitions; the first of each counts."""
    distinct = {name_key(one.belief): one for one in reversed(given) if line(one.belief)}
    return [
        Misconception(belief=line(one.belief), correction=line(one.correction)) for one in reversed(distinct.values())
    ]


def notation_of(term: Term) -> str:
    """Return a notation as Markdown in one line: TeX that lacks its dollar signs gets them."""
    notation = line(term.notation)
    return f"${notation}$" if _TEX.search(notation) and not set(notation) & {"$", "`"} else notation


def shared_part(draft: BookDraft, framework: Framework) -> CourseBook:
    """Return a book without plans. Terms without a meaning, repetitions and unknown stages are left out."""
    terms = {
        name_key(term.term): Term(term=line(term.term), meaning=line(term.meaning), notation=notation_of(term))
        for term in reversed(draft.glossary)
        if line(term.term) and line(term.meaning)
    }
    tools = {
        name_key(tool.name): Tool(name=line(tool.name), version=line(tool.version))
        for tool in reversed(draft.tools)
        if line(tool.name)
    }
    return CourseBook(
        glossary=list(reversed(terms.values())),
        example=_example(draft.example),
        tools=list(reversed(tools.values())),
        project=_project(draft.project, framework),
    )


def _example(example: RunningExample | None) -> RunningExample | None:
    if example is None or not line(example.title):
        return None
    code = example.code.strip("\n")
    return RunningExample(
        title=line(example.title),
        description=line(example.description),
        language=line(example.language).lower() if code.strip() else "",
        code=code if code.strip() else "",
    )


def _project(draft: ProjectDraft | None, framework: Framework) -> Project | None:
    if draft is None or not line(draft.title):
        return None
    tasks = {stage_of(step, framework): line(step.task) for step in reversed(draft.steps) if line(step.task)}
    steps = [
        ProjectStep(stage_id=stage.stage_id, task=tasks[stage.stage_id])
        for stage in framework.stages
        if stage.stage_id in tasks
    ]
    return Project(title=line(draft.title), description=line(draft.description), steps=steps)


def stage_of(step: ProjectStepDraft, framework: Framework) -> str | None:
    """Return the id of the stage that a step names by id or name; None where it is not clear."""
    found = NameIndex((stage.stage_id, stage.name) for stage in framework.stages).find(step.stage_id)
    return found[0] if len(found) == 1 else None


def plans_by_concept(draft: ConceptPlans, concepts: Sequence[Concept]) -> dict[str, PlanDraft]:
    """Return the plans of an answer by the concepts that they name, by id or name; the first plan of each counts."""
    index = NameIndex((concept.concept_id, concept.name) for concept in concepts)
    plans: dict[str, PlanDraft] = {}
    for plan in draft.plans:
        found = index.find(plan.concept_id)
        if len(found) == 1:
            plans.setdefault(found[0], plan)
    return plans


def is_usable(plan: PlanDraft, *, single_lessons: bool = False) -> bool:
    """Return whether a plan says what a concept teaches, and is short enough for prompts."""
    is_complete = lines(plan.outcomes) and line(plan.teaches) and (plan.lessons or single_lessons)
    return bool(is_complete) and len(plan.model_dump_json()) <= MAX_PLAN_LENGTH


def numbered(draft: PlanDraft, concept: Concept, *, single_lessons: bool = False) -> ConceptPlan:
    """Return a plan with ids, whose lessons fill the hours of the concept; `single_lessons`: as one lesson."""
    outcomes = [Outcome(outcome_id=f"o{n}", text=text) for n, text in enumerate(lines(draft.outcomes), start=1)]
    lessons = [
        LessonPlan(lesson_id=f"l{number}", title=line(lesson.title), minutes=lesson.minutes)
        for number, lesson in enumerate(draft.lessons, start=1)
    ]
    return ConceptPlan(
        concept_id=concept.concept_id,
        outcomes=outcomes,
        teaches=line(draft.teaches),
        leaves_out=line(draft.leaves_out),
        misconceptions=misconceptions_of(draft.misconceptions),
        lessons=single_lesson(concept.name, concept.estimated_hours)
        if single_lessons
        else fitted_lessons(lessons, concept.estimated_hours),
    )
