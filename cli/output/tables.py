"""Tables and reports of tasks and roadmaps. Names come last in a line: right-to-left text cannot reorder the rest."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from cli.output.stdio import is_wide, styled, when
from domain.vocabulary import ACTIVE, ContentStatus, TaskStatus
from rendering.text.event_text import wait_in_words
from rendering.text.task_text import clause_of, state_of_task
from rendering.text.text import counted, hours, one_line, time_taken

if TYPE_CHECKING:
    from rich.console import RenderableType

    from orchestrator.queries.status import ActiveTask, RoadmapView, StatusCheck, TaskView
    from repository.contents.content_queries import ContentState
    from repository.tables.roadmaps import RoadmapRow

ROADMAP_FIELDS: Final = {
    "roadmap_id",
    "user_id",
    "title",
    "total_estimated_hours",
    "recommended_completion_weeks",
    "framework_version",
    "created_at",
    "updated_at",
}
"""Fields of a roadmap in the JSON of `roadmap list`."""

STYLE_OF: Final = {
    TaskStatus.PENDING: "yellow",
    TaskStatus.PROCESSING: "yellow",
    TaskStatus.HUMAN_REVIEW_PENDING: "cyan",
    TaskStatus.COMPLETED: "green",
    TaskStatus.PARTIAL_FAILURE: "magenta",
    TaskStatus.FAILED: "red",
    TaskStatus.CANCELLED: "dim",
}


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _stacked(*lines: Text) -> Text:
    return Text("\n").join(line for line in lines if line.plain)


def roadmaps_table(rows: "Sequence[RoadmapRow]") -> Table:
    if is_wide():
        table = _table("Created", "Study", "User", "Roadmap", "Title")
        for row in rows:
            table.add_row(when(row.created_at), _study(row), one_line(row.user_id), _id(row.roadmap_id), _title(row))
        return table
    table = _table("Created", "Study", "Roadmap")
    for row in rows:
        day, _, time = when(row.created_at).partition(" ")
        table.add_row(f"{day}\n{time}", _study(row), _stacked(_title(row), _id(row.roadmap_id)))
    return table


def _study(row: "RoadmapRow") -> str:
    return hours(row.total_estimated_hours) if row.total_estimated_hours else "-"


def _title(row: "RoadmapRow") -> Text:
    return styled(one_line(row.title, 200), "bold")


def _id(identifier: str | None) -> Text:
    return styled(one_line(identifier or "-"))


def tasks_table(tasks: "Sequence[TaskView]") -> Table:
    if is_wide():
        table = _table("Created", "Status", "Type", "Task", "Roadmap", "About")
        for task in tasks:
            about = styled(one_line("; ".join(_about(task)), 200))
            identity = _id(task.task_id), _id(task.roadmap_id)
            table.add_row(when(task.created_at), _status(task), Text(task.task_type), *identity, about)
        return table
    table = _table("Created", "Status", "Task")
    for task in tasks:
        day, _, time = when(task.created_at).partition(" ")
        notes = [styled(one_line(line, 200), "dim") for line in _about(task)]
        status = _stacked(_status(task), Text(task.task_type))
        table.add_row(f"{day}\n{time}", status, _stacked(_id(task.task_id), _id(task.roadmap_id), *notes))
    return table


def _status(task: "TaskView") -> Text:
    """Return the status, with `stale` for an active row whose process has died."""
    if state_of_task(task) == "stale":
        return Text(f"{task.status}, stale", style="red")
    return Text(task.status, style=STYLE_OF[task.status])


def _about(task: "TaskView") -> Iterator[str]:
    if task.content_type:
        yield f"{task.content_type} of {task.concept_id}"
    if task.status in ACTIVE:
        yield clause_of(task)
    if (summary := task.execution_summary) and summary.get("total"):
        yield f"{summary.get('completed')} of {summary.get('total')} contents in {time_taken(summary)}"
    if task.error_message:
        yield task.error_message


def status_report(check: "StatusCheck", roadmap: "RoadmapView") -> "Iterator[RenderableType]":
    """Yield the report of `roadmap status`: sentences, then contents that are stale, out of date, or failed."""
    yield from _active_tasks(check, roadmap)
    yield styled(contents_sentence(roadmap))
    if check.stale_concepts:
        yield styled("Stale, no live run will finish them (generate them with `roadmap retry-failed`):", "magenta")
        yield _contents_table(
            [
                (stale.content_type, stale.concept_id, stale.current_status, stale.concept_name)
                for stale in check.stale_concepts
            ]
        )
    if check.out_of_date_concepts:
        yield styled(
            "Out of date, made from an older lesson (write them again with `roadmap retry-failed --out-of-date`):",
            "yellow",
        )
        statuses = {(state.concept_id, state.content_type): state.status for state in roadmap.contents}
        yield _contents_table(
            [
                (
                    one.content_type,
                    one.concept_id,
                    statuses.get((one.concept_id, one.content_type), ""),
                    one.concept_name,
                )
                for one in check.out_of_date_concepts
            ]
        )
    if failed := [state for state in roadmap.contents if state.status is ContentStatus.FAILED]:
        yield styled("Failed:", "red")
        names = (
            {concept.concept_id: concept.name for concept in roadmap.framework.concepts()} if roadmap.framework else {}
        )
        yield _contents_table(
            [
                (f.content_type, f.concept_id, f.last_error or "reason unknown", names.get(f.concept_id, ""))
                for f in failed
            ]
        )


def _active_tasks(check: "StatusCheck", roadmap: "RoadmapView") -> Iterator[Text]:
    for task in check.active_tasks:
        yield styled(f"Active: {_sentence(task)}.", "yellow")
    live = {task.task_id for task in check.active_tasks}
    for stale in roadmap.active_tasks:
        if stale.task_id not in live:
            yield styled(
                f"Active: {stale.task_type} {stale.task_id}, {clause_of(stale)}. "
                f"Continue it with `roadmap resume {stale.task_id}`, or start a `roadmap worker`.",
                "red",
            )
    if not roadmap.active_tasks:
        yield styled("No active runs.")


def _sentence(task: "ActiveTask") -> str:
    of = f" for the {task.content_type} of {task.concept_id}" if task.content_type else ""
    waiting = ", waiting for a worker; none is running" if task.waiting_for_worker else ""
    if task.waiting_for_model is not None:
        waiting = f", waiting for {wait_in_words(task.waiting_for_model, datetime.now(UTC))}"
    return f"{task.task_type} {task.task_id}{of} is {task.status}, step {task.current_step}{waiting}"


def contents_sentence(roadmap: "RoadmapView") -> str:
    """Count the contents: `18 concepts; contents: 50 of 54 completed, 3 failed, 1 unfinished.`"""
    if roadmap.framework is None:
        return "No framework yet."
    concepts = counted(len(roadmap.framework.concepts()), "concept")
    if not roadmap.contents:
        return f"{concepts}; no contents yet."
    return f"{concepts}; contents: {_counts(roadmap.contents)}."


def _counts(states: "Sequence[ContentState]") -> str:
    completed = sum(state.status is ContentStatus.COMPLETED for state in states)
    failed = sum(state.status is ContentStatus.FAILED for state in states)
    stale = sum(state.stale for state in states)
    under_way = len(states) - completed - failed - stale
    out_of_date = sum(state.out_of_date for state in states)
    parts = [f"{completed} of {len(states)} completed"]
    parts += [
        f"{number} {word}"
        for number, word in (
            (failed, "failed"),
            (stale, "stale"),
            (under_way, "under way"),
            (out_of_date, "out of date"),
        )
        if number
    ]
    return ", ".join(parts)


def _contents_table(rows: Sequence[tuple[str, str, str, str]]) -> Table:
    table = _table("Content", "Concept", "State", "Name")
    for content_type, concept_id, state, name in rows:
        table.add_row(styled(content_type), _id(concept_id), styled(one_line(state, 200)), styled(one_line(name, 200)))
    return table
