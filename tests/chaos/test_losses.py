"""Each check of the rows is shown what it is there to find: one that cannot fail proves nothing."""

from typing import Final

import psycopg
import pytest

from chaos.losses import fingerprint, rows_broken, unfinished
from repository.database import Database
from tests.support.rows import reserved, started

_FINAL: Final = "UPDATE roadmap_tasks SET status = 'completed', completed_at = now(), worker_id = NULL"
_VERSION: Final = """
    INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, task_id, payload, author)
    VALUES ('{roadmap}', 'c-1', 'quiz', {version}, '{task}', '{{}}', 'someone')"""

_EVENT: Final = "INSERT INTO task_events (task_id, sequence, type, payload) VALUES ('t-1', {sequence}, 'step', '{{}}')"
_CONTENT: Final = """
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt)
    VALUES ('r-1', 'c-1', 'quiz', '{status}', 1, 't-1', 1)"""


def _version(version: int = 1, roadmap: str = "r-1", task: str = "t-1") -> str:
    return _VERSION.format(version=version, roadmap=roadmap, task=task)


PLANTED: Final = {
    "a final task whose last event is not its status": [_FINAL],
    "a final run under a worker": ["UPDATE roadmap_tasks SET completed_at = now()"],
    "a version of a content from two attempts": [_version(1), _version(2)],
    "a content that a run of another user wrote": [_version(roadmap="r-2")],
    "a content of a run of another roadmap": [_version(roadmap="r-2")],
    "a version number that was left out": [_version(1), _version(3)],
    "a gap in the events": [_EVENT.format(sequence=1), _EVENT.format(sequence=3)],
    "an unfinished content of a final task": [_CONTENT.format(status="generating"), _FINAL],
    "a completed content without its version": [_CONTENT.format(status="completed")],
    "a content completed and not told": [_version(), _FINAL],
    "a summary that is no recount": [_FINAL, "UPDATE roadmap_tasks SET execution_summary = '{\"completed\": 1}'"],
    "a failed run that does not say why": ["UPDATE roadmap_tasks SET status = 'failed', error_message = NULL"],
}
"""What is found -> the statements that bring it about in a database with one run of each of two users."""


async def _two_users(database: Database) -> None:
    await reserved(database)
    await started(database)
    await reserved(database, "r-2", "bob")
    await started(database, "t-2", roadmap_id="r-2", user_id="bob")


def _plant(url: str, *statements: str) -> None:
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


async def test_sound_rows_are_called_lost_by_nobody(database: Database, database_url: str) -> None:
    await _two_users(database)
    assert await rows_broken(database_url) == []


@pytest.mark.parametrize("what", PLANTED)
async def test_no_check_of_the_rows_is_blind(database: Database, database_url: str, what: str) -> None:
    await _two_users(database)
    _plant(database_url, *PLANTED[what])
    assert any(what in found for found in await rows_broken(database_url))


async def test_a_run_that_never_ends_is_seen(database: Database, database_url: str) -> None:
    await _two_users(database)
    assert [line.split()[0] for line in unfinished(database_url)] == ["t-1", "t-2"]


async def test_a_changed_row_of_who_did_nothing_is_seen_and_one_of_another_is_not(
    database: Database, database_url: str
) -> None:
    await _two_users(database)
    before = fingerprint(database_url, "ann")
    _plant(database_url, "UPDATE roadmap_metadata SET title = 'other' WHERE user_id = 'bob'")
    assert fingerprint(database_url, "ann") == before
    _plant(database_url, "UPDATE roadmap_metadata SET title = 'other' WHERE user_id = 'ann'")
    assert fingerprint(database_url, "ann") != before
