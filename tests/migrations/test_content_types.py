"""0007_content_types: rows of types that an older version does not know survive the way back."""

from typing import LiteralString

import psycopg
import pytest

from repository.db import schema
from tests.migrations.catalog import catalog
from tests.migrations.conftest import Fresh
from tests.migrations.filling import rows

ROWS: tuple[LiteralString, ...] = (
    "SELECT task_id, task_type, concept_id, content_type, status FROM roadmap_tasks ORDER BY 1",
    "SELECT concept_id, content_type, version FROM concept_contents ORDER BY 1, 2",
    "SELECT concept_id, content_type, version, payload::text FROM content_versions ORDER BY 1, 2",
)


@pytest.fixture
def url(fresh: Fresh, migrated: str) -> str:
    """A database with a quiz, and with flashcards that another program has written."""
    url = fresh(migrated)
    with psycopg.connect(url) as connection:
        connection.execute("""
            INSERT INTO roadmap_metadata (roadmap_id, user_id, title, framework_version, framework_data)
            VALUES ('r', 'u', 'R', 1, '{"stages": []}');
            INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, concept_id, content_type, status)
            VALUES ('t', 'u', 'r', 'creation', NULL, NULL, 'completed'),
                ('t-cards', 'u', 'r', 'retry_flashcards', 'c-1-1-1', 'flashcards', 'completed'),
                ('t-quiz', 'u', 'r', 'retry_quiz', 'c-1-1-1', 'quiz', 'completed');
            INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id)
            VALUES ('r', 'c-1-1-1', 'flashcards', 'completed', 1, 't'), ('r', 'c-1-1-1', 'quiz', 'completed', 1, 't');
            INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author)
            VALUES ('r', 'c-1-1-1', 'flashcards', 1, '{"cards": [1]}', 't', 'm'),
                ('r', 'c-1-1-1', 'quiz', 1, '{"questions": []}', 't', 'm');
        """)
    return url


@pytest.mark.parametrize("revision", ["0006_pace", "0004_platform"])
def test_rows_of_other_types_are_kept_by_a_downgrade_and_come_back(url: str, revision: str) -> None:
    before, at = [rows(url, query) for query in ROWS], catalog(url)
    for _ in range(2):
        schema.downgrade(url, revision)
        assert "flashcards" not in str([rows(url, query) for query in ROWS]), "an older version cannot read them"
        assert [len(rows(url, query)) for query in ROWS] == [2, 1, 1]
        schema.upgrade(url)
        assert [rows(url, query) for query in ROWS] == before
        assert catalog(url) == at


def test_the_way_back_without_such_rows_leaves_no_table_behind(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    schema.downgrade(url, "0006_pace")
    assert not [line for line in catalog(url) if "kept_" in line]


@pytest.mark.parametrize(
    ("task_type", "concept_id", "content_type"),
    [
        ("retry_Cards", "c", "Cards"),
        ("retry_", "c", ""),
        ("retry_cards", "c", "cards\n"),
        ("retry_cards", "c", "a" * 33),
        ("retry_cards", None, None),
        ("creation", "c", "cards"),
        ("retry_batch", "c", "cards"),
        ("translation", None, None),
        ("retry_cards; --", "c", "cards"),
    ],
)
def test_a_type_of_another_form_is_refused(
    fresh: Fresh, migrated: str, task_type: str, concept_id: str | None, content_type: str | None
) -> None:
    insert: LiteralString = """
        INSERT INTO roadmap_tasks (task_id, user_id, task_type, concept_id, content_type) VALUES ('t', 'u', %s, %s, %s)
    """
    with psycopg.connect(fresh(migrated)) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(insert, (task_type, concept_id, content_type))
