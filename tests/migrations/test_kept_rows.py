"""Doubts, wishes and reports of code, for which an older version has no place, survive the way back."""

from typing import LiteralString

import psycopg

from repository.db import schema
from tests.migrations.catalog import catalog
from tests.migrations.conftest import Fresh
from tests.migrations.filling import rows

ROWS: tuple[LiteralString, ...] = (
    "SELECT concept_id, version, doubts::text, code_report::text FROM content_versions ORDER BY 1, 2",
    "SELECT concept_id, task_id, wish, created_at, withdrawn_at FROM content_wishes ORDER BY 1, 2",
    "SELECT concept_id, done_at, mark FROM learning_progress ORDER BY 1",
    "SELECT title, own_title FROM roadmap_metadata",
    "SELECT question_id, answers, due_at FROM repetitions",
    "SELECT note, version FROM concept_notes",
    "SELECT key, concept_id, content_type, question::text FROM model_calls ORDER BY key",
)


def test_doubts_wishes_and_reports_of_code_are_kept_by_a_downgrade_and_come_back(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    with psycopg.connect(url) as connection:
        connection.execute("""
            INSERT INTO roadmap_metadata (roadmap_id, user_id, title, framework_version, framework_data)
            VALUES ('r', 'u', 'R', 1, '{"stages": []}');
            INSERT INTO content_versions
                (roadmap_id, concept_id, content_type, version, payload, task_id, author, doubts, code_report)
            VALUES ('r', 'c-1', 'quiz', 1, '{}', 't', 'm', '[]', '[]'),
                ('r', 'c-1', 'quiz', 2, '{}', 't', 'm', '[{"rule": "quiz.size", "message": "Few.", "part": null}]',
                    NULL),
                ('r', 'c-1', 'quiz', 3, '{}', 't', 'm', '[]', '[{"number": 1, "line": 0, "state": "ran"}]');
            UPDATE roadmap_metadata SET own_title = 'Mine', title = 'Mine';
            INSERT INTO learning_progress (user_id, roadmap_id, concept_id, mark)
            VALUES ('u', 'r', 'c-1', 'done'), ('u', 'r', 'c-2', 'known'), ('u', 'r', 'c-3', 'in_progress');
            INSERT INTO repetitions
                (user_id, roadmap_id, concept_id, question_id, answers, phase, stability, difficulty)
            VALUES ('u', 'r', 'c-1', 'q1', 1, 'review', 2, 3);
            INSERT INTO model_calls (task_id, key, step, model, outcome, concept_id, content_type, question)
            VALUES ('t', 'k-1', 'quiz_generation', 'm', 'accepted', 'c-1', 'quiz', NULL),
                ('t', 'k-2', 'intent_analysis', 'm', 'accepted', NULL, NULL, '{"role": "intent"}'),
                ('t', 'k-3', 'intent_analysis', 'm', 'accepted', NULL, NULL, NULL);
            INSERT INTO concept_notes (user_id, roadmap_id, concept_id, note, version) VALUES ('u', 'r', 'c-1', 'n', 4);
            INSERT INTO content_wishes (roadmap_id, concept_id, content_type, task_id, wish, withdrawn_at)
            VALUES ('r', 'c-1', 'quiz', 't-1', 'shorter', NULL), ('r', 'c-1', 'quiz', 't-2', 'longer', now());
        """)
    before, at = [rows(url, query) for query in ROWS], catalog(url)
    for _ in range(2):
        schema.downgrade(url, "0008_model_abilities")
        schema.upgrade(url)
        assert [rows(url, query) for query in ROWS] == before
        assert catalog(url) == at


def test_the_way_back_without_doubts_wishes_and_reports_leaves_no_table_behind(fresh: Fresh, migrated: str) -> None:
    url = fresh(migrated)
    schema.downgrade(url, "0008_model_abilities")
    assert not [line for line in catalog(url) if "kept_" in line]
