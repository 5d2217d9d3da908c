"""Draw a roadmap as a tree. Names come last in a line: right-to-left text cannot reorder the rest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text
from rich.tree import Tree

from cli.output.stdio import console, styled
from cli.output.tables import contents_sentence
from domain.pace.pace import hours_left, weeks_of_study
from domain.vocabulary import ContentStatus, ContentType
from rendering.text.task_text import clause_of
from rendering.text.text import CONFIGURE, counted, hours, one_line, origin_note

if TYPE_CHECKING:
    from rich.console import RenderableType

    from domain.framework import Concept, Framework, Module, Stage
    from domain.pace.pace import Pace
    from orchestrator.queries.status import RoadmapView
    from repository.contents.content_queries import ContentState

STALE: Final = "stale"
OUT_OF_DATE: Final = "out of date"
MARKS: Final[Mapping[str, tuple[str, str, str]]] = {
    # state: (mark, mark where there is no Unicode, style)
    ContentStatus.COMPLETED: ("✓", "+", "green"),
    ContentStatus.GENERATING: ("…", "~", "yellow"),
    ContentStatus.PENDING: ("·", ".", "dim"),
    ContentStatus.FAILED: ("✗", "x", "bold red"),
    STALE: ("!", "!", "bold magenta"),
    OUT_OF_DATE: ("↻", "o", "yellow"),
}

States = Mapping[tuple[str, str], "ContentState"]


def roadmap_tree(roadmap: "RoadmapView", warnings: Sequence[str] = ()) -> "Iterator[RenderableType]":
    """Yield title, totals, active tasks, warnings about the structure, the tree and its legend."""
    yield styled(one_line(roadmap.framework.title if roadmap.framework else roadmap.title), "bold")
    yield styled(" · ".join(_totals(roadmap)), "dim")
    if roadmap.by_rules:
        yield styled(origin_note(roadmap.plan_author), "yellow")
        yield styled(f"A model writes after: {CONFIGURE}", "dim")
    yield from _activity(roadmap)
    yield from (styled(f"Warning: {one_line(text, 400)}", "yellow") for text in warnings)
    if roadmap.framework is not None:
        yield _tree(roadmap.framework, {(state.concept_id, state.content_type): state for state in roadmap.contents})
        yield _legend(out_of_date=any(state.out_of_date for state in roadmap.contents))


def _totals(roadmap: "RoadmapView") -> Iterator[str]:
    yield one_line(roadmap.roadmap_id)
    if (framework := roadmap.framework) is not None:
        yield ", ".join([hours(framework.total_estimated_hours), *_weeks(framework, roadmap.pace)])
        yield "draft" if roadmap.framework_version == 0 else f"version {roadmap.framework_version}"


def _weeks(framework: "Framework", pace: "Pace | None") -> Iterator[str]:
    """Yield how many weeks the whole roadmap takes at the present pace, as far as that is known."""
    if pace is not None and (weeks := weeks_of_study(hours_left(framework), pace.hours_per_week)):
        yield f"{counted(weeks, 'week')} at {hours(pace.hours_per_week)} a week"


def _activity(roadmap: "RoadmapView") -> Iterator[Text]:
    yield styled(contents_sentence(roadmap))
    for task in roadmap.active_tasks:
        yield styled(f"{task.task_type} {task.task_id}: {clause_of(task)}.", "yellow" if task.live else "red")
    if roadmap.framework is None and not roadmap.active_tasks:
        yield styled(f"No run is creating one; see `roadmap tasks --roadmap {one_line(roadmap.roadmap_id)}`.")


def _tree(framework: "Framework", states: States) -> Tree:
    tree = Tree("", hide_root=True, guide_style="dim")
    id_width = max((len(concept.concept_id) for concept in framework.concepts()), default=0)
    for number, stage in enumerate(framework.stages, start=1):
        branch = tree.add(_stage(number, stage))
        for module in stage.modules:
            leaf = branch.add(_module(module))
            for concept in module.concepts:
                leaf.add(_concept(concept, states, min(id_width, 16)))
    return tree


def _stage(number: int, stage: "Stage") -> Text:
    total = sum(concept.estimated_hours for module in stage.modules for concept in module.concepts)
    return Text.assemble((f"Stage {number}", "bold cyan"), f"  {hours(total)}  ", styled(one_line(stage.name), "bold"))


def _module(module: "Module") -> Text:
    total = sum(concept.estimated_hours for concept in module.concepts)
    return Text.assemble(f"{hours(total)}  ", styled(one_line(module.name), "bold"))


def _concept(concept: "Concept", states: States, id_width: int) -> Text:
    marks = [_mark(states.get((concept.concept_id, content_type))) for content_type in ContentType]
    figures = f" {hours(concept.estimated_hours):>6}  {concept.difficulty:<6}  "
    return Text.assemble(
        *marks,
        figures,
        styled(one_line(concept.concept_id).ljust(id_width), "dim"),
        "  ",
        styled(one_line(concept.name)),
    )


def _mark(state: "ContentState | None") -> Text:
    if state is None:
        return _drawn(ContentStatus.PENDING)
    if state.stale:
        return _drawn(STALE)
    return _drawn(OUT_OF_DATE if state.out_of_date and state.status is ContentStatus.COMPLETED else state.status)


def _drawn(state: str) -> Text:
    mark, plain, style = MARKS[state]
    return Text(plain if console().options.ascii_only else mark, style=style)


def _legend(*, out_of_date: bool) -> Text:
    """Return what the marks mean; that of contents that are out of date only where there are some."""
    legend = Text(f"{', '.join(ContentType)}:", style="dim")
    for state in MARKS if out_of_date else [state for state in MARKS if state != OUT_OF_DATE]:
        legend.append("  ").append_text(_drawn(state)).append(f" {state}", style="dim")
    return legend
