"""`roadmap modify`, `review` and `diff`: change a framework in words, answer a review, show the changes."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.foreground import run_and_follow
from cli.inputs import read_book, read_retry_request, validate_id
from cli.options import Detach, Json, NewUser, Review, ReviewTimeout, RoadmapId, TaskId, review_request
from cli.output.stdio import print_json, print_rich, print_text
from cli.session import with_orchestrator
from domain.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from domain.course.book import CourseBook
    from domain.framework import Framework
    from orchestrator import Orchestrator
    from orchestrator.learners.proposals import Proposal
    from orchestrator.queries.status import TaskView


def modify(
    roadmap_id: RoadmapId,
    instructions: Annotated[str, typer.Argument(metavar="INSTRUCTIONS", help="What to change, in words.")],
    review: Review = False,
    review_timeout: ReviewTimeout = None,
    user: NewUser = None,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Change the structure of a roadmap in words. New concepts get contents; the others keep theirs."""
    from domain.request import usable_words

    roadmap, words = validate_id(roadmap_id, "roadmap"), usable_words("INSTRUCTIONS", instructions)
    review_stop, user_id = review_request(review, review_timeout), read_retry_request(None, user=user).user_id
    run_and_follow(
        lambda orchestrator: orchestrator.modify(roadmap, words, user_id=user_id, review=review_stop, detach=detach),
        detach=detach,
        json=json,
    )


def review(
    task_id: TaskId,
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve the framework and continue with the contents.")
    ] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Reject the framework; requires --feedback.")] = False,
    feedback: Annotated[str | None, typer.Option(metavar="TEXT", help="What should change.")] = None,
    book: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Replace the course book by this one (see `book --json`); - for stdin."),
    ] = None,
    round: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Decide only if this round of the review is open (see `log`)."),
    ] = None,
    user: NewUser = None,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Approve a framework, or reject it with feedback. The run continues to its end or its next review.

    With --book alone the course book is replaced, and the review stays open.
    """
    from domain.editing.review import Decision
    from domain.request import usable_words

    identifier = validate_id(task_id, "task")
    if approve == reject and (approve or book is None):
        raise InvalidInput("give either --approve or --reject --feedback TEXT")
    if reject and feedback is None:
        raise InvalidInput("--reject requires --feedback TEXT: describe what should change")
    if approve and feedback is not None:
        raise InvalidInput("--feedback requires --reject: an approved framework is not edited any more")
    words = "" if feedback is None else usable_words("--feedback", feedback)
    by = read_retry_request(None, user=user).user_id
    edited = None if book is None else read_book(book)
    if edited is not None and not approve and not reject:
        stored = with_orchestrator(lambda orchestrator: _edit(orchestrator, identifier, edited, round, by))
        print_json(stored.model_dump(mode="json")) if json else print_text("The course book was replaced.")
        return
    decision = Decision(approved=approve, feedback=words, by=by, round=round)

    async def decide(orchestrator: "Orchestrator") -> "TaskView":
        if edited is not None:
            await _edit(orchestrator, identifier, edited, round, by)
        return await orchestrator.review(identifier, decision, detach=detach)

    run_and_follow(decide, detach=detach, json=json)


async def _edit(
    orchestrator: "Orchestrator", task_id: str, book: "CourseBook", round: int | None, by: str | None
) -> "CourseBook":
    return await orchestrator.edit_book(task_id, book, round=round, by=by or "")


def diff(task_id: TaskId, json: Json = False) -> None:
    """Show the changes of a run to the framework, all edits summed up; under review, the effect on contents too."""
    from cli.output.changes import changes_tree
    from cli.output.outcome import proposal_under_review, show_proposal
    from domain.editing.diff import diff as changes_of

    identifier = validate_id(task_id, "task")

    async def read(orchestrator: "Orchestrator") -> "tuple[tuple[Framework, Framework] | None, Proposal | None]":
        edited = await orchestrator.structures.edited(identifier)
        if edited is None and await orchestrator.events.is_pruned(identifier):
            raise NotFound(f"the changes of task {identifier} are no longer known: its events were pruned")
        return edited, await proposal_under_review(orchestrator, identifier)

    edited, proposal = with_orchestrator(read)
    if json:
        changes = [] if edited is None else changes_of(*edited)
        print_json(
            {
                "task_id": identifier,
                "changes": [change.model_dump(mode="json") for change in changes],
                "proposal": proposal and proposal.model_dump(mode="json"),
            }
        )
        return
    if edited is None:
        print_text("This run has not changed the framework.")
    else:
        print_rich(*changes_tree(*edited))
    if proposal is not None:
        show_proposal(proposal)
