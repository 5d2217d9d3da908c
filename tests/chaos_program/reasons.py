"""Why a run or a content may say that it failed, where the provider's faults and deaths are all that befell it.

Whatever else is said is a finding: the name of an exception, half a word of one, or a reason that was never given.
"""

import re
from typing import Final

import psycopg

MODEL: Final = "openai:test"

_TRUTHS: Final = re.compile(
    "|".join(
        (
            r"[1-9]\d* of [1-9]\d* contents failed\.",
            r"All [1-9]\d* contents failed\.",
            r"The author's answers failed their check [1-9]\d* times: \S.+",
            rf"{MODEL} (answered [45]\d\d: \S.+|did not answer (within [\d.]+ s|in time)\.( \(\d+ tries\))?)",
            rf"{MODEL} (cannot be reached, or hung up: \S.+|sent no answer of its protocol[.:] \S.+)",
            r"The framework is still not sound after editing: \S.+ Nothing was generated; .+",
            r"The run was started \d+ times in a row, and its process died each time without progress\. .+",
            r"Its process died, and a newer run took its place\.",
            r"Another run has taken over its content\.",
            r"Task \S+ is working on the \w+ of \S+, which this run changes or removes\. Nothing was changed; .+",
            r"Roadmap \S+ is at version \d+ of its structure now; this run changed version \d+\. .+",
            r"Cancelled by its user\.",
        )
    )
)
_INTERNAL: Final = re.compile(
    r"Traceback|NoneType|has no attribute|object is not|\bobject at 0x|\w(Error|Exception)\b|SQLSTATE"
    r"|sqlalchemy|asyncpg|psycopg|langgraph|langchain|pydantic"
)
"""Words of programs, wherever they stand: also behind a truth that quotes what it was told."""

_SAID: Final = """
    SELECT 'run ' || task_type || ' ' || task_id, error_message FROM roadmap_tasks WHERE error_message IS NOT NULL
    UNION ALL
    SELECT 'summary of ' || task_id || ', ' || (failure ->> 'concept_id') || ' ' || (failure ->> 'content_type'),
        failure ->> 'reason'
    FROM roadmap_tasks, jsonb_array_elements(execution_summary -> 'failures') AS failure
    UNION ALL
    SELECT concat_ws(' ', 'content', roadmap_id, concept_id, content_type), last_error
    FROM concept_contents WHERE last_error IS NOT NULL OR status = 'failed'
    UNION ALL
    SELECT concat_ws(' ', 'event', type, task_id, sequence), payload ->> 'reason'
    FROM task_events WHERE type = 'content_failed'
    UNION ALL
    SELECT concat_ws(' ', 'event', type, task_id, sequence), payload ->> 'error_message'
    FROM task_events WHERE type = 'run_finished' AND payload ->> 'status' <> 'completed'"""
"""Who says it -> what."""


def is_truth(reason: str | None) -> bool:
    return bool(reason and _TRUTHS.fullmatch(reason) and not _INTERNAL.search(reason))


def untrue_reasons(url: str) -> list[str]:
    """What rows and events say of failures, where a learner could do nothing with it."""
    with psycopg.connect(url) as connection:
        said = connection.execute(_SAID).fetchall()
    return [f"no reason that a person is given: {who} says {reason!r}" for who, reason in said if not is_truth(reason)]
