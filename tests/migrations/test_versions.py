"""The revisions on filled tables: up, down and up again, cut off anywhere."""

import time
from typing import Any, LiteralString

import psycopg
import pytest

from repository.db import schema
from tests.migrations.catalog import catalog
from tests.migrations.conftest import SMOKE, Fresh
from tests.migrations.filling import fill, rows
from tests.migrations.killing import ddl_statements, killed_after, killed_at_the_end

LEGACY_TASKS: LiteralString = """
    SELECT task_id, user_id, status, current_step, user_request::text, roadmap_id, created_at, updated_at
    FROM roadmap_tasks ORDER BY task_id
"""
EARLIEST: LiteralString = """
    SELECT roadmap_id, (SELECT task_id FROM roadmap_tasks t WHERE t.roadmap_id = m.roadmap_id
        AND coalesce(user_request ->> 'type', '') NOT LIKE 'retry%' ORDER BY created_at NULLS LAST, task_id LIMIT 1)
    FROM roadmap_metadata m ORDER BY 1
"""
EVERYTHING: tuple[LiteralString, ...] = (
    "SELECT t.*::text FROM roadmap_tasks t ORDER BY 1",
    "SELECT m.*::text FROM roadmap_metadata m ORDER BY 1",
    "SELECT c.*::text FROM concept_contents c ORDER BY 1",
)
SIZES = [pytest.param(SMOKE, id="smoke"), pytest.param(100_000, id="full", marks=pytest.mark.soak)]


def filled(fresh: Fresh, legacy: str, tasks: int) -> str:
    if tasks == SMOKE:
        return fresh(legacy)
    url = fresh()
    schema.upgrade(url, "0001")
    fill(url, tasks)
    return url


def everything(url: str) -> list[list[tuple[Any, ...]]]:
    return [rows(url, query) for query in EVERYTHING]


@pytest.mark.parametrize("tasks", SIZES)
def test_0002_changes_nothing_but_the_type_and_its_downgrade_finds_the_earliest_creation(
    fresh: Fresh, legacy: str, tasks: int
) -> None:
    url = filled(fresh, legacy, tasks)
    before = rows(url, LEGACY_TASKS)
    types: LiteralString = "SELECT task_id, task_type, concept_id, content_type FROM roadmap_tasks ORDER BY task_id"

    schema.upgrade(url, "0002")
    assert rows(url, LEGACY_TASKS) == before
    typed = rows(url, types)
    assert {row[1:] for row in typed} == {
        ("creation", None, None),
        ("retry_tutorial", "t12", "tutorial"),
        ("retry_quiz", "r1:c-1-1-1", "quiz"),
        ("retry_batch", None, None),
    }
    assert sum(row[1] == "creation" for row in typed) == tasks * 17 // 20

    schema.downgrade(url, "0001")
    assert rows(url, "SELECT roadmap_id, task_id FROM roadmap_metadata ORDER BY 1") == rows(url, EARLIEST)
    schema.upgrade(url, "0002")
    assert rows(url, types) == typed


def test_0002_restores_no_task_where_a_roadmap_has_no_creation(fresh: Fresh) -> None:
    url = fresh()
    schema.upgrade(url, "0001")
    with psycopg.connect(url) as connection:
        connection.execute("""
            INSERT INTO roadmap_metadata (roadmap_id, user_id, task_id, title, total_estimated_hours,
                recommended_completion_weeks)
            VALUES ('alone', 'u', 'gone', 'Alone', 1, 1), ('b', 'u', 'gone', 'B', 1, 1)
        """)
        connection.execute("""
            INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, user_request)
            VALUES ('retry', 'u', 'b', '{"type": "retry_batch"}')
        """)
    schema.upgrade(url)
    schema.downgrade(url, "0001")
    assert rows(url, "SELECT roadmap_id, task_id FROM roadmap_metadata ORDER BY 1") == [("alone", None), ("b", None)]


def test_a_retry_of_the_present_system_keeps_its_type_over_down_and_up(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    with psycopg.connect(url) as connection:
        connection.execute("""
            INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, concept_id, content_type, status,
                user_request)
            VALUES ('a', 'u', 'r', 'retry_quiz', 'c-1-1-1', 'quiz', 'completed', '{"instructions": "short"}'),
                ('b', 'u', 'r', 'modification', NULL, NULL, 'completed', NULL),
                ('c', 'u', 'r', 'retry_batch', NULL, NULL, 'completed', '["odd"]')
        """)
    kinds: LiteralString = "SELECT task_id, task_type, concept_id, content_type FROM roadmap_tasks ORDER BY 1"
    before = rows(url, kinds)
    schema.downgrade(url, "0001")
    schema.upgrade(url)
    assert rows(url, kinds) == before


@pytest.mark.parametrize("tasks", SIZES)
def test_down_and_up_again_loses_no_row_and_no_value(fresh: Fresh, legacy: str, tasks: int) -> None:
    url = filled(fresh, legacy, tasks)
    counts: LiteralString = "SELECT (SELECT count(*) FROM roadmap_tasks), (SELECT count(*) FROM roadmap_metadata)"
    before, catalog_before = rows(url, counts), catalog(url)
    schema.upgrade(url)
    up = everything(url)
    assert rows(url, counts) == before
    schema.downgrade(url, "0001")
    assert rows(url, counts) == before
    kept = {line for line in catalog(url) if "kept_" in line}
    assert catalog(url) - kept == catalog_before
    schema.upgrade(url)
    assert [len(table) for table in everything(url)] == [len(table) for table in up]
    # The attempts moved on, and what PostgreSQL prints of them with it.
    same: LiteralString = (
        "SELECT task_id, status, error_message, completed_at, created_at FROM roadmap_tasks ORDER BY 1"
    )
    once = filled(fresh, legacy, tasks)
    schema.upgrade(once)
    assert rows(url, same) == rows(once, same)
    assert rows(url, EVERYTHING[2]) == rows(once, EVERYTHING[2])


@pytest.mark.parametrize("revision", schema.KNOWN)
def test_each_revision_can_be_taken_back_and_done_again(fresh: Fresh, legacy: str, revision: str) -> None:
    url = fresh(legacy)
    schema.upgrade(url, revision)
    at = catalog(url)
    before = ("base", *schema.KNOWN)[schema.KNOWN.index(revision)]
    schema.downgrade(url, before)
    schema.upgrade(url, revision)
    assert catalog(url) == at


def test_the_base_takes_empty_tables_away_and_no_others(fresh: Fresh, legacy: str, migrated: str) -> None:
    full, empty = fresh(legacy), fresh(migrated)
    for url in (full, empty):
        schema.downgrade(url, "base")
        assert schema.current(url) is None
    assert len(rows(full, "SELECT 1 FROM roadmap_tasks")) == SMOKE
    assert not catalog(empty)
    schema.upgrade(full)
    schema.upgrade(empty)


def test_a_legacy_database_that_never_saw_alembic_is_adopted(fresh: Fresh, legacy: str) -> None:
    url = fresh(legacy)
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE alembic_version")
    schema.upgrade(url)
    assert len(rows(url, "SELECT 1 FROM roadmap_tasks")) == SMOKE


def test_what_the_present_system_made_survives_a_downgrade(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    with psycopg.connect(url) as connection:
        connection.execute("""
            INSERT INTO roadmap_metadata (roadmap_id, user_id, title, framework_data, framework_version, deleted_at)
            VALUES ('r', 'u', 'R', '{"stages": [{"modules": [{"concepts": [{"concept_id": "c-1-1-1"}]}]}]}', 3, NULL),
                ('draft', 'u', 'D', '{"stages": []}', 0, NULL), ('deleted', 'u', 'X', NULL, 0, now());
            INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, status, current_step, attempt, error_message,
                execution_summary, completed_at)
            VALUES ('t', 'u', 'r', 'partial_failure', 'completed', 4, 'quiz failed', '{"failed": 1}', now()),
                ('running', 'u', 'draft', 'processing', 'curriculum_design', 2, NULL, NULL, NULL);
            INSERT INTO framework_versions (roadmap_id, version, framework_data) VALUES ('r', 2, '{"stages": []}');
            INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt)
            VALUES ('r', 'c-1-1-1', 'tutorial', 'generating', 2, 't', 4),
                ('r', 'c-1-1-1', 'quiz', 'failed', 0, 't', 4), ('r', 'c-1-1-1', 'resources', 'pending', 0, 't', 4);
            INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
            VALUES ('r', 'c-1-1-1', 'tutorial', 2, '{"title": "Kept"}', 't', 'offline');
        """)
    schema.downgrade(url, "0001")
    concept = "framework_data #> '{stages,0,modules,0,concepts,0}'"
    assert rows(url, f"SELECT {concept} FROM roadmap_metadata WHERE roadmap_id = 'r'") == [
        (
            {
                "concept_id": "c-1-1-1",
                "content_status": "completed",
                "resources_status": "pending",
                "quiz_status": "failed",
            },
        )
    ]
    schema.upgrade(url)
    assert rows(url, "SELECT payload ->> 'title' FROM content_versions") == [("Kept",)]
    assert rows(url, "SELECT content_type, status, version FROM concept_contents ORDER BY 1") == [
        ("quiz", "failed", 0),
        ("resources", "pending", 0),
        ("tutorial", "completed", 2),
    ]
    assert rows(url, "SELECT roadmap_id, framework_version, deleted_at IS NULL FROM roadmap_metadata ORDER BY 1") == [
        ("deleted", 0, False),
        ("draft", 0, True),
        ("r", 3, True),
    ]
    assert rows(
        url,
        "SELECT task_id, status, attempt, error_message, execution_summary, completed_at IS NOT NULL"
        " FROM roadmap_tasks ORDER BY 1",
    ) == [
        (
            "running",
            "failed",
            3,
            "was processing at step curriculum_design in the legacy system, whose processes no longer live",
            None,
            True,
        ),
        ("t", "partial_failure", 5, "quiz failed", {"failed": 1}, True),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("stride", [pytest.param(25, id="smoke"), pytest.param(1, id="full", marks=pytest.mark.soak)])
def test_an_upgrade_killed_after_any_statement_ends_clean_when_it_is_run_again(
    fresh: Fresh, legacy: str, direction: str, stride: int
) -> None:
    uncut = fresh(legacy)
    number = ddl_statements(uncut, "up")
    if direction == "down":
        number = ddl_statements(uncut, "down")
        schema.upgrade(uncut)
        legacy = uncut
    wanted = everything(uncut), catalog(uncut)
    for statement in range(2, number + 1, stride):
        url = fresh(legacy)
        killed_after(url, statement, direction)
        if direction == "down":
            schema.downgrade(url, "0001")
        schema.upgrade(url)
        if direction == "up":
            assert everything(url) == wanted[0], f"killed after statement {statement}"
        assert [len(table) for table in everything(url)] == [len(table) for table in wanted[0]]
        assert catalog(url) == wanted[1], f"killed after statement {statement}"


@pytest.mark.soak
def test_an_upgrade_killed_at_any_moment_on_a_large_table_ends_clean_when_it_is_run_again(fresh: Fresh) -> None:
    at_0001 = fresh()
    schema.upgrade(at_0001, "0001")
    fill(at_0001, 100_000)
    uncut = fresh(at_0001)
    begun = time.monotonic()
    schema.upgrade(uncut)
    whole = time.monotonic() - begun
    wanted = everything(uncut), catalog(uncut)
    url = fresh(at_0001)
    for part in range(1, 12):
        if schema.current(url) == schema.HEAD:
            url = fresh(at_0001)
        with killed_at_the_end(url):
            time.sleep(whole * part / 12)
    schema.upgrade(url)
    assert everything(url) == wanted[0]
    assert catalog(url) == wanted[1]
