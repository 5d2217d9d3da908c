"""The page of a course book, and the forms to edit the one under review."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from backend.auth import Caller, CallerDep
from backend.dependencies import OrchestratorDep, TutorialsDep
from backend.inputs import RoadmapId, TaskId
from backend.pages.support.forms import Form, number, read_form
from backend.pages.support.page_route import pages, reader_of
from backend.pages.support.refusals import in_reader_words
from backend.pages.support.roadmap_page import frame_of
from backend.pages.support.templating import page, redirect
from backend.pages.views.roadmaps.book import PlanForm, SharedForm
from backend.tutorials import Tutorials
from domain.course.book import CourseBook
from domain.errors import InvalidInput, NotFound
from domain.framework import Concept, Framework
from domain.vocabulary import TaskStatus
from orchestrator import Orchestrator
from orchestrator.commands.request_context import Terms
from orchestrator.queries.status import TaskView
from rendering.documents.book_document import book_lines
from rendering.languages.translation import _

router = pages()

SHARED: Final = "shared"
"""The part of a book that all lessons share; other parts are named by their concept."""


async def book_context(tutorials: Tutorials, book: CourseBook | None, framework: Framework | None) -> dict[str, Any]:
    """Return what a template needs to show a book: `book` as HTML, empty without one, and whether it has formulas."""
    if book is None:
        return {"book": Markup(), "formulas": False}
    text = "\n".join(book_lines(book, framework, level=1))
    html = await tutorials.rendered(text, prefix="book-")
    return {"book": Markup(html.html), "formulas": html.has_formulas}


@router.get("/roadmaps/{roadmap_id}/book")
async def book(
    request: Request, roadmap_id: RoadmapId, caller: CallerDep, orchestrator: OrchestratorDep, tutorials: TutorialsDep
) -> Response:
    frame = await frame_of(request, roadmap_id, caller, orchestrator)
    shown = await book_context(tutorials, frame.roadmap.course_book, frame.roadmap.framework)
    return page(request, "roadmaps/book.html", tab="book", **shown, **frame.context)


@dataclass(frozen=True, slots=True)
class _Edited:
    """A book under review, and the part of it that a form shows."""

    task: TaskView
    framework: Framework
    book: CourseBook
    concept: Concept | None
    """None for the part that all lessons share."""

    @property
    def part(self) -> str:
        return SHARED if self.concept is None else self.concept.concept_id

    def form(self) -> SharedForm | PlanForm:
        if self.concept is None:
            return SharedForm.of(self.book, self.framework)
        return PlanForm.of(self.book, self.concept)

    def typed(self, form: Form) -> SharedForm | PlanForm:
        return SharedForm.typed(form, self.framework) if self.concept is None else PlanForm.typed(form, self.concept)


async def _edited(task_id: str, part: str, caller: Caller, orchestrator: Orchestrator) -> _Edited:
    """Read the book of a run for a reviewer. Raises NotFound."""
    task = await orchestrator.task(task_id, owner=caller.reviews)
    framework, book = await orchestrator.structures.under_review(task_id)
    place = framework.find(part)
    if place is None and part != SHARED:
        raise NotFound("There is no such part of the course book.")
    return _Edited(task, framework, book or CourseBook(), place.concept if place else None)


@router.get("/tasks/{task_id}/book")
async def edit(
    request: Request,
    task_id: TaskId,
    caller: CallerDep,
    orchestrator: OrchestratorDep,
    part: str = SHARED,
    round: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    edited = await _edited(task_id, part, caller, orchestrator)
    return _page(request, caller, edited, edited.form(), round)


@router.post("/tasks/{task_id}/book")
async def save(request: Request, task_id: TaskId, caller: CallerDep, orchestrator: OrchestratorDep) -> Response:
    form = await read_form(request)
    edited = await _edited(task_id, form["part"], caller, orchestrator)
    typed = edited.typed(form)
    round = number(form["round"], _("The form is not valid: reload the page and edit again."))

    def change(book: CourseBook) -> CourseBook:
        return typed.applied_to(book) if isinstance(typed, SharedForm) else typed.applied_to(book, edited.framework)

    try:
        terms = Terms(owner=caller.reviews)
        await orchestrator.edit_book(task_id, change, round=round or None, by=caller.user_id, terms=terms)
    except InvalidInput as error:
        return _page(request, caller, edited, typed, round, in_reader_words(str(error)))
    return redirect(request, "tasks", task_id, "review", notice="book")


def _page(
    request: Request, caller: Caller, edited: _Edited, form: SharedForm | PlanForm, round: int, error: str = ""
) -> Response:
    return page(
        request,
        "roadmaps/edit_book.html",
        status=422 if error else 200,
        reader=reader_of(caller),
        task_id=edited.task.task_id,
        open=edited.task.status is TaskStatus.HUMAN_REVIEW_PENDING,
        part=edited.part,
        round=round,
        framework=edited.framework,
        form=form,
        error=error,
    )
