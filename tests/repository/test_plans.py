"""What a statement reads does not grow with all that was ever stored.

Counted by PostgreSQL itself, while the product's own functions run over a filled database: scans of whole tables, and
rows that were looked at. Each runs often enough in one session to get a generic plan, which may be another one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import Row, text

from domain.vocabulary import ContentType, TaskStatus, TaskType
from domain.webhooks import WebhookEvent
from orchestrator.queue_pgqueuer import PgQueuerQueue
from orchestrator.status import roadmap_view, status_check
from repository import (
    calls,
    contents,
    events,
    forgotten,
    idempotency,
    readings,
    retention,
    roadmaps,
    tasks,
    totals,
    webhooks,
)
from repository.database import Database, Session, execute
from repository.tables import TaskRow
from repository.tasks import Fence
from tests.support.databases import create_database, drop_database, url_of
from tests.support.rows import BOUGHT

TASKS, PER_ROADMAP, LARGE = 20_000, 5, 1_000
"""Rows; a table of fewer than LARGE may be read as a whole."""
ROADMAP, TASK = "r-7", "t-7"
"""Roadmap r-7 has tasks t-7, t-4007, ...; t-7 runs under `alive`, others are final but for some hundred."""
FENCE: Final = Fence(TASK, 1)
MOST_ROWS = 150

_FILL = f"""
    INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until) VALUES
        ('alive', 'worker', 'h', 1, 5, now() + interval '1 day'), ('dead', 'worker', 'h', 1, 5, now() - interval '1 h');
    INSERT INTO roadmap_metadata (roadmap_id, user_id, title, framework_version, created_at)
        SELECT 'r-' || n, 'user-' || n % 500, 'a title', 1, now() - n * interval '1 minute'
        FROM generate_series(1, {TASKS // PER_ROADMAP}) AS n;
    INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, concept_id, content_type, status, worker_id,
            attempt, created_at, updated_at)
        SELECT 't-' || n, 'user-' || n % 500, 'r-' || n % {TASKS // PER_ROADMAP}, 'retry_quiz', 'c-' || n, 'quiz',
            CASE WHEN n = 7 OR n % 200 = 1 THEN 'processing' WHEN n % 200 = 2 THEN 'pending' ELSE 'completed' END,
            CASE WHEN n = 7 OR n % 400 = 1 THEN 'alive' WHEN n % 200 = 1 THEN 'dead' END,
            1, now() - n * interval '1 minute', now() - n * interval '1 minute'
        FROM generate_series(1, {TASKS}) AS n;
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt)
        SELECT 'r-' || n % {TASKS // PER_ROADMAP}, 'c-' || n, 'quiz',
            CASE WHEN n = 7 OR n % 200 = 1 THEN 'pending' ELSE 'completed' END, CASE WHEN n = 7 THEN 0 ELSE 1 END,
            't-' || n, 1
        FROM generate_series(1, {TASKS}) AS n;
    INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
        SELECT roadmap_id, concept_id, content_type, 1, '{{}}', task_id, 'a' FROM concept_contents WHERE version = 1;
    INSERT INTO task_events (task_id, sequence, type, payload)
        SELECT 't-' || n, s, 'content_completed', '{{}}'
        FROM generate_series(1, {TASKS // 2}) AS n, generate_series(1, 4) AS s;
    INSERT INTO model_calls (task_id, key, step, model, outcome)
        SELECT 't-' || n, 'k', 'quiz_generation', 'm', 'accepted' FROM generate_series(1, {TASKS}) AS n;
    INSERT INTO call_totals (model, calls, failed, tokens_in, tokens_out, cost, seconds, last_call_id)
        SELECT 'm', count(*), 0, 0, 0, 0, 0, max(call_id) - 100 FROM model_calls;
    INSERT INTO webhooks (webhook_id, user_id, url, events, secret)
        SELECT 'w-' || n, 'user-' || n, 'https://x.test/', ARRAY['run_finished'], 's'
        FROM generate_series(1, 2000) AS n;
    INSERT INTO webhook_deliveries (delivery_id, webhook_id, task_id, sequence, event, payload, status, due_at,
            created_at, settled_at)
        SELECT 'd-' || n, 'w-' || 1 + n % CASE WHEN n % 200 = 1 THEN 20 ELSE 2000 END, 't-' || n, 1, 'run_finished',
            '{{}}',
            CASE WHEN n % 200 = 1 THEN 'pending' ELSE 'delivered' END, now(), now() - n * interval '1 minute',
            CASE WHEN n % 200 = 1 THEN NULL ELSE now() - n * interval '1 minute' END
        FROM generate_series(1, {TASKS}) AS n;
    INSERT INTO queue.pgqueuer (priority, status, entrypoint, payload)
        SELECT 0, 'queued', 'run', convert_to('t-' || n, 'UTF8') FROM generate_series(1, 5000) AS n;
    ANALYZE;
"""


@pytest.fixture(scope="module")
def filled_url(server_url: str) -> Iterator[str]:
    name = create_database(server_url)
    with psycopg.connect(url_of(server_url, name), autocommit=True) as connection:
        connection.execute(_FILL)
    yield url_of(server_url, name)
    drop_database(server_url, name)


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[Database]:
    database = Database(filled_url)
    yield database
    await database.close()


_COUNTED = text("""
    SELECT s.relname AS table, s.seq_scan, coalesce(s.seq_tup_read, 0) + coalesce(s.idx_tup_fetch, 0) AS rows,
        c.reltuples > :large AS large
    FROM pg_stat_xact_user_tables s JOIN pg_class c ON c.oid = s.relid""")

Work = Callable[[Session], Awaitable[object]]
RUNS = 8
"""More than the five custom plans that come before a generic one."""


async def check(filled: Database, work: Work, *, most_rows: int = MOST_ROWS) -> None:
    """No large table is read as a whole, and of none more than `most_rows` rows each time. Nothing is committed."""
    with pytest.raises(ZeroDivisionError):
        async with filled.transaction() as session:
            before = await _counts(session)
            for _ in range(RUNS):
                await work(session)
            for table, (scans, rows) in (await _counts(session)).items():
                scans_before, rows_before = before.get(table, (0, 0))
                assert scans == scans_before, f"{table} was read as a whole"
                assert (rows - rows_before) / RUNS <= most_rows, f"{rows - rows_before} rows of {table}"
            raise ZeroDivisionError


async def _counts(session: Session) -> dict[str, tuple[int, int]]:
    rows = await execute(session, _COUNTED, {"large": LARGE})
    return {row.table: (row.seq_scan, row.rows) for row in rows if row.large}


READS: Final[dict[str, Work]] = {
    "status_check": lambda session: status_check(session, ROADMAP),
    "status_check_of_a_quiet_roadmap": lambda session: status_check(session, "r-8"),
    "live_tasks_of": lambda session: tasks.live_tasks_of(session, ROADMAP),
    "get_active_tasks": lambda session: tasks.get_active_tasks_by_roadmap_id(session, ROADMAP),
    "get_task": lambda session: tasks.get_task(session, TASK),
    "get_task_of_an_owner": lambda session: tasks.get_task(session, TASK, owner="user-7"),
    "first_request": lambda session: tasks.first_request(session, ROADMAP),
    "roadmap_view": lambda session: roadmap_view(session, ROADMAP),
    "stale_contents": lambda session: readings.stale_contents(session, "r-1"),
    "states": lambda session: readings.states(session, ROADMAP),
    "newest_versions": lambda session: readings.newest_versions(session, ROADMAP),
    "newest_versions_of_a_concept": lambda session: readings.newest_versions(session, ROADMAP, "c-7"),
    "news_of": lambda session: events.news_of(session, {TASK: 2, "t-8": 0, "nobody": 0}),
    "page_of_deliveries": lambda session: webhooks.page_of_deliveries(session, "w-7"),
    "page_of_deliveries_from_the_middle": lambda session: webhooks.page_of_deliveries(
        session, "w-7", before=(datetime.now(UTC), "d")
    ),
    "page_of_webhooks": lambda session: webhooks.page_of_webhooks(session, user_id="user-7"),
    "events_after": lambda session: events.events_after(session, {TASK: 2, "t-8": 0, "nobody": 0}),
}


@pytest.mark.parametrize("what", READS)
async def test_no_reader_slows_down_as_roadmaps_pile_up(filled: Database, what: str) -> None:
    await check(filled, READS[what])


OLD = datetime(2020, 1, 1, tzinfo=UTC)
PAGES: Final[dict[str, Work]] = {
    "of_a_user": lambda session: tasks.page_of_tasks(session, user_id="user-7"),
    "of_a_user_from_the_middle": lambda session: tasks.page_of_tasks(session, user_id="user-7", before=(OLD, "t")),
    "of_a_roadmap": lambda session: tasks.page_of_tasks(session, roadmap_id=ROADMAP),
    "of_a_roadmap_from_the_middle": lambda session: tasks.page_of_tasks(session, roadmap_id=ROADMAP, before=(OLD, "t")),
    "of_everybody": lambda session: tasks.page_of_tasks(session, before=(OLD, "t")),
    "of_a_status": lambda session: tasks.page_of_tasks(session, statuses=[TaskStatus.FAILED]),
    "of_a_type": lambda session: tasks.page_of_tasks(session, task_types=[TaskType.MODIFICATION]),
    "of_a_user_and_a_status": lambda session: tasks.page_of_tasks(
        session, user_id="user-7", statuses=[TaskStatus.COMPLETED, TaskStatus.FAILED]
    ),
    "of_everybodys_roadmaps": lambda session: roadmaps.page_of_roadmaps(session, before=(OLD, "r")),
    "of_roadmaps_of_a_user": lambda session: roadmaps.page_of_roadmaps(session, user_id="user-7"),
}


@pytest.mark.parametrize("which", PAGES)
async def test_a_page_of_the_history_does_not_read_all_of_it(filled: Database, which: str) -> None:
    await check(filled, PAGES[which])


WRITES: Final[dict[str, Work]] = {
    "hold_task": lambda session: tasks.hold_task(session, FENCE),
    "begin_contents": lambda session: contents.begin_contents(session, FENCE, ContentType.QUIZ),
    "adopt_contents": lambda session: contents.adopt_contents(session, FENCE),
    "save_version": lambda session: contents.save_version(
        session, FENCE, ROADMAP, "c-7", ContentType.QUIZ, {"questions": []}, BOUGHT
    ),
    "fail_content": lambda session: contents.fail_content(session, FENCE, ROADMAP, "c-7", ContentType.QUIZ, "why"),
    "settle_contents": lambda session: contents.settle_contents(session, TASK, "why"),
    "tally": lambda session: contents.tally(session, TASK),
    "failures": lambda session: contents.failures(session, TASK),
    "languages_written": lambda session: contents.languages_written(session, TASK),
    "known_answers": lambda session: calls.known_answers(session, TASK),
    "bill": lambda session: calls.bill(session, TASK),
    "untold_contents": lambda session: events.untold_contents(session, TASK),
    "append_transition": lambda session: events.append_transition(session, TASK, "something", {}),
}


@pytest.mark.parametrize("what", WRITES)
async def test_no_run_slows_down_as_roadmaps_pile_up(filled: Database, what: str) -> None:
    await check(filled, WRITES[what])


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
    "count_active": lambda session: tasks.count_active(session, "user-7"),
    "asked_before": lambda session: idempotency.note(session, "ann", "k", "h", "t"),
    "rival_of": lambda session: tasks.rival_of(session, RIVAL),
    "lock_contents": lambda session: contents.lock_contents(session, ROADMAP),
    "lock_content": lambda session: contents.lock_contents(session, ROADMAP, [ContentType.QUIZ], "c-7"),
}


@pytest.mark.parametrize("what", CLAIMS)
async def test_no_request_locks_more_than_it_is_about(filled: Database, what: str) -> None:
    await check(filled, CLAIMS[what])


SWEEPS: Final[dict[str, Work]] = {
    "abandoned_tasks": forgotten.abandoned_tasks,
    "undelivered_tasks": forgotten.undelivered_tasks,
    "owned_tasks": lambda session: forgotten.owned_tasks(session, "alive"),
    "overdue_reviews": forgotten.overdue_reviews,
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
    "claim_deliveries": lambda session: webhooks.claim_deliveries(session, most=20, of_each=2, lease=30),
    "forget_deliveries": lambda session: webhooks.forget_deliveries(session, most=20),
    "announce": lambda session: webhooks.announce(session, FINISHED, WebhookEvent.RUN_FINISHED, 2, {}),
}


@pytest.mark.parametrize("what", DELIVERIES)
async def test_telling_webhooks_does_not_read_all_that_was_ever_told(filled: Database, what: str) -> None:
    await check(filled, DELIVERIES[what])


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


async def test_enqueueing_does_not_read_the_queue(filled: Database) -> None:
    await check(filled, lambda session: PgQueuerQueue(filled).enqueue(session, "t-7"))


async def test_a_delivery_does_not_read_the_whole_queue(filled: Database) -> None:
    """Over the queue's own connection, whose counts reach others a second later."""
    async with aclosing(PgQueuerQueue(filled).deliveries()) as deliveries:
        before = await _told_about_the_queue(filled, deliveries)
        after = await _told_about_the_queue(filled, deliveries)
    assert after.seq_scan == before.seq_scan
    assert after.idx_scan >= before.idx_scan + RUNS


async def _told_about_the_queue(filled: Database, deliveries: AsyncGenerator[str, None]) -> Row[Any]:
    for _ in range(RUNS):
        await anext(deliveries)
    await asyncio.sleep(1.2)
    await anext(deliveries)
    statement = text("SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'pgqueuer'")
    async with filled.transaction() as session:
        return (await execute(session, statement, {})).one()


async def test_a_statement_without_an_index_would_be_noticed(filled: Database) -> None:
    with pytest.raises(AssertionError, match="roadmap_tasks was read as a whole"):
        await check(filled, lambda session: execute(session, text("SELECT count(*) FROM roadmap_tasks"), {}))
