"""What the legacy system left is brought over, and back, whatever it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
import pytest

from domain.errors import InvalidInput
from domain.vocabulary import FINAL, Step
from repository.db import schema
from tests.migrations.conftest import Fresh
from tests.migrations.filling import rows

pytestmark = pytest.mark.slow

GONE = "whose processes no longer live"


def legacy_task(url: str, **columns: object) -> None:
    insert(url, "roadmap_tasks", {"task_id": "t12", "user_id": "u", **columns})


def legacy_roadmap(url: str, framework: str | None, **columns: object) -> None:
    required = {"user_id": "u", "title": "R", "total_estimated_hours": 1.5, "recommended_completion_weeks": 2}
    insert(url, "roadmap_metadata", {"roadmap_id": "r", **required, "framework_data": framework, **columns})


def insert(url: str, table: str, values: Mapping[str, object]) -> None:
    with psycopg.connect(url) as connection:
        names, holders = ", ".join(values), ", ".join("%s" for _ in values)
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({holders})".encode(), list(values.values()))


def one(url: str, query: LiteralString) -> Any:
    (found,) = rows(url, query)
    return found[0] if len(found) == 1 else found


@pytest.fixture
def url(fresh: Fresh, empty_legacy: str) -> str:
    return fresh(empty_legacy)


STATUSES: tuple[tuple[str | None, str | None, str, str, str | None], ...] = (
    # legacy status and step -> status, step and error_message
    ("completed", "completed", "completed", "completed", None),
    ("completed", None, "completed", "completed", None),
    ("COMPLETED ", "whatever", "completed", "completed", None),
    ("partial_failure", "tutorial_generation", "partial_failure", "completed", None),
    ("cancelled", "init", "cancelled", "cancelled", None),
    ("failed", "failed", "failed", "failed", "failed in the legacy system"),
    ("failed", "curriculum_design", "failed", "failed", "failed in the legacy system at step curriculum_design"),
    ("pending", "init", "failed", "failed", f"was pending at step init in the legacy system, {GONE}"),
    ("processing", None, "failed", "failed", f"was processing in the legacy system, {GONE}"),
    ("human_review_pending", "", "failed", "failed", f"was human_review_pending in the legacy system, {GONE}"),
    ("it's odd", "init", "failed", "failed", "the legacy system left the unknown status 'it''s odd'"),
    (None, None, "failed", "failed", "the legacy system left no status"),
)


def test_no_legacy_status_is_lost_or_left_running(url: str) -> None:
    for number, (status, step, *_) in enumerate(STATUSES):
        legacy_task(url, task_id=f"t{number:02}", status=status, current_step=step)
    schema.upgrade(url)
    found = rows(url, "SELECT status, current_step, error_message FROM roadmap_tasks ORDER BY task_id")
    assert found == [case[2:] for case in STATUSES]


def test_several_active_tasks_on_one_roadmap_do_not_break_the_unique_indexes(url: str) -> None:
    for number in range(4):
        legacy_task(url, task_id=f"t{number}", roadmap_id="r", status=("processing", "pending")[number % 2])
    schema.upgrade(url)
    assert rows(url, "SELECT status, attempt, worker_id FROM roadmap_tasks") == [("failed", 0, None)] * 4


def test_every_legacy_row_of_the_big_table_is_final_and_says_why_it_failed(fresh: Fresh, legacy: str) -> None:
    url = fresh(legacy)
    schema.upgrade(url)
    found = rows(url, "SELECT status, current_step, error_message, completed_at FROM roadmap_tasks")
    assert {row[0] for row in found} <= FINAL
    assert {row[1] for row in found} <= set(Step)
    assert all(row[2] for row in found if row[0] == "failed")
    assert all(row[3] for row in found)


def test_naive_times_are_read_in_the_zone_that_the_legacy_system_wrote(url: str) -> None:
    legacy_task(url, status="completed", created_at="2025-03-01 08:00", updated_at="2025-03-01 08:30:00.123456")
    schema.upgrade(url)
    assert rows(url, "SELECT created_at, updated_at, completed_at FROM roadmap_tasks") == [
        (
            datetime(2025, 3, 1, 0, 0, tzinfo=UTC),
            datetime(2025, 3, 1, 0, 30, 0, 123456, tzinfo=UTC),
            datetime(2025, 3, 1, 0, 30, 0, 123456, tzinfo=UTC),
        )
    ]
    schema.downgrade(url, "0001")
    assert rows(url, "SELECT created_at::text, updated_at::text FROM roadmap_tasks") == [
        ("2025-03-01 08:00:00", "2025-03-01 08:30:00.123456")
    ]


def test_another_zone_is_read_from_the_setting(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_LEGACY_TIMEZONE", "America/New_York")
    legacy_task(url, created_at="2025-07-01 08:00")
    legacy_roadmap(url, None, created_at="2025-07-01 08:00")
    schema.upgrade(url)
    assert one(url, "SELECT created_at FROM roadmap_tasks") == datetime(2025, 7, 1, 12, tzinfo=UTC)
    assert one(url, "SELECT created_at FROM roadmap_metadata") == datetime(2025, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Asia/Shangai", "../etc/passwd", "'; DROP TABLE roadmap_tasks; --", "Asia"])
def test_a_zone_that_does_not_exist_changes_nothing_and_is_named(
    url: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("ROADMAP_LEGACY_TIMEZONE", name)
    with pytest.raises(InvalidInput, match="ROADMAP_LEGACY_TIMEZONE: there is no time zone"):
        schema.upgrade(url)
    assert schema.current(url) == "0001"


def test_rows_without_times_sort_before_all_others_instead_of_as_the_newest(url: str) -> None:
    legacy_task(url)
    legacy_roadmap(url, None, updated_at="2025-03-01 08:00")
    schema.upgrade(url)
    assert one(url, "SELECT created_at FROM roadmap_tasks") == datetime(1970, 1, 1, tzinfo=UTC)
    assert one(url, "SELECT created_at FROM roadmap_metadata") == datetime(2025, 3, 1, tzinfo=UTC)


REQUESTS: tuple[tuple[str | None, str], ...] = (
    ('{"type": "retry_tutorial", "concept_id": "x:c-1-1-1", "content_type": "tutorial"}', "retry_tutorial"),
    ('{"type": "retry_quiz", "concept_id": "t12"}', "retry_quiz"),
    (r'{"type": "retry_batch", "note": "a NUL \u0000 elsewhere"}', "retry_batch"),
    ('{"type": "retry_quiz"}', "creation"),
    ('{"type": "retry_quiz", "concept_id": 7}', "creation"),
    (r'{"type": "retry_quiz", "concept_id": "\u0000"}', "creation"),
    (r'{"type": "retry_quiz", "concept_id": "\ud800"}', "creation"),
    ('{"type": "retry_quiz", "concept_id": "c", "content_type": "tutorial"}', "creation"),
    ('{"type": ["retry_quiz"]}', "creation"),
    (r'{"type": "creation", "preferences": {"learning_goal": "write \"retry_batch\" well"}}', "creation"),
    ('["retry_batch"]', "creation"),
    ("null", "creation"),
    (None, "creation"),
)


def test_only_a_request_that_names_a_retry_becomes_one(url: str) -> None:
    for number, (request, _) in enumerate(REQUESTS):
        legacy_task(url, task_id=f"t{number:02}", user_request=request)
    schema.upgrade(url)
    assert [row[0] for row in rows(url, "SELECT task_type FROM roadmap_tasks ORDER BY task_id")] == [
        kind for _, kind in REQUESTS
    ]


DOCUMENTS: tuple[tuple[str, object, str | None], ...] = (
    # as the legacy system wrote it -> as it is read -> as a downgrade gives it back
    (r'{"goal": "a\u0000b\u0000\u0000c"}', {"goal": "abc"}, '{"goal": "abc"}'),
    (r'{"goal": "\\u0000 \\\u0000!"}', {"goal": "\\u0000 \\!"}, r'{"goal": "\\u0000 \\!"}'),
    (r'{"goal": "\ud83d\ude00 \ud800\ude00\ud800 \udc00\uDBFF."}', {"goal": "😀 𐈀 ."}, '{"goal": "😀 𐈀 ."}'),
    ('{"much": 1e400000}', {"legacy_text": '{"much": 1e400000}'}, '{"much": 1e400000}'),
    ('{"twice": 1, "twice": 2}', {"twice": 2}, '{"twice": 2}'),
    ("null", None, None),
    ('"text"', "text", '"text"'),
)


def test_json_that_jsonb_refuses_neither_stops_the_upgrade_nor_vanishes(url: str) -> None:
    for number, (written, *_) in enumerate(DOCUMENTS):
        legacy_task(url, task_id=f"t{number}", user_request=written)
    schema.upgrade(url)
    assert rows(url, "SELECT user_request FROM roadmap_tasks ORDER BY task_id") == [(read,) for _, read, _ in DOCUMENTS]
    schema.downgrade(url, "0001")
    back = rows(url, "SELECT user_request::text FROM roadmap_tasks ORDER BY task_id")
    assert back == [(back,) for *_, back in DOCUMENTS]


def framework(*concepts: str) -> str:
    return (
        '{"roadmap_id": "r", "stages": [{"stage_id": "s", "modules": [{"concepts": ['
        + ", ".join(concepts)
        + ']}, {"module_id": "empty", "concepts": []}, {"module_id": "none"}]}, {"modules": []}, {"stage_id": "bare"}]}'
    )


CONTENTS: LiteralString = "SELECT concept_id, content_type, status, last_error FROM concept_contents ORDER BY 1, 2"


def test_each_concept_gets_its_contents_with_the_status_that_was_written(url: str) -> None:
    legacy_roadmap(
        url,
        framework(
            '{"concept_id": "x:c-1-1-1", "content_status": "completed", "resources_status": "generating"}',
            '{"concept_id": "t12", "content_status": "failed", "resources_status": null, "quiz_status": "odd"}',
            '{"concept_id": "t12", "content_status": "completed"}',
            '{"name": "no id"}',
            '"no concept"',
            '{"concept_id": ""}',
            f'{{"concept_id": "{"long" * 5000}"}}',
        ),
        updated_at="2025-03-01 08:00",
    )
    schema.upgrade(url)
    assert rows(url, CONTENTS) == [
        ("t12", "quiz", "failed", "the legacy system left the unknown status 'odd'"),
        ("t12", "resources", "pending", None),
        ("t12", "tutorial", "failed", "failed in the legacy system"),
        ("x:c-1-1-1", "quiz", "pending", None),
        ("x:c-1-1-1", "resources", "pending", None),
        ("x:c-1-1-1", "tutorial", "completed", None),
    ]
    owner: LiteralString = "SELECT DISTINCT task_id, version, attempt, updated_at FROM concept_contents"
    assert rows(url, owner) == [(None, 0, 0, datetime(2025, 3, 1, tzinfo=UTC))]
    assert one(url, "SELECT framework_version FROM roadmap_metadata") == 1


def test_a_downgrade_writes_the_statuses_of_the_rows_into_the_framework_and_changes_nothing_else(url: str) -> None:
    legacy_roadmap(
        url, framework('{"concept_id": "a", "hours": 1.10, "content_status": "generating"}', '{"x": 1}', "7")
    )
    schema.upgrade(url)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE concept_contents SET status = 'completed' WHERE content_type = 'quiz'")
    schema.downgrade(url, "0001")
    concept = '"concept_id": "a", "hours": 1.10, "content_status": "pending", "resources_status": "pending"'
    expected = framework("{" + concept + ', "quiz_status": "completed"}', '{"x": 1}', "7")
    with psycopg.connect(url) as connection:
        same = connection.execute(
            "SELECT framework_data::jsonb = %s::jsonb, framework_data::text LIKE '%%1.10%%' FROM roadmap_metadata",
            [expected],
        ).fetchone()
    assert same == (True, True)
    schema.upgrade(url)
    assert [row[:3] for row in rows(url, CONTENTS)] == [
        ("a", "quiz", "completed"),
        ("a", "resources", "pending"),
        ("a", "tutorial", "pending"),
    ]


NO_FRAMEWORKS = (
    "[]",
    "{}",
    "7",
    '"text"',
    '{"stages": null}',
    '{"stages": "none"}',
    '{"stages": {"modules": []}}',
    '{"hours": 1e400000}',
    "null",
    None,
)


def test_what_is_no_framework_breaks_no_upgrade_and_comes_back_as_it_was(url: str) -> None:
    for number, odd in enumerate(NO_FRAMEWORKS):
        legacy_roadmap(url, odd, roadmap_id=f"r{number}")
    schema.upgrade(url)
    found = rows(url, "SELECT framework_data, framework_version FROM roadmap_metadata")
    assert found == [(None, 0)] * len(NO_FRAMEWORKS)
    assert rows(url, CONTENTS) == []
    schema.downgrade(url, "0001")
    back = rows(url, "SELECT framework_data::text FROM roadmap_metadata ORDER BY roadmap_id")
    assert back == [(odd,) for odd in NO_FRAMEWORKS[:-2]] + [(None,), (None,)]
    assert rows(url, "SELECT to_regclass('framework_versions')") == [(None,)]


HOLES = (
    '{"stages": []}',
    '{"stages": [null, 1, "x", {"modules": null}, {"modules": {"concepts": []}}]}',
    '{"stages": [{"modules": [null, 1, {"concepts": "x"}, {"concepts": [null, [], [[1]]]}]}]}',
)


def test_a_framework_with_holes_survives_up_and_down(url: str) -> None:
    for number, shape in enumerate(HOLES):
        legacy_roadmap(url, shape, roadmap_id=f"r{number}")
    for _ in range(2):
        schema.upgrade(url)
        with psycopg.connect(url) as connection:  # so that each of them is written to
            connection.execute("INSERT INTO concept_contents SELECT roadmap_id, 'c', 'quiz' FROM roadmap_metadata")
        schema.downgrade(url, "0001")
    back = rows(url, "SELECT framework_data::text FROM roadmap_metadata ORDER BY roadmap_id")
    assert back == [(shape,) for shape in HOLES]


def test_a_nul_in_a_framework_does_not_lose_the_framework(url: str) -> None:
    legacy_roadmap(url, framework('{"concept_id": "a\\u0000", "name": "A\\u0000B"}'))
    schema.upgrade(url)
    assert [row[0] for row in rows(url, CONTENTS)] == ["a"] * 3


def test_a_task_without_a_roadmap_stays(url: str) -> None:
    legacy_task(url, roadmap_id=None, status="completed")
    schema.upgrade(url)
    assert one(url, "SELECT roadmap_id FROM roadmap_tasks") is None
