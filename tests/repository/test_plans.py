"""What a statement reads does not grow with all that was ever stored.

The product's own functions run over a filled database (tests/support/filled.py), which counts.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Final

import psycopg
import pytest
from sqlalchemy import text

from domain.vocabulary import ContentType, TaskStatus, TaskType
from domain.webhooks import WebhookEvent
from orchestrator.queries.status import roadmap_view, status_check
from repository.contents import claims, content_queries, contents, lessons
from repository.contents.earlier_versions import written_before
from repository.db.database import Database, execute
from repository.db.fence import assert_fence
from repository.ledger import calls, totals
from repository.roadmaps import etags, roadmaps, summaries
from repository.runs import events, queue, recovery, retention, task_pages, tasks
from repository.runs import live_tasks as liveness
from repository.tables.runs import TaskRow
from repository.users import deliveries, idempotency, limits, tokens, webhooks
from tests.support.databases import create_database, drop_database, url_of
from tests.support.filled import FENCE, FILL, ROADMAP, TASK, TASKS, Work, check
from tests.support.rows import BOUGHT


@pytest.fixture(scope="module")
def filled_url(server_url: str) -> Iterator[str]:
    name = create_database(server_url)
    with psycopg.connect(url_of(server_url, name), autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute("VACUUM ANALYZE")
    yield url_of(server_url, name)
    drop_database(server_url, name)


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[Database]:
    database = Database(filled_url)
    yield database
    await database.close()


READS: Final[dict[str, Work]] = {
    "status_check": lambda session: status_check(session, ROADMAP),
    "status_check_of_a_quiet_roadmap": lambda session: status_check(session, "r-8"),
    "live_tasks_of": lambda session: liveness.live_tasks_of(session, ROADMAP),
    "get_active_tasks": lambda session: tasks.get_active_tasks_by_roadmap_id(session, ROADMAP),
    "get_task": lambda session: tasks.get_task(session, TASK),
    "get_task_of_an_owner": lambda session: tasks.get_task(session, TASK, owner="user-7"),
    "first_request": lambda session: tasks.first_request(session, ROADMAP),
    "roadmap_view": lambda session: roadmap_view(session, ROADMAP),
    "stale_contents": lambda session: content_queries.stale_contents(session, "r-1"),
    "out_of_date_contents": lambda session: content_queries.out_of_date_contents(session, ROADMAP),
    "lesson_for": lambda session: lessons.lesson_for(session, FENCE, ROADMAP, "c-7"),
    "unsettled_lessons": lambda session: lessons.unsettled_lessons(session, FENCE, ROADMAP, ["c-7", "c-8"]),
    "states": lambda session: content_queries.states(session, ROADMAP),
    "newest_versions": lambda session: content_queries.newest_versions(session, ROADMAP),
    "newest_versions_of_a_concept": lambda session: content_queries.newest_versions(session, ROADMAP, "c-7"),
    "news_of": lambda session: events.news_of(session, {TASK: 2, "t-8": 0, "nobody": 0}),
    "page_of_deliveries": lambda session: deliveries.page_of_deliveries(session, "w-7"),
    "page_of_deliveries_from_the_middle": lambda session: deliveries.page_of_deliveries(
        session, "w-7", before=(datetime.now(UTC), "d")
    ),
    "page_of_webhooks": lambda session: webhooks.page_of_webhooks(session, user_id="user-7"),
    "events_after": lambda session: events.events_after(session, {TASK: 2, "t-8": 0, "nobody": 0}),
}


async def test_no_reader_slows_down_as_roadmaps_pile_up(filled: Database, subtests: pytest.Subtests) -> None:
    for what, work in READS.items():
        with subtests.test(what):
            await check(filled, work)


OLD = datetime(2020, 1, 1, tzinfo=UTC)
PAGES: Final[dict[str, Work]] = {
    "of_a_user": lambda session: task_pages.page_of_tasks(session, user_id="user-7"),
    "of_a_user_from_the_middle": lambda session: task_pages.page_of_tasks(session, user_id="user-7", before=(OLD, "t")),
    "of_a_roadmap": lambda session: task_pages.page_of_tasks(session, roadmap_id=ROADMAP),
    "of_a_roadmap_from_the_middle": lambda session: task_pages.page_of_tasks(
        session, roadmap_id=ROADMAP, before=(OLD, "t")
    ),
    "of_everybody": lambda session: task_pages.page_of_tasks(session, before=(OLD, "t")),
    "of_a_status": lambda session: task_pages.page_of_tasks(session, statuses=[TaskStatus.FAILED]),
    "of_a_type": lambda session: task_pages.page_of_tasks(session, task_types=[TaskType.MODIFICATION]),
    "of_a_user_and_a_status": lambda session: task_pages.page_of_tasks(
        session, user_id="user-7", statuses=[TaskStatus.COMPLETED, TaskStatus.FAILED]
    ),
    "of_everybodys_roadmaps": lambda session: roadmaps.page_of_roadmaps(session, before=(OLD, "r")),
    "of_roadmaps_of_a_user": lambda session: roadmaps.page_of_roadmaps(session, user_id="user-7"),
}


async def test_a_page_of_the_history_does_not_read_all_of_it(filled: Database, subtests: pytest.Subtests) -> None:
    for which, work in PAGES.items():
        with subtests.test(which):
            await check(filled, work)


WRITES: Final[dict[str, Work]] = {
    "hold_task": lambda session: assert_fence(session, FENCE),
    "written_before": lambda session: written_before(session, ROADMAP, ContentType.QUIZ, ["c-7", "c-8"]),
    "begin_contents": lambda session: contents.begin_contents(session, FENCE, ContentType.QUIZ),
    "adopt_contents": lambda session: contents.adopt_contents(session, FENCE),
    "hold_contents": lambda session: contents.lock_contents_of(session, ROADMAP, ContentType.QUIZ, ["c-7", "c-8"]),
    "save_version": lambda session: contents.save_version(
        session, FENCE, ROADMAP, "c-7", ContentType.QUIZ, {"questions": []}, BOUGHT
    ),
    "fail_content": lambda session: contents.fail_content(session, FENCE, ROADMAP, "c-7", ContentType.QUIZ, "why"),
    "settle_contents": lambda session: contents.settle_contents(session, TASK, "why"),
    "tally": lambda session: contents.count_contents(session, TASK),
    "failures": lambda session: contents.failures(session, TASK),
    "languages_written": lambda session: contents.languages_written(session, TASK),
    "known_answers": lambda session: calls.known_answers(session, TASK),
    "bill": lambda session: calls.usage_of(session, TASK),
    "untold_contents": lambda session: events.contents_without_event(session, TASK),
    "append_transition": lambda session: events.append_transition(session, TASK, "something", {}),
}


async def test_no_run_slows_down_as_roadmaps_pile_up(filled: Database, subtests: pytest.Subtests) -> None:
    for what, work in WRITES.items():
        with subtests.test(what):
            await check(filled, work)


RIVAL: Final = TaskRow(
    task_id="new",
    user_id="ann",
    roadmap_id=ROADMAP,
    task_type=TaskType.RETRY_QUIZ,
    concept_id="c-7",
    content_type="quiz",
)
FINISHED: Final = TaskRow(task_id=TASK, user_id="user-7", status="completed", updated_at=OLD)
CLAIMS: Final[dict[str, Work]] = {
    "count_active": lambda session: limits.count_active(session, "user-7"),
    "asked_before": lambda session: idempotency.note(session, "ann", "k", "h", "t"),
    "rival_of": lambda session: tasks.rival_of(session, RIVAL),
    "lock_contents": lambda session: claims.lock_contents(session, ROADMAP),
    "lock_content": lambda session: claims.lock_contents(session, ROADMAP, [ContentType.QUIZ], "c-7"),
}


async def test_no_request_locks_more_than_it_is_about(filled: Database, subtests: pytest.Subtests) -> None:
    for what, work in CLAIMS.items():
        with subtests.test(what):
            await check(filled, work)


SWEEPS: Final[dict[str, Work]] = {
    "owned_tasks": lambda session: recovery.owned_tasks(session, "alive"),
    "overdue_reviews": recovery.overdue_reviews,
}


@pytest.mark.parametrize("what", SWEEPS)
async def test_a_sweep_every_second_does_not_read_every_task_there_ever_was(filled: Database, what: str) -> None:
    """It reads the active ones, by their partial index: a bound parameter in its predicate would lose it."""
    await check(filled, SWEEPS[what], most_rows=TASKS // 50)


SCRAPES: Final[dict[str, Work]] = {
    "active_totals": totals.active_totals,
    "run_totals": totals.run_totals,
    "call_totals": totals.call_totals,
    "live_processes": totals.live_processes,
    "waiting_deliveries": totals.waiting_deliveries,
}


@pytest.mark.parametrize("what", SCRAPES)
async def test_a_scrape_reads_no_table_as_a_whole(filled: Database, what: str) -> None:
    """Of tasks the active ones, of the ledger what was not added up yet."""
    await check(filled, SCRAPES[what], most_rows=TASKS // 50)


DELIVERIES: Final[dict[str, Work]] = {
    "claim_deliveries": lambda session: deliveries.claim_deliveries(session, most=20, of_each=2, lease=30),
    "forget_deliveries": lambda session: deliveries.forget_deliveries(session, most=20),
    "announce": lambda session: deliveries.announce(session, FINISHED, WebhookEvent.RUN_FINISHED, 2, {}),
}


async def test_sending_webhooks_does_not_read_old_deliveries(filled: Database, subtests: pytest.Subtests) -> None:
    for what, work in DELIVERIES.items():
        with subtests.test(what):
            await check(filled, work)


SOME: Final = [f"t-{number}" for number in range(8, 28)]
NOW: Final = retention.Ages(0, 0)
PRUNING: Final[dict[str, Work]] = {
    "page_of_due_tasks": lambda session: retention.page_of_due_tasks(session, NOW, after="t-7", limit=20),
    "count_prunable": lambda session: retention.count_prunable(session, SOME, NOW),
    "prune_tasks": lambda session: retention.prune_tasks(session, SOME, NOW),
}


@pytest.mark.parametrize("what", PRUNING)
async def test_pruning_some_tasks_reads_nothing_of_others(filled: Database, what: str) -> None:
    await check(filled, PRUNING[what], most_rows=10 * len(SOME))


async def test_a_look_for_what_to_prune_does_not_read_all_checkpoints(filled: Database) -> None:
    """With a page of its usual size, which made PostgreSQL read them all instead of asking for each task."""
    await check(filled, lambda session: retention.page_of_due_tasks(session, NOW, after="t-2"), most_rows=5_000)


FLEET: Final = """
    INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)
        SELECT 'w-' || n, 'worker', 'h', 1, 5, now() + interval '1 day' FROM generate_series(1, 20) AS n;
    INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, concept_id, content_type, status, worker_id)
        SELECT 'c-' || n, 'user-' || n % 500, 'q-' || n,
            CASE WHEN n % 4 = 0 THEN 'retry_quiz' ELSE 'creation' END, CASE WHEN n % 4 = 0 THEN 'c-1' END,
            CASE WHEN n % 4 = 0 THEN 'quiz' END,
            CASE WHEN n <= 100000 THEN 'completed' WHEN n % 5 = 0 THEN 'processing' ELSE 'pending' END,
            CASE WHEN n > 100000 AND n % 5 = 0 THEN 'w-' || 1 + n / 5 % 20 END
        FROM generate_series(1, 105000) AS n;
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt)
        SELECT 'q-' || n, 'c-1', 'quiz', 'completed', 1, 'c-' || n, 1 FROM generate_series(1, 100000) AS n;
"""
"""100,000 ended runs, 4,000 queued ones and 1,000 that 20 workers run."""


@pytest.fixture(scope="module")
def fleet_url(server_url: str) -> Iterator[str]:
    name = create_database(server_url)
    with psycopg.connect(url_of(server_url, name), autocommit=True) as connection:
        connection.execute(FLEET)
        connection.execute("VACUUM ANALYZE")
    yield url_of(server_url, name)
    drop_database(server_url, name)


@pytest.mark.slow
@pytest.mark.parametrize("dead", [0, 1, 20])
async def test_a_claim_reads_neither_ended_runs_nor_the_whole_queue_nor_all_runs_of_live_workers(
    fleet_url: str, dead: int
) -> None:
    with psycopg.connect(fleet_url, autocommit=True) as connection:
        connection.execute("UPDATE workers SET alive_until = now() - interval '1 hour' WHERE pid = 1")
        connection.execute(
            "UPDATE workers SET alive_until = now() + interval '1 day' WHERE worker_id IN ("
            "SELECT worker_id FROM workers ORDER BY worker_id LIMIT %s)",
            [20 - dead],
        )
    database = Database(fleet_url)
    try:
        await check(database, queue.claimable_tasks)
        async with database.transaction() as session:
            assert len(await queue.claimable_tasks(session)) == (3 if dead else 2) * queue.MAX_CANDIDATES
    finally:
        await database.close()


async def test_a_statement_without_an_index_would_be_noticed(filled: Database) -> None:
    with pytest.raises(AssertionError, match="roadmap_tasks was read as a whole"):
        await check(filled, lambda session: execute(session, text("SELECT count(updated_at) FROM roadmap_tasks"), {}))


async def test_a_statement_that_reads_a_whole_index_would_be_noticed(filled: Database) -> None:
    with pytest.raises(AssertionError, match="rows of roadmap_tasks"):
        await check(filled, lambda session: execute(session, text("SELECT count(*) FROM roadmap_tasks"), {}))


OVERVIEWS: Final[dict[str, Work]] = {
    "broken_roadmaps": summaries.broken_roadmaps,
    "roadmap list": lambda session: summaries.list_roadmaps(session, user_id="user-7"),
    "roadmap_list_of_all_users": lambda session: summaries.list_roadmaps(session, before=(datetime.now(UTC), "r")),
    "roadmap_etag": lambda session: etags.roadmap_etag(session, ROADMAP),
    "pressure": summaries.pressure,
    "processes": summaries.processes,
    "webhooks_of_everybody": lambda session: webhooks.page_of_webhooks(session),
    "tokens_of_a_user": lambda session: tokens.list_tokens(session, "user-7"),
    "expenses_of_a_user": lambda session: calls.expenses(session, user_id="user-7"),
    "expenses_of_a_roadmap": lambda session: calls.expenses(session, roadmap_id=ROADMAP),
    "sweep_keys": idempotency.sweep_keys,
}


@pytest.mark.parametrize("what", OVERVIEWS)
async def test_an_overview_reads_no_table_as_a_whole(filled: Database, what: str) -> None:
    """Of tasks the active ones, and a bounded number of those that ended badly."""
    await check(filled, OVERVIEWS[what], most_rows=TASKS // 20)
