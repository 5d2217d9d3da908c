"""A database as the legacy system left it, and somebody who goes on writing into it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg

ROADMAPS: LiteralString = """
    INSERT INTO roadmap_metadata (roadmap_id, user_id, title, total_estimated_hours,
        recommended_completion_weeks, framework_data, created_at, updated_at)
    SELECT 'r' || n, 'u' || n %% 97, 'Roadmap ' || n, 12.5, 4, json_build_object('roadmap_id', 'r' || n, 'stages',
        json_build_array(json_build_object('stage_id', 's1', 'name', 'Stage', 'order', 1, 'modules', json_build_array(
            json_build_object('module_id', 'm1', 'name', 'Module', 'concepts', json_build_array(
                json_build_object('concept_id', 'r' || n || ':c-1-1-1', 'name', 'One', 'content_status', 'completed',
                    'resources_status', 'generating', 'quiz_status', 'failed'),
                json_build_object('concept_id', 't12', 'name', 'Two', 'content_status', 'pending')
            )))))),
        timestamp '2025-03-01 08:00' + n * interval '1 second', timestamp '2025-03-01 09:00' + n * interval '1 second'
    FROM generate_series(1, greatest(%(tasks)s / 4, 1)) AS n
"""
TASKS: LiteralString = """
    INSERT INTO roadmap_tasks (task_id, user_id, status, current_step, user_request, roadmap_id, created_at, updated_at)
    SELECT 't' || n, 'u' || n %% 97,
        (ARRAY['completed', 'failed', 'pending', 'processing', 'partial_failure', 'human_review_pending', 'cancelled',
            'odd word', NULL, 'completed'])[1 + n %% 10],
        (ARRAY['completed', 'curriculum_design', 'init', 'tutorial_generation', NULL])[1 + n %% 5],
        CASE n %% 20
            WHEN 3 THEN json_build_object('type', 'retry_tutorial', 'concept_id', 't12', 'content_type', 'tutorial')
            WHEN 7 THEN json_build_object('type', 'retry_quiz', 'concept_id', 'r1:c-1-1-1')
            WHEN 11 THEN json_build_object('type', 'retry_batch', 'content_types', json_build_array('quiz'))
            WHEN 13 THEN NULL
            ELSE json_build_object('preferences', json_build_object('learning_goal', 'goal ' || n)) END,
        CASE WHEN n %% 15 = 0 THEN NULL ELSE 'r' || (1 + n %% greatest(%(tasks)s / 4, 1)) END,
        CASE WHEN n %% 50 = 1 THEN NULL ELSE timestamp '2025-03-01 08:00' + n * interval '1 second' END,
        timestamp '2025-03-01 09:00' + n * interval '1 second'
    FROM generate_series(1, %(tasks)s) AS n
"""


def fill(url: str, tasks: int) -> None:
    """`tasks` legacy tasks, four to a roadmap, of every kind and status; the database is at 0001."""
    with psycopg.connect(url) as connection:
        connection.execute(ROADMAPS, {"tasks": tasks})
        connection.execute(TASKS, {"tasks": tasks})
        connection.execute("UPDATE roadmap_metadata SET task_id = 't' || substr(roadmap_id, 2)")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def rows(url: str, query: LiteralString) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


class Writer:
    """Writes one row after the other and remembers the longest that one of them took, in seconds."""

    def __init__(self, url: str, *statements: LiteralString) -> None:
        self._url = url
        self._statements = statements
        self._ended = threading.Event()
        self.longest = 0.0
        self.written = 0

    def run(self) -> None:
        with psycopg.connect(self._url, autocommit=True, prepare_threshold=None) as connection:
            while not self._ended.is_set():
                for statement in self._statements:
                    begun = time.monotonic()
                    connection.execute(statement, {"n": self.written})
                    self.longest = max(self.longest, time.monotonic() - begun)
                self.written += 1
                time.sleep(0.002)

    def end(self) -> None:
        self._ended.set()


WRITES_TASKS: tuple[LiteralString, ...] = (
    "INSERT INTO roadmap_tasks (task_id, user_id, status, user_request, roadmap_id, created_at, updated_at)"
    " VALUES ('w' || gen_random_uuid(), 'writer', 'completed', '{}', 'w' || %(n)s, now(), now())",
    "UPDATE roadmap_tasks SET updated_at = now() WHERE task_id = 't' || (1 + %(n)s * 7919 %% 2000)",
)
WRITES_ROADMAPS: tuple[LiteralString, ...] = (
    "INSERT INTO roadmap_metadata (roadmap_id, user_id, title, total_estimated_hours, recommended_completion_weeks)"
    " VALUES ('w' || gen_random_uuid(), 'writer', 'written', 1, 1)",
    "UPDATE roadmap_metadata SET updated_at = now() WHERE roadmap_id = 'r' || (1 + %(n)s * 7919 %% 500)",
)


@contextmanager
def writing(url: str, statements: tuple[LiteralString, ...]) -> Iterator[Writer]:
    """Somebody writes as long as the block runs. An error of a write fails the block."""
    writer = Writer(url, *statements)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            writer.run()
        except psycopg.Error as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield writer
    finally:
        writer.end()
        thread.join()
    if failed:
        raise failed[0]
