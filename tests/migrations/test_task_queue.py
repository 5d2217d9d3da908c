"""What is queued when the queue moves into the table of tasks, or back, is still queued, in its order."""

from typing import LiteralString

import psycopg
import pytest

from repository.db import schema
from tests.migrations.catalog import whole_catalog
from tests.migrations.conftest import Fresh
from tests.migrations.filling import rows

BEFORE = "0014_questions"
ENTRIES: LiteralString = """
    SELECT convert_from(payload, 'UTF8'), entrypoint, priority FROM queue.pgqueuer ORDER BY priority DESC, id
"""
DUE: LiteralString = "SELECT task_id FROM roadmap_tasks WHERE status = 'pending' ORDER BY due_at, task_id"


@pytest.fixture(scope="module")
def earlier(shared: Fresh) -> str:
    """A database at the revision before. Copy it, never change it."""
    url = shared()
    schema.upgrade(url, BEFORE)
    return url


def queued(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("""
            INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, concept_id, content_type, status,
                updated_at)
            VALUES ('lost', 'u', 'r-1', 'creation', NULL, NULL, 'pending', '2026-01-03'),
                ('held back', 'u', 'r-2', 'creation', NULL, NULL, 'pending', '2026-01-01'),
                ('x:c-1', 'u', 'r-3', 'retry_quiz', 'c', 'quiz', 'pending', '2026-01-01'),
                ('cards', 'u', 'r-4', 'retry_cards', 'c', 'cards', 'pending', '2026-01-04'),
                ('runs', 'u', 'r-5', 'creation', NULL, NULL, 'processing', '2026-01-01'),
                ('done', 'u', 'r-6', 'creation', NULL, NULL, 'completed', '2026-01-01');
            INSERT INTO queue.pgqueuer (priority, status, entrypoint, payload, execute_after)
            VALUES (0, 'queued', 'run', 'held back', '2026-01-05'), (1, 'queued', 'run', 'x:c-1', '2026-01-02'),
                (0, 'queued', 'run', 'done', '2026-01-02');
        """)


def test_what_is_queued_stays_queued_with_or_without_an_entry(fresh: Fresh, earlier: str, migrated: str) -> None:
    url = fresh(earlier)
    queued(url)
    schema.upgrade(url)
    assert rows(url, DUE) == [("x:c-1",), ("lost",), ("cards",), ("held back",)]
    assert not rows(url, "SELECT 1 FROM pg_namespace WHERE nspname = 'queue'")
    assert whole_catalog(url) == whole_catalog(migrated)


def test_the_way_back_makes_an_entry_for_each_pending_task(fresh: Fresh, earlier: str) -> None:
    url = fresh(earlier)
    queued(url)
    schema.upgrade(url)
    due = rows(url, DUE)
    for _ in range(2):
        schema.downgrade(url, BEFORE)
        assert rows(url, ENTRIES) == [
            ("x:c-1", "run", 1),
            ("cards", "run retry_cards", 1),
            ("lost", "run", 0),
            ("held back", "run", 0),
        ]
        assert whole_catalog(url) == whole_catalog(earlier)
        schema.upgrade(url)
        assert rows(url, DUE) == due


def test_an_upgrade_that_was_cut_off_before_its_indexes_is_finished(fresh: Fresh, earlier: str, migrated: str) -> None:
    url = fresh(earlier)
    queued(url)
    with psycopg.connect(url, autocommit=True) as idle:
        idle.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class")
        with pytest.raises(Exception, match="idx_roadmap_tasks_holder waited"):
            schema.upgrade(url, wait=0.5)
    assert schema.current(url) == BEFORE
    schema.upgrade(url)
    assert whole_catalog(url) == whole_catalog(migrated)
    assert len(rows(url, DUE)) == 4
