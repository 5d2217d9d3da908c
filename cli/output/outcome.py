"""Print the outcome of a run: one line or JSON document on stdout, failures and next commands on stderr."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from cli.output.stdio import echo_err, print_json, print_text
from domain.errors import Conflict
from domain.vocabulary import TaskStatus, TaskType
from rendering.text.text import CONFIGURE, one_line, origin_note, time_taken

if TYPE_CHECKING:
    from domain.framework import Framework
    from orchestrator import Orchestrator
    from orchestrator.learners.proposals import Proposal
    from orchestrator.queries.status import RoadmapView, TaskView

MAX_FAILURES_SHOWN: Final = 10
"""Failures and warnings in a summary; `roadmap status` and --json have all of them."""

FIELDS_OF_A_RUN: Final = ("task_id", "roadmap_id", "status", "current_step", "task_type", "execution_summary")


class RunOutcome(NamedTuple):
    """Outcome of a run, read from the database."""

    task: "TaskView"
    roadmap: "RoadmapView"
    edited: "tuple[Framework, Framework] | None" = None
    """The framework before and after the edits of a run that waits for a review."""
    round: int | None = None
    """Number of the review that the run waits for, from 1."""
    proposal: "Proposal | None" = None
    """What a run that waits for a review proposes."""

    @classmethod
    async def of(cls, orchestrator: "Orchestrator", task: "TaskView") -> "RunOutcome":
        """Read the outcome of a task that belongs to a roadmap."""
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
            await proposal_under_review(orchestrator, task.task_id),
        )


async def proposal_under_review(orchestrator: "Orchestrator", task_id: str) -> "Proposal | None":
    """Return what is proposed; None where nothing is under review, or somebody has decided meanwhile."""
    try:
        return await orchestrator.proposal(task_id)
    except Conflict:
        return None


def print_run(task: "TaskView") -> None:
    """Print a task as JSON: the document of all commands that start, end or follow a run."""
    print_json(task.model_dump(mode="json", include=set(FIELDS_OF_A_RUN)))


def show_problems(outcome: RunOutcome) -> None:
    """Print failures and next commands on stderr, for commands that have already printed the events."""
    _show_problems(outcome.task)
    _print_next([*_next_commands(outcome)])


def show_outcome(outcome: RunOutcome, *, as_json: bool) -> None:
    """Print the outcome of a run that ended or waits for a review."""
    _show_problems(outcome.task)
    if as_json:
        print_run(outcome.task)
    elif outcome.task.status is TaskStatus.HUMAN_REVIEW_PENDING:
        _show_for_review(outcome)
    else:
        print_text(_result(outcome.task))
        if outcome.roadmap.by_rules and outcome.task.task_type is TaskType.CREATION:
            print_text(f"{origin_note(outcome.roadmap.plan_author)}\nA model writes after: {CONFIGURE}")
    reading = [] if as_json else _reading_commands(outcome)  # with JSON, only a failed run needs next commands
    _print_next([*reading, *_next_commands(outcome)])


def _show_for_review(outcome: RunOutcome) -> None:
    """Print the draft of a creation and its changes since the first draft, or the proposal of a modification."""
    from cli.output.changes import changes_tree
    from cli.output.stdio import print_rich
    from cli.output.tree import roadmap_tree

    modifies = outcome.task.task_type is TaskType.MODIFICATION
    if not modifies:
        print_rich(*roadmap_tree(outcome.roadmap))
    if outcome.edited is not None:
        print_text(f"Proposed for {outcome.roadmap.roadmap_id}:" if modifies else "\nChanged since the first draft:")
        print_rich(*changes_tree(*outcome.edited))
    if outcome.proposal is not None:
        show_proposal(outcome.proposal)
    print_text("Waiting for your approval; no contents are generated before.")


def show_proposal(proposal: "Proposal") -> None:
    """Print warnings, what is written again and put back, and the price, before the person decides."""
    from rendering.text.proposal_text import price_line, proposed_lines

    for line in proposed_lines(proposal.written, proposal.rewritten, proposal.reverted):
        print_text(line)
    print_text(price_line(proposal.calls, proposal.minutes, proposal.dollars))
    if proposal.warnings:
        print_text("Warnings:")
    for issue in proposal.warnings[:MAX_FAILURES_SHOWN]:
        issue_text = issue.issue.rstrip(".")
        print_text(f"  {one_line(f'{issue_text}. {issue.suggestion}', 600)}")
    if len(proposal.warnings) > MAX_FAILURES_SHOWN:
        print_text(f"  ... and {len(proposal.warnings) - MAX_FAILURES_SHOWN} more")


def show_detached(outcome: RunOutcome, *, as_json: bool) -> None:
    """Print a run that was queued for a worker."""
    task = outcome.task
    if as_json:
        print_run(task)
    else:
        print_text(_result(task))
    if task.waiting_for_worker:
        echo_err("No worker is running: start one with `roadmap worker`.")
    _print_next([f"roadmap watch {task.task_id}", f"roadmap cancel {task.task_id}"])


def _print_next(commands: list[str]) -> None:
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
    skipped = f"; {summary['skipped']} more belong to other runs" if summary.get("skipped") else ""
    return f"{what}: {task.status}, {counts}{skipped}."


def _show_problems(task: "TaskView") -> None:
    from rendering.text.text import warnings_in_words

    summary = task.execution_summary or {}
    failures = [f"{f['content_type']} of {f['concept_id']}: {f['reason']}" for f in summary.get("failures", [])]
    for heading, lines in (("Failed", failures), ("Warnings", warnings_in_words(summary))):
        if lines:
            echo_err(f"{heading}:")
            for line in lines[:MAX_FAILURES_SHOWN]:
                echo_err(f"  {one_line(line, 300)}")
            if len(lines) > MAX_FAILURES_SHOWN:
                echo_err(f"  ... and {len(lines) - MAX_FAILURES_SHOWN} more")


def _reading_commands(outcome: RunOutcome) -> Iterator[str]:
    roadmap_id, framework = outcome.roadmap.roadmap_id, outcome.roadmap.framework
    if framework is None or not framework.concepts():
        return
    yield f"roadmap show {roadmap_id}"
    yield f"roadmap show {roadmap_id} --concept {outcome.task.concept_id or framework.concepts()[0].concept_id}"
    if outcome.task.concept_id is None:
        yield f"roadmap show {roadmap_id} --format markdown > roadmap.md"


def _next_commands(outcome: RunOutcome) -> Iterator[str]:
    task = outcome.task
    if task.status is TaskStatus.COMPLETED:
        return
    if task.status is TaskStatus.HUMAN_REVIEW_PENDING:
        yield f"roadmap diff {task.task_id}"
        if outcome.roadmap.course_book is not None:
            yield f"roadmap book {task.roadmap_id} --task {task.task_id}"
        yield from (f"roadmap {answer}" for answer in answers_to_review(task.task_id, outcome.round))
        return
    if task.status is TaskStatus.PARTIAL_FAILURE:
        yield f"roadmap retry-failed {outcome.roadmap.roadmap_id}"
    if task.status in (TaskStatus.PARTIAL_FAILURE, TaskStatus.FAILED, TaskStatus.CANCELLED):
        yield f"roadmap resume {task.task_id}"
    yield f"roadmap status {outcome.roadmap.roadmap_id}"
    yield f"roadmap log {task.task_id}"


def answers_to_review(task_id: str, round_: int | None) -> list[str]:
    """Return the subcommands that answer a review.

    They name the round that the user has seen, so that a later one is not approved unseen.
    """
    round_option = "" if round_ is None else f" --round {round_}"
    reject = f'review {task_id} --reject --feedback "what should change"{round_option}'
    return [f"review {task_id} --approve{round_option}", reject]
