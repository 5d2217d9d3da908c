"""The forms to edit a course book under review: the part that all lessons share, and the plan of one concept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from backend.pages.support.forms import Form, number
from domain.course.book import (
    ConceptPlan,
    CourseBook,
    LessonPlan,
    Misconception,
    Project,
    ProjectStep,
    RunningExample,
    Term,
    Tool,
)
from domain.course.drafts import line, lines, misconceptions_of
from domain.course.edits import outcomes_of, with_plan
from domain.errors import InvalidInput
from domain.framework import Concept, Framework
from rendering.languages.translation import _

BLANK_ROWS: Final = 3
"""Empty rows below those of a list, to be filled."""


@dataclass(frozen=True, slots=True)
class StepField:
    stage_id: str
    name: str
    task: str


@dataclass(frozen=True, slots=True)
class SharedForm:
    """The fields of the shared part, as they are shown or were typed."""

    terms: list[tuple[str, str, str]]
    """(term, notation, meaning)"""
    tools: list[tuple[str, str]]
    """(name, version)"""
    example_title: str
    example_description: str
    example_language: str
    example_code: str
    project_title: str
    project_description: str
    steps: list[StepField]

    @classmethod
    def of(cls, book: CourseBook, framework: Framework) -> "SharedForm":
        example, project = book.example or RunningExample(title=""), book.project or Project()
        tasks = {step.stage_id: step.task for step in project.steps}
        return cls(
            terms=[(term.term, term.notation, term.meaning) for term in book.glossary] + BLANK_ROWS * [("", "", "")],
            tools=[(tool.name, tool.version) for tool in book.tools] + BLANK_ROWS * [("", "")],
            example_title=example.title,
            example_description=example.description,
            example_language=example.language,
            example_code=example.code,
            project_title=project.title,
            project_description=project.description,
            steps=[StepField(one.stage_id, one.name, tasks.get(one.stage_id, "")) for one in framework.stages],
        )

    @classmethod
    def typed(cls, form: Form, framework: Framework) -> "SharedForm":
        steps = form.below("step:")
        return cls(
            terms=list(zip(form.all("term"), form.all("notation"), form.all("meaning"), strict=False)),
            tools=list(zip(form.all("tool"), form.all("tool_version"), strict=False)),
            example_title=form["example_title"],
            example_description=form["example_description"],
            example_language=form["example_language"],
            example_code=next(iter(form.all("example_code")), ""),
            project_title=form["project_title"],
            project_description=form["project_description"],
            steps=[
                StepField(one.stage_id, one.name, next(iter(steps.get(one.stage_id, [])), ""))
                for one in framework.stages
            ],
        )

    def applied_to(self, book: CourseBook) -> CourseBook:
        """Return the book with this shared part. Raises InvalidInput."""
        if unnamed := [
            meaning for term, notation, meaning in self.terms if not line(term) and line(notation + meaning)
        ]:
            raise InvalidInput(_("Name the term that means “{meaning}”.", meaning=line(unnamed[0])[:80]))
        if line(self.example_code) and not line(self.example_title):
            raise InvalidInput(_("Give the example a title."))
        steps = [ProjectStep(stage_id=step.stage_id, task=line(step.task)) for step in self.steps if line(step.task)]
        if steps and not line(self.project_title):
            raise InvalidInput(_("Give the project a title."))
        example = RunningExample(
            title=line(self.example_title),
            description=line(self.example_description),
            language=line(self.example_language).lower(),
            code=self.example_code.strip("\n"),
        )
        project = Project(title=line(self.project_title), description=line(self.project_description), steps=steps)
        changes = {
            "glossary": [
                Term(term=line(term), notation=line(notation), meaning=line(meaning))
                for term, notation, meaning in self.terms
                if line(term)
            ],
            "tools": [Tool(name=line(name), version=line(version)) for name, version in self.tools if line(name)],
            "example": example if example.title else None,
            "project": project if project.title else None,
        }
        return book.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class PlanForm:
    """The fields of the plan of one concept, as they are shown or were typed."""

    concept_id: str
    name: str
    outcomes: str
    """One a line."""
    teaches: str
    leaves_out: str
    misconceptions: list[tuple[str, str]]
    """(belief, correction)"""
    lessons: list[tuple[str, str]]
    """(title, minutes)"""

    @classmethod
    def of(cls, book: CourseBook, concept: Concept) -> "PlanForm":
        plan = book.plan_of(concept.concept_id) or ConceptPlan(concept_id=concept.concept_id)
        return cls(
            concept_id=concept.concept_id,
            name=concept.name,
            outcomes="\n".join(line(outcome.text) for outcome in plan.outcomes),
            teaches=plan.teaches,
            leaves_out=plan.leaves_out,
            misconceptions=[(one.belief, one.correction) for one in plan.misconceptions] + BLANK_ROWS * [("", "")],
            lessons=[(one.title, str(one.minutes)) for one in plan.lessons] + BLANK_ROWS * [("", "")],
        )

    @classmethod
    def typed(cls, form: Form, concept: Concept) -> "PlanForm":
        return cls(
            concept_id=concept.concept_id,
            name=concept.name,
            outcomes=form["outcomes"],
            teaches=form["teaches"],
            leaves_out=form["leaves_out"],
            misconceptions=list(zip(form.all("belief"), form.all("correction"), strict=False)),
            lessons=list(zip(form.all("lesson_title"), form.all("lesson_minutes"), strict=False)),
        )

    def applied_to(self, book: CourseBook, framework: Framework) -> CourseBook:
        """Return the book with this plan. Raises InvalidInput."""
        if unnamed := [
            correction for belief, correction in self.misconceptions if line(correction) and not line(belief)
        ]:
            raise InvalidInput(f"Say which misconception “{line(unnamed[0])[:80]}” corrects.")
        before = book.plan_of(self.concept_id) or ConceptPlan(concept_id=self.concept_id)
        plan = ConceptPlan(
            concept_id=self.concept_id,
            outcomes=outcomes_of(lines(self.outcomes.split("\n")), before.outcomes),
            teaches=line(self.teaches),
            leaves_out=line(self.leaves_out),
            misconceptions=misconceptions_of(
                [Misconception(belief=belief, correction=correction) for belief, correction in self.misconceptions]
            ),
            lessons=list(self._lessons()),
        )
        return with_plan(book, plan, [concept.concept_id for concept in framework.concepts()])

    def _lessons(self) -> Iterator[LessonPlan]:
        filled = [(line(title), line(minutes)) for title, minutes in self.lessons if line(title + minutes)]
        for position, (title, minutes) in enumerate(filled, start=1):
            error = _("Give lesson “{title}” its minutes as a number.", title=title[:80])
            yield LessonPlan(lesson_id=f"l{position}", title=title, minutes=number(minutes, error))
