"""SQL conditions on a task `t`, a content `c` and a webhook delivery `d`, built from domain/vocabulary.py.

Statuses are literals in SQL: PostgreSQL does not use a partial index whose predicate is a bound parameter. Sets of
statuses are built here only; a single status is one of these conditions or a formatted member of the vocabulary.
tests/repository/test_predicates.py enforces both.
"""

from typing import Final

from domain.course.lesson_use import LESSON
from domain.vocabulary import ACTIVE, FINAL, STRUCTURAL, UNFINISHED, ContentStatus, ContentType, TaskStatus, TaskType
from domain.webhooks import DeliveryStatus
from repository.tables.columns import literals, one_of

ACTIVE_TASK: Final = one_of("t.status", ACTIVE)
FINAL_TASK: Final = one_of("t.status", FINAL)
PENDING_TASK: Final = f"t.status = '{TaskStatus.PENDING}'"
PROCESSING_TASK: Final = f"t.status = '{TaskStatus.PROCESSING}'"
REVIEW_TASK: Final = f"t.status = '{TaskStatus.HUMAN_REVIEW_PENDING}'"
STRUCTURAL_TASK: Final = one_of("t.task_type", STRUCTURAL)
UNSUCCESSFUL: Final = literals(FINAL - {TaskStatus.COMPLETED})
"""Elements of an SQL array: the statuses of runs that ended without completing everything."""

HOLDER: Final = "coalesce(t.worker_id, '')"
"""The worker of a task that is processed, as the index of these tasks has it."""
VALID_LEASE: Final = """
    greatest(w.alive_until, pg_postmaster_start_time() + make_interval(secs => w.timeout)) > clock_timestamp()"""
"""The process of a worker `w` is alive.

A restart of the database extends every lease by its timeout: no process can renew while the database is down."""

LIVE: Final = f"""({one_of("t.status", ACTIVE - {TaskStatus.PROCESSING})}
    OR {PROCESSING_TASK} AND EXISTS (SELECT FROM workers w WHERE w.worker_id = t.worker_id AND {VALID_LEASE}))"""
"""The task will make progress: it is queued, in review, or run by a process with a valid lease."""

WAITING_FOR_WORKER: Final = f"""{PENDING_TASK} AND NOT EXISTS (
    SELECT FROM workers WHERE kind = 'worker' AND alive_until > clock_timestamp())"""
"""The task is queued, and no live worker exists that could take it."""

MODEL_WAIT: Final = f"""CASE WHEN {PROCESSING_TASK} THEN (
    SELECT CASE WHEN e.type = 'model_waiting' THEN e.payload END FROM task_events e
    WHERE e.task_id = t.task_id AND e.type <> 'content_started' ORDER BY e.sequence DESC LIMIT 1) END"""
"""Payload of the newest event if the task waits for a model, else NULL: any other event says that it has gone on.

Only that the next content begins does not: its call may be the next try."""

UNFINISHED_CONTENT: Final = one_of("c.status", UNFINISHED)
KNOWN_CONTENT: Final = one_of("c.content_type", ContentType)
"""This program, with its plug-ins, has the type of the content. Contents of other types are not shown."""
COMPLETED_CONTENT: Final = f"c.status = '{ContentStatus.COMPLETED}'"
FAILED_CONTENT: Final = f"c.status = '{ContentStatus.FAILED}'"
INCOMPLETE_CONTENT: Final = f"(NOT {COMPLETED_CONTENT} OR c.last_error IS NOT NULL)"
"""The last run that claimed the content has not written it."""
STALE_CONTENT: Final = f"""{UNFINISHED_CONTENT}
    AND NOT EXISTS (SELECT FROM roadmap_tasks t WHERE t.task_id = c.task_id AND {LIVE})"""
"""The content is unfinished, and no live task will finish it."""


def payload_hash(payload: str) -> str:
    """Return the SQL expression of the hash of a payload, which is an SQL expression too."""
    return f"encode(sha256(convert_to(CAST({payload} AS jsonb)::text, 'UTF8')), 'hex')"


def hash_of(version: str) -> str:
    """Return the SQL expression of the hash of a stored version; rows of older programs have none and get it here."""
    return f"coalesce({version}.payload_hash, {payload_hash(f'{version}.payload')})"


OUT_OF_DATE_CONTENT: Final = f"""(c.version > 0 AND c.content_type <> '{LESSON}' AND EXISTS (
    SELECT FROM content_versions made
    JOIN concept_contents newest ON newest.roadmap_id = made.roadmap_id AND newest.concept_id = made.concept_id
        AND newest.content_type = '{LESSON}'
    JOIN content_versions lesson ON lesson.roadmap_id = newest.roadmap_id AND lesson.concept_id = newest.concept_id
        AND lesson.content_type = newest.content_type AND lesson.version = newest.version
    WHERE made.roadmap_id = c.roadmap_id AND made.concept_id = c.concept_id AND made.content_type = c.content_type
        AND made.version = c.version AND made.lesson_hash <> {hash_of("lesson")}))"""
"""The newest version of the content was made from another lesson than the newest one. Versions without a
`lesson_hash`, which were made without a lesson or by an older program, are never out of date."""

# Not as NOT EXISTS, which PostgreSQL may turn into a join with all contents, although few tasks are looked at.
RUNNABLE_TASK: Final = f"""({one_of("t.task_type", TaskType)} AND coalesce((
    SELECT false FROM concept_contents c
    WHERE c.task_id = t.task_id AND {UNFINISHED_CONTENT} AND NOT {KNOWN_CONTENT} LIMIT 1), true))"""
"""This program has the type of the task, and those of all contents that the task still has to write."""

PENDING_DELIVERY: Final = f"d.status = '{DeliveryStatus.PENDING}'"
