"""The queries of routes, commands and workers, each through its function of the product."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench.scale.rows import MAX_ROWS, Key
from bench.scale.rows import key as key_of
from domain.learners.progress import ConceptMark
from domain.vocabulary import ContentType, Role, Step, TaskStatus, TaskType
from domain.webhooks import WebhookEvent
from orchestrator.queries.status import roadmap_view, status_check
from repository.contents import claims, content_queries, contents
from repository.db.database import Session
from repository.db.fence import Fence, assert_fence
from repository.ledger import calls, totals
from repository.roadmaps import etags, learning, roadmaps, summaries
from repository.roadmaps.structures import ids_ever_used, last_structure_with, structure_at, structures
from repository.runs import events, queue, recovery, retention, task_pages, tasks, workers
from repository.runs import live_tasks as liveness
from repository.tables.runs import TaskRow
from repository.tables.users import QuizAttemptRow, WebhookRow
from repository.users import deliveries, idempotency, limits, tokens, webhooks
from tests.support.rows import BOUGHT, framework

Ask = Callable[[Session, Key], Awaitable[Any]]
QUIZ: Final = ContentType.QUIZ
NOW: Final = datetime.now(UTC)
MIDDLE: Final = NOW - timedelta(days=50)
AGES: Final = retention.Ages(30, 90)


def _fence(key: Key) -> Fence:
    return Fence(key.task_id, 2)


async def _structure_at(session: Session, key: Key) -> object:
    old = key_of(key.number % MAX_ROWS)
    return await structure_at(session, await roadmaps.get_roadmap_metadata(session, old.roadmap_id), 0)


async def _with_liveness(session: Session, key: Key) -> object:
    return await liveness.with_liveness(session, await task_pages.page_of_tasks(session, user_id=key.user_id))


async def _webhook_told(session: Session, key: Key) -> None:
    task = TaskRow(task_id=key.task_id, user_id=key.user_id, roadmap_id=key.roadmap_id, updated_at=NOW)
    await deliveries.announce(session, task, WebhookEvent.RUN_FINISHED, 9, {})


PAGES: Final[dict[str, Ask]] = {
    "tasks": lambda s, _: task_pages.page_of_tasks(s),
    "tasks, from the middle": lambda s, _: task_pages.page_of_tasks(s, before=(MIDDLE, "t")),
    "tasks of a user": lambda s, k: task_pages.page_of_tasks(s, user_id=k.user_id),
    "tasks of a roadmap": lambda s, k: task_pages.page_of_tasks(s, roadmap_id=k.roadmap_id),
    "tasks of a status": lambda s, _: task_pages.page_of_tasks(s, statuses=[TaskStatus.PENDING]),
    "tasks of several statuses": lambda s, _: task_pages.page_of_tasks(
        s, statuses=[TaskStatus.PENDING, TaskStatus.PROCESSING, TaskStatus.HUMAN_REVIEW_PENDING]
    ),
    "tasks of a type": lambda s, _: task_pages.page_of_tasks(s, task_types=[TaskType.MODIFICATION]),
    "tasks of a type and a status": lambda s, _: task_pages.page_of_tasks(
        s, task_types=[TaskType.CREATION], statuses=[TaskStatus.PENDING]
    ),
    "tasks of a user and a status": lambda s, k: task_pages.page_of_tasks(
        s, user_id=k.user_id, statuses=[TaskStatus.FAILED]
    ),
    "liveness of a page of tasks": _with_liveness,
    "roadmaps": lambda s, _: roadmaps.page_of_roadmaps(s),
    "roadmaps of a user": lambda s, k: roadmaps.page_of_roadmaps(s, user_id=k.user_id),
    "roadmaps in the bin": lambda s, _: roadmaps.page_of_roadmaps(s, binned=True),
    "roadmap list of a user": lambda s, k: summaries.list_roadmaps(s, user_id=k.user_id),
    "roadmap list of all users": lambda s, _: summaries.list_roadmaps(s, before=(MIDDLE, "r")),
    "bin of a user": lambda s, k: summaries.list_roadmaps(s, user_id=k.user_id, binned=True),
    "webhooks": lambda s, _: webhooks.page_of_webhooks(s),
    "webhooks of a user": lambda s, k: webhooks.page_of_webhooks(s, user_id=k.user_id),
    "deliveries": lambda s, k: deliveries.page_of_deliveries(s, f"hook-{k.number % 20_000}"),
    "tokens of a user": lambda s, k: tokens.list_tokens(s, k.user_id),
    "tokens of all users": lambda s, _: tokens.list_tokens(s),
}
READS: Final[dict[str, Ask]] = {
    "active-task": lambda s, k: liveness.live_tasks_of(s, k.roadmap_id),
    "status-check": lambda s, k: status_check(s, k.roadmap_id),
    "roadmap with its statuses": lambda s, k: roadmap_view(s, k.roadmap_id),
    "task": lambda s, k: tasks.get_task(s, k.task_id),
    "task of an owner": lambda s, k: tasks.get_task(s, k.task_id, owner=k.user_id),
    "active tasks of a roadmap": lambda s, k: tasks.get_active_tasks_by_roadmap_id(s, k.roadmap_id),
    "preferences of a roadmap": lambda s, k: tasks.first_request(s, k.roadmap_id),
    "names of concepts": lambda s, k: roadmaps.concept_names(s, k.roadmap_id),
    "structures": lambda s, k: structures(s, k.roadmap_id),
    "older structure": lambda s, k: last_structure_with(s, k.roadmap_id, "c-1-1-1"),
    "all ids of a roadmap": lambda s, k: ids_ever_used(s, k.roadmap_id),
    "statuses of contents": lambda s, k: content_queries.states(s, k.roadmap_id),
    "contents of a roadmap": lambda s, k: content_queries.newest_versions(s, k.roadmap_id),
    "contents of a concept": lambda s, k: content_queries.newest_versions(s, k.roadmap_id, "c-1-1-3"),
    "versions of a content": lambda s, k: content_queries.versions_of(s, k.roadmap_id, "c-1-1-1", ContentType.TUTORIAL),
    "stale contents": lambda s, k: content_queries.stale_contents(s, k.roadmap_id),
    "events of a run": lambda s, k: events.events_after(s, {k.task_id: 0}),
    "events of a type": lambda s, k: events.events_of_type(s, k.task_id, "run_finished"),
    "new events of runs": lambda s, k: events.news_of(s, {k.task_id: 1, "nobody": 0}),
    "newest event of runs": lambda s, k: summaries.last_events(s, [k.task_id, "nobody"]),
    "etag of a roadmap": lambda s, k: etags.roadmap_etag(s, k.roadmap_id),
    "etag of a run": lambda s, k: etags.task_etag(s, k.task_id),
    "progress of a learner": lambda s, k: learning.done(s, k.user_id, [k.roadmap_id]),
    "quizzes of a learner": lambda s, k: learning.tries(s, k.user_id, k.roadmap_id),
    "attempts at a quiz": lambda s, k: learning.attempts(s, k.user_id, k.roadmap_id, "c-1-1-1"),
    "costs of a run": lambda s, k: calls.expenses(s, task_id=k.task_id),
    "costs of a roadmap": lambda s, k: calls.expenses(s, roadmap_id=k.roadmap_id),
    "costs of a user": lambda s, k: calls.expenses(s, user_id=k.user_id),
    "costs of all users": lambda s, _: calls.expenses(s),
    "live runs": lambda s, _: liveness.live_runs(s),
}
OPERATIONS: Final[dict[str, Ask]] = {
    "broken roadmaps": lambda s, _: summaries.broken_roadmaps(s),
    "load": lambda s, _: summaries.pressure(s),
    "processes": lambda s, _: summaries.processes(s),
    "metrics: active tasks": lambda s, _: totals.active_totals(s),
    "metrics: runs": lambda s, _: totals.run_totals(s),
    "metrics: calls": lambda s, _: totals.call_totals(s),
    "metrics: deliveries": lambda s, _: totals.waiting_deliveries(s),
    "add up totals": lambda s, _: totals.add_up(s),
    "tasks to claim": lambda s, _: queue.claimable_tasks(s),
    "tasks of a worker": lambda s, _: recovery.owned_tasks(s, "dead"),
    "overdue reviews": lambda s, _: recovery.overdue_reviews(s),
    "find data to prune": lambda s, k: retention.page_of_due_tasks(s, AGES, after=f"task-{k.number + 300_000:07}"),
    "prune 20 tasks": lambda s, k: retention.prune_tasks(
        s, [f"task-{k.number // 2 + 300_000 + n:07}" for n in range(20)], AGES
    ),
    "delete old idempotency keys": lambda s, _: idempotency.sweep_keys(s),
    "delete old deliveries": lambda s, _: deliveries.forget_deliveries(s),
    "delete dead workers": lambda s, _: workers.forget_dead_workers(s),
    "claim deliveries": lambda s, _: deliveries.claim_deliveries(s, most=20, of_each=2, lease=30),
}
WRITES: Final[dict[str, Ask]] = {
    "use a token": lambda s, k: tokens.use_token(s, f"hash-{k.number % 20_000}"),
    "create a token": lambda s, k: tokens.create_token(s, "new", "new", k.user_id, Role.LEARNER, None),
    "revoke a token": lambda s, k: tokens.revoke_token(s, f"token-{k.number % 20_000}"),
    "create a roadmap": lambda s, k: roadmaps.reserve_roadmap(s, "new", k.user_id, "a goal"),
    "create a task": lambda s, k: tasks.create_task(s, "new", k.user_id, {}, roadmap_id="new"),
    "repeat a request": lambda s, k: idempotency.note(s, k.user_id, f"key-{k.number}", "h", "t"),
    "count active tasks of a user": lambda s, k: limits.count_active(s, k.user_id),
    "move to the bin": lambda s, k: roadmaps.mark_binned(s, k.roadmap_id, binned=True),
    "accept a structure": lambda s, k: roadmaps.accept_framework(s, framework(k.roadmap_id, 5), expected_version=1),
    "lock contents": lambda s, k: claims.lock_contents(s, k.roadmap_id),
    "cancel a run": lambda s, _: tasks.update_task_status(s, "task-0000102", TaskStatus.CANCELLED, Step.CANCELLED),
    "reopen contents": lambda s, k: contents.reopen_contents(s, k.task_id),
    "assert the fence": lambda s, k: assert_fence(s, _fence(k)),
    "begin contents": lambda s, k: contents.begin_contents(s, _fence(k), QUIZ),
    "adopt contents": lambda s, k: contents.adopt_contents(s, Fence(k.task_id, 3)),
    "save a content": lambda s, k: contents.save_version(s, _fence(k), k.roadmap_id, "c-1-1-1", QUIZ, {}, BOUGHT),
    "fail a content": lambda s, k: contents.fail_content(s, _fence(k), k.roadmap_id, "c-1-1-1", QUIZ, "why"),
    "settle contents": lambda s, k: contents.settle_contents(s, k.task_id, "why"),
    "count contents of a run": lambda s, k: contents.count_contents(s, k.task_id),
    "failures of a run": lambda s, k: contents.failures(s, k.task_id),
    "languages of a run": lambda s, k: contents.languages_written(s, k.task_id),
    "append events": lambda s, k: events.append_transition(s, k.task_id, "x", {}),
    "contents without an event": lambda s, k: events.contents_without_event(s, k.task_id),
    "stored answers": lambda s, k: calls.known_answers(s, k.task_id),
    "models of a run": lambda s, k: calls.models_that_answered(s, k.task_id),
    "usage of a run": lambda s, k: calls.usage_of(s, k.task_id),
    "write webhook deliveries": _webhook_told,
    "create a webhook": lambda s, k: webhooks.add_webhook(
        s,
        WebhookRow(webhook_id="new", user_id=k.user_id, url="https://example.org", events=["run_finished"], secret="s"),
    ),
    "delete a webhook": lambda s, k: webhooks.remove_webhook(s, f"hook-{k.number % 20_000}"),
    "mark a concept as done": lambda s, k: learning.set_mark(s, k.user_id, k.roadmap_id, "c-1-1-4", ConceptMark.DONE),
    "mark a concept as not done": lambda s, k: learning.remove_mark(s, k.user_id, k.roadmap_id, "c-1-1-1"),
    "store a quiz attempt": lambda s, k: learning.add_attempt(
        s,
        QuizAttemptRow(
            user_id=k.user_id,
            attempt_id="new",
            roadmap_id=k.roadmap_id,
            concept_id="c-1-1-1",
            version=1,
            answers=[[0]],
            correct=1,
            questions=1,
        ),
    ),
    "version of a structure": _structure_at,
}
QUERIES: Final[dict[str, Ask]] = PAGES | READS | OPERATIONS | WRITES
COLD: Final = {
    "costs of all users": "it sums up the whole ledger, for `roadmap cost` without a filter",
    "tokens of all users": "it lists them all, for `roadmap token list` of an admin",
}
"""Queries that may scan a table, since they return or sum up all of it."""
