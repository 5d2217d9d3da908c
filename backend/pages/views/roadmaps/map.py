"""The map of a roadmap: stages, modules and cards, and the problems that need attention."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Final, Literal

from backend.pages.views.roadmaps.learner import Standing
from backend.pages.views.status_labels import (
    Look,
    content_label,
    content_look,
    content_name,
    direction_of,
    task_look,
    task_name,
)
from domain.course.lesson_use import LESSON
from domain.framework import Concept, Framework, Module, Stage
from domain.pace.pace import hours_left, weeks_of_study
from domain.vocabulary import ContentStatus, ContentType, TaskStatus
from orchestrator.queries.status import RoadmapView, TaskView
from rendering.drawing.map_layout import Drawing, draw
from rendering.languages.translation import _
from rendering.text.task_text import clause_of, label_of
from rendering.text.text import hours
from repository.contents.content_queries import ContentState

MAX_PROBLEMS: Final = 20
"""Problems that are listed; a button retries all of them."""

States = Mapping[tuple[str, ContentType], ContentState]
Standings = Mapping[str, Standing]
NO_STANDINGS: Final[Standings] = {}
NO_STANDING: Final = Standing()


@dataclass(frozen=True, slots=True)
class ContentMark:
    """The state of one content on a card."""

    concept_id: str
    content_type: ContentType
    look: Look
    out_of_date: bool = False

    @property
    def name(self) -> str:
        return content_name(self.content_type)

    @property
    def says(self) -> str:
        return content_label(self.look, out_of_date=self.out_of_date)


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a concept."""

    concept_id: str
    number: int
    """Position in learning order, from 1."""
    name: str
    hours: str
    difficulty: str
    standing: Standing
    marks: tuple[ContentMark, ...]


@dataclass(frozen=True, slots=True)
class ModuleBox:
    name: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage with its totals. Its modules are in one or more columns."""

    stage_id: str
    name: str
    description: str
    hours: str
    concepts: int
    done: int
    completed: int
    contents: int
    columns: tuple[tuple[ModuleBox, ...], ...]
    tested: bool
    """Whether a quiz of it is written, from which a test is made."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The lines behind the cards as SVG paths, and the size of the drawing."""

    width: float
    height: float
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunLine:
    """An active run."""

    task_id: str
    name: str
    look: Look
    doing: str
    live: bool
    waits_for_review: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A failed or stale content."""

    concept_id: str
    content_type: ContentType
    name: str
    concept_name: str
    look: Look
    says: str
    reason: str
    retryable: bool
    """Whether it can be requested alone."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The run that failed to create the roadmap."""

    task_id: str
    name: str
    state: str
    error_message: str | None


@dataclass(frozen=True, slots=True)
class Map:
    """Data that all pages of a roadmap share."""

    roadmap_id: str
    title: str
    direction: Literal["ltr", "rtl"]
    version: int
    hours: str
    weeks_left: int
    """At the present pace; 0 if nothing is left to learn, or for a roadmap without a stored pace."""
    stages: tuple[Lane, ...]
    picture: Picture
    concepts: int
    done: int
    contents: int
    completed: int
    failed: int
    stale: int
    out_of_date: int
    broken: tuple[Broken, ...]
    """The first failed and stale contents, in learning order."""
    retryable: bool
    """Whether a run can write any of them."""
    runs: tuple[RunLine, ...]
    ended: Ended | None


def map_of(
    roadmap: RoadmapView,
    standings: Standings = NO_STANDINGS,
    last: TaskView | None = None,
    blocked: Collection[tuple[str, ContentType]] = (),
) -> Map:
    """Return the map.

    `standings`: how far the reader is with concepts. `last`: newest run of the roadmap. `blocked`: contents that cannot
    be requested alone.
    """
    learned = {concept_id for concept_id, standing in standings.items() if standing.learned}
    framework = roadmap.framework or Framework(roadmap_id=roadmap.roadmap_id)
    states = {(state.concept_id, state.content_type): state for state in roadmap.contents}
    right_to_left = direction_of(framework.title or roadmap.title) == "rtl"
    drawing = draw(framework, right_to_left=right_to_left)
    lanes = _lanes(framework, drawing, states, standings)
    present = {concept.concept_id for concept in framework.concepts()}
    shown = [state for state in roadmap.contents if state.concept_id in present]
    return Map(
        roadmap_id=roadmap.roadmap_id,
        title=framework.title or roadmap.title,
        direction="rtl" if right_to_left else "ltr",
        version=roadmap.framework_version,
        hours=hours(framework.total_estimated_hours),
        weeks_left=_weeks_left(roadmap, learned),
        stages=lanes,
        picture=Picture(drawing.width, drawing.height, tuple(line.d for line in drawing.lines)),
        concepts=len(present),
        done=len(present & set(learned)),
        contents=len(present) * len(ContentType),
        completed=sum(lane.completed for lane in lanes),
        failed=sum(state.status is ContentStatus.FAILED for state in shown),
        stale=sum(state.stale for state in shown),
        out_of_date=sum(state.out_of_date and state.status is ContentStatus.COMPLETED for state in shown),
        broken=_broken(framework, states, blocked),
        retryable=_is_retryable(shown, blocked),
        runs=tuple(run_line(task, roadmap.contents) for task in roadmap.active_tasks),
        ended=_ended(roadmap, last),
    )


def _weeks_left(roadmap: RoadmapView, learned: Collection[str]) -> int:
    pace = roadmap.pace
    return weeks_of_study(hours_left(roadmap.framework, learned), pace.hours_per_week) if pace else 0


def run_line(task: TaskView, contents: Sequence[ContentState]) -> RunLine:
    return RunLine(
        task_id=task.task_id,
        name=task_name(task.task_type),
        look=task_look(task),
        doing=_doing(task, contents),
        live=task.live,
        waits_for_review=task.status is TaskStatus.HUMAN_REVIEW_PENDING,
    )


def _doing(task: TaskView, contents: Sequence[ContentState]) -> str:
    clause = clause_of(task)
    if task.status is not TaskStatus.PROCESSING or not task.live:
        return _("{state}.", state=clause)
    claimed = [state for state in contents if state.task_id == task.task_id]
    if not claimed:
        return f"{clause} …"
    finished = sum(state.status in (ContentStatus.COMPLETED, ContentStatus.FAILED) for state in claimed)
    return _("{state}, {number} of {total}.", state=clause, number=finished, total=len(claimed))


def _is_broken(state: ContentState) -> bool:
    return state.stale or state.status is ContentStatus.FAILED


def _is_retryable(states: Sequence[ContentState], blocked: Collection[tuple[str, ContentType]]) -> bool:
    """Return whether one run over all broken contents finds any: it may write a lesson and what needs it."""
    broken = [state for state in states if _is_broken(state)]
    lessons = {state.concept_id for state in broken if state.content_type is LESSON}
    return any((s.concept_id, s.content_type) not in blocked or s.concept_id in lessons for s in broken)


def _broken(framework: Framework, states: States, blocked: Collection[tuple[str, ContentType]]) -> tuple[Broken, ...]:
    broken = (
        (concept, state)
        for concept in framework.concepts()
        for content_type in ContentType
        if (state := states.get((concept.concept_id, content_type))) is not None and _is_broken(state)
    )
    return tuple(
        Broken(
            concept_id=concept.concept_id,
            content_type=state.content_type,
            name=content_name(state.content_type),
            concept_name=concept.name or concept.concept_id,
            look=content_look(state),
            says=content_label(content_look(state)),
            reason=state.last_error or "",
            retryable=(concept.concept_id, state.content_type) not in blocked,
        )
        for concept, state in islice(broken, MAX_PROBLEMS)
    )


def _ended(roadmap: RoadmapView, last: TaskView | None) -> Ended | None:
    """Return the last run if the roadmap has no accepted framework and no active run creates one."""
    if roadmap.framework_version > 0 or roadmap.active_tasks or last is None:
        return None
    return Ended(last.task_id, task_name(last.task_type), label_of(last), last.error_message)


def _lanes(framework: Framework, drawing: Drawing, states: States, standings: Standings) -> tuple[Lane, ...]:
    numbers = {concept.concept_id: number for number, concept in enumerate(framework.concepts(), start=1)}
    boxes = iter(drawing.modules)
    return tuple(
        _lane(stage, [next(boxes).box.x for _ in stage.modules], states, standings, numbers)
        for stage in framework.stages
    )


def _lane(
    stage: Stage, places: Sequence[float], states: States, standings: Standings, numbers: Mapping[str, int]
) -> Lane:
    """Return the lane of a stage. `places`: x of each module; modules with the same x form a column."""
    concepts = [concept for module in stage.modules for concept in module.concepts]
    modules = [_box(module, states, standings, numbers) for module in stage.modules]
    columns = [
        tuple(module for _, module in column)
        for _, column in groupby(zip(places, modules, strict=True), key=lambda placed: placed[0])
    ]
    marks = [mark for module in modules for card in module.cards for mark in card.marks]
    quizzes = (states.get((concept.concept_id, ContentType.QUIZ)) for concept in concepts)
    return Lane(
        stage_id=stage.stage_id,
        name=stage.name,
        description=stage.description,
        hours=hours(sum(concept.estimated_hours for concept in concepts)),
        concepts=len(concepts),
        done=sum(standings.get(concept.concept_id, NO_STANDING).learned for concept in concepts),
        completed=sum(mark.look == "completed" for mark in marks),
        contents=len(marks),
        columns=tuple(columns) or ((),),
        tested=any(quiz is not None and quiz.version > 0 for quiz in quizzes),
    )


def _box(module: Module, states: States, standings: Standings, numbers: Mapping[str, int]) -> ModuleBox:
    cards = (_card(concept, states, standings, numbers[concept.concept_id]) for concept in module.concepts)
    return ModuleBox(module.name, tuple(cards))


def _card(concept: Concept, states: States, standings: Standings, number: int) -> Card:
    return Card(
        concept_id=concept.concept_id,
        number=number,
        name=concept.name,
        hours=hours(concept.estimated_hours),
        difficulty=_(concept.difficulty),
        standing=standings.get(concept.concept_id, NO_STANDING),
        marks=tuple(_mark(concept.concept_id, content_type, states) for content_type in ContentType),
    )


def _mark(concept_id: str, content_type: ContentType, states: States) -> ContentMark:
    state = states.get((concept_id, content_type))
    return ContentMark(concept_id, content_type, content_look(state), state is not None and state.out_of_date)
