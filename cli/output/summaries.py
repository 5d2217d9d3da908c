"""What a run came to: one document or one line on stdout, what failed and what to do next on stderr."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from cli.output.output import echo_err, print_json, print_text
from domain.errors import Conflict
from domain.vocabulary import TaskStatus, TaskType
from rendering.text.text import one_line, time_taken

if TYPE_CHECKING:
    from domain.framework import Framework
    from orchestrator import Orchestrator
    from orchestrator.queries.status import RoadmapView, TaskView

MAX_FAILURES_SHOWN: Final = 10
"""Failures and warnings in a summary; the rest is in `roadmap status` and in --json."""

UNAVAILABLE: Final = 5
"""As of any command that cannot reach database or model (cli/app.py)."""

FIELDS_OF_A_RUN: Final = ("task_id", "roadmap_id", "status", "current_step", "task_type", "execution_summary")


class Outcome(NamedTuple):
    """What a run came to, read back from the rows."""

    task: "TaskView"
    roadmap: "RoadmapView"
    edited: "tuple[Framework, Framework] | None" = None
    """Of a run that waits for a review: the framework before and after its edits."""
    round: int | None = None
    """Of a run that waits for a review: which one it is, from 1."""

    @classmethod
    async def of(cls, orchestrator: "Orchestrator", task: "TaskView") -> "Outcome":
        """Of a task that belongs to a roadmap."""
        assert task.roadmap_id is not None
        waits = task.status is TaskStatus.HUMAN_REVIEW_PENDING
        roadmap = await orchestrator.roadmap(task.roadmap_id)
        if not waits:
            return cls(task, roadmap)
        return cls(
            task,
            roadmap,
            await orchestrator.structures.edited(task.task_id),
            await orchestrator.tasks.open_round(task.task_id),
        )


def exit_code_of(task: "TaskView") -> int:
    """How a command ends that ran this task. Raises Conflict for a task that another process has taken over."""
    match task.status:
        case TaskStatus.COMPLETED | TaskStatus.HUMAN_REVIEW_PENDING:
            return 0
        case TaskStatus.FAILED if (task.execution_summary or {}).get("cause") == "model_unavailable":
            return UNAVAILABLE
        case TaskStatus.FAILED | TaskStatus.PARTIAL_FAILURE | TaskStatus.CANCELLED:
            return 1
        case TaskStatus.PENDING | TaskStatus.PROCESSING:
            raise Conflict(
                f"another process has taken task {task.task_id} over; `roadmap watch {task.task_id}` follows it there"
            )
        case _:
            assert_never(task.status)


def print_run(task: "TaskView") -> None:
    """As every command does that starts, ends or follows a run."""
    print_json(task.model_dump(mode="json", include=set(FIELDS_OF_A_RUN)))


def show_problems(outcome: Outcome) -> None:
    """What failed and what to do about it, on stderr: for commands whose stdout has told the rest."""
    _show_problems(outcome.task)
    _tell_next([*_to_do(outcome)])


def show_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """Of a run that has ended."""
    _show_problems(outcome.task)
    if as_json:
        print_run(outcome.task)
    elif outcome.task.status is TaskStatus.HUMAN_REVIEW_PENDING:
        _show_for_review(outcome)
    else:
        print_text(_result(outcome.task))
    reading = [] if as_json else _to_read(outcome)  # who reads JSON has what he wants, unless the run failed
    _tell_next([*reading, *_to_do(outcome)])


def _show_for_review(outcome: Outcome) -> None:
    """The draft of a creation as it would be, and what editing changed in it; of a modification, what it proposes."""
    from cli.output.changes import changes_tree
    from cli.output.output import print_rich
    from cli.output.tree import roadmap_tree

    modifies = outcome.task.task_type is TaskType.MODIFICATION
    if not modifies:
        print_rich(*roadmap_tree(outcome.roadmap))
    if outcome.edited is not None:
        print_text(f"Proposed for {outcome.roadmap.roadmap_id}:" if modifies else "\nChanged since the first draft:")
        print_rich(*changes_tree(*outcome.edited))
    print_text("It waits for your approval; nothing is generated before.")


def show_detached(outcome: Outcome, *, as_json: bool) -> None:
    """Of a run that waits for a worker."""
    task = outcome.task
    if as_json:
        print_run(task)
    else:
        print_text(_result(task))
    if task.waiting_for_worker:
        echo_err("No worker is running, so it waits: `roadmap worker` starts one.")
    _tell_next([f"roadmap watch {task.task_id}", f"roadmap cancel {task.task_id}"])


def _tell_next(commands: list[str]) -> None:
    if not commands:
        return
    echo_err("Next:")
    for command in commands:
        echo_err(f"  {command}")


def _result(task: "TaskView") -> str:
    what = f"Roadmap {task.roadmap_id}"
    if task.content_type is not None:
        what += f", {task.content_type} of {task.concept_id}"
    elif task.task_type is not TaskType.CREATION:
        what += f", {task.task_type}"
    summary = task.execution_summary
    if not summary or not summary["total"]:
        return f"{what}: {task.status}. {one_line(task.error_message or '')}".rstrip()
    counts = f"{summary['completed']} of {summary['total']} contents in {time_taken(summary)}"
    skipped = f"; {summary['skipped']} more are in the hands of other runs" if summary.get("skipped") else ""
    return f"{what}: {task.status}, {counts}{skipped}."


def _show_problems(task: "TaskView") -> None:
    summary = task.execution_summary or {}
    failures = [f"{f['content_type']} of {f['concept_id']}: {f['reason']}" for f in summary.get("failures", [])]
    warnings = [f"{w['issue'].rstrip('.')}. {w['suggestion']}" for w in summary.get("warnings", [])]
    for heading, lines in (("Failed", failures), ("Warnings", warnings)):
        if lines:
            echo_err(f"{heading}:")
            for line in lines[:MAX_FAILURES_SHOWN]:
                echo_err(f"  {one_line(line, 300)}")
            if len(lines) > MAX_FAILURES_SHOWN:
                echo_err(f"  ... and {len(lines) - MAX_FAILURES_SHOWN} more")


def _to_read(outcome: Outcome) -> Iterator[str]:
    roadmap_id, framework = outcome.roadmap.roadmap_id, outcome.roadmap.framework
    if framework is None or not framework.concepts():
        return
    yield f"roadmap show {roadmap_id}"
    yield f"roadmap show {roadmap_id} --concept {outcome.task.concept_id or framework.concepts()[0].concept_id}"
    if outcome.task.concept_id is None:
        yield f"roadmap show {roadmap_id} --format markdown > roadmap.md"


def _to_do(outcome: Outcome) -> Iterator[str]:
    task = outcome.task
    if task.status is TaskStatus.COMPLETED:
        return
    if task.status is TaskStatus.HUMAN_REVIEW_PENDING:
        yield f"roadmap diff {task.task_id}"
        yield from (f"roadmap {answer}" for answer in answers_to_review(task.task_id, outcome.round))
        return
    if task.status is TaskStatus.PARTIAL_FAILURE:
        yield f"roadmap retry-failed {outcome.roadmap.roadmap_id}"
    if task.status in (TaskStatus.PARTIAL_FAILURE, TaskStatus.FAILED, TaskStatus.CANCELLED):
        yield f"roadmap resume {task.task_id}"
    yield f"roadmap status {outcome.roadmap.roadmap_id}"
    yield f"roadmap log {task.task_id}"


def answers_to_review(task_id: str, round_: int | None) -> list[str]:
    """What may be answered, as subcommands; they name the round that was seen: a later one is not approved unseen."""
    seen = "" if round_ is None else f" --round {round_}"
    reject = f'review {task_id} --reject --feedback "what should change"{seen}'
    return [f"review {task_id} --approve{seen}", reject]
