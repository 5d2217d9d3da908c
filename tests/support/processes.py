"""Real `roadmap` processes to kill, and the account of calls that none of them can falsify."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from repository.db.database import Database, execute
from tests.support.limits import HANG_SECONDS

ROADMAP: Final = Path(sys.executable).with_name("roadmap")


@contextmanager
def process(*arguments: str, log: Path, **settings: object) -> Iterator["subprocess.Popen[bytes]"]:
    """One command with settings `ROADMAP_...`; killed at the end if it still runs. Its output is appended to `log`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ROADMAP_")}
    env |= {f"ROADMAP_{name.upper()}": str(value) for name, value in settings.items()}
    with log.open("ab") as output:
        started = subprocess.Popen(
            [ROADMAP, *arguments], env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGCONT)
            started.kill()
        started.wait(timeout=HANG_SECONDS)


@dataclass(frozen=True)
class Call:
    """A call that began, as the author itself noted it (ROADMAP_OFFLINE_LOG)."""

    at: float
    role: str
    goal: str
    concept_id: str | None
    instructions: str | None
    pid: int


def calls_begun(account: Path) -> list[Call]:
    lines = [json.loads(line) for line in account.read_text().splitlines()] if account.exists() else []
    return [
        Call(line["at"], line["role"], line["goal"], line.get("concept_id"), line.get("instructions"), line["pid"])
        for line in lines
        if line["moment"] == "begin"
    ]


_COMMITTED: Final = text("""
    SELECT v.content_type AS role, t.user_request -> 'preferences' ->> 'learning_goal' AS goal, v.concept_id,
        extract(epoch FROM v.created_at) AS at, coalesce(t.user_request ->> 'instructions', '') AS instructions
    FROM content_versions v JOIN roadmap_tasks t USING (task_id)
    UNION ALL
    SELECT CASE step WHEN 'intent_analysis' THEN 'intent' WHEN 'curriculum_design' THEN 'framework'
        WHEN 'structure_validation' THEN 'structure_review' END,
        t.user_request -> 'preferences' ->> 'learning_goal', NULL, extract(epoch FROM c.created_at), NULL
    FROM model_calls c JOIN roadmap_tasks t USING (task_id)
    WHERE step IN ('intent_analysis', 'curriculum_design', 'structure_validation')""")


async def bought_again(database: Database, account: Path) -> list[Call]:
    """Calls that began although the answer to the same question was committed before."""
    async with database.transaction() as session:
        rows = (await execute(session, _COMMITTED, {})).all()
    committed: dict[tuple[Any, ...], float] = {}
    for row in rows:
        question = (row.role, row.goal, row.concept_id, row.instructions)
        committed[question] = min(float(row.at), committed.get(question, float("inf")))
    return [
        call
        for call in calls_begun(account)
        if call.at > committed.get((call.role, call.goal, call.concept_id, call.instructions), float("inf"))
    ]


async def broken_promises(database: Database) -> list[str]:
    """What the rows must never say, whoever died; empty when all is well."""
    checks = {
        "an unfinished content of a final task": """
            SELECT count(*) FROM concept_contents c JOIN roadmap_tasks t USING (task_id)
            WHERE c.status IN ('pending', 'generating')
                AND t.status NOT IN ('pending', 'processing', 'human_review_pending')""",
        "a completed content without its version": """
            SELECT count(*) FROM concept_contents c WHERE c.status = 'completed' AND NOT EXISTS (
                SELECT FROM content_versions v WHERE v.roadmap_id = c.roadmap_id AND v.concept_id = c.concept_id
                AND v.content_type = c.content_type AND v.version = c.version)""",
        "a version of a content from two attempts": """
            SELECT count(*) FROM (SELECT FROM content_versions GROUP BY task_id, roadmap_id, concept_id, content_type
                HAVING count(*) > 1) AS doubled""",
        "a gap in the events": """
            SELECT count(*) FROM (SELECT FROM task_events GROUP BY task_id
                HAVING count(*) <> max(sequence) OR min(sequence) <> 1) AS gaps""",
        "a final task whose last event is not its status": """
            SELECT count(*) FROM roadmap_tasks t WHERE status NOT IN ('pending', 'processing', 'human_review_pending')
                AND status IS DISTINCT FROM (SELECT payload ->> 'status' FROM task_events e
                    WHERE e.task_id = t.task_id ORDER BY sequence DESC LIMIT 1)""",
        "a content completed and not told": """
            SELECT count(*) FROM content_versions v JOIN roadmap_tasks t USING (task_id)
            WHERE t.status = 'completed' AND NOT EXISTS (SELECT FROM task_events e WHERE e.task_id = v.task_id
                AND e.type = 'content_completed' AND e.payload @> jsonb_build_object('concept_id', v.concept_id,
                    'content_type', v.content_type, 'version', v.version))""",
        "a content made from a lesson that was never committed": """
            SELECT count(*) FROM content_versions v WHERE v.lesson_hash IS NOT NULL AND NOT EXISTS (
                SELECT FROM content_versions l WHERE l.roadmap_id = v.roadmap_id AND l.concept_id = v.concept_id
                AND l.content_type = 'tutorial' AND v.lesson_hash = coalesce(l.payload_hash,
                    encode(sha256(convert_to(l.payload::text, 'UTF8')), 'hex')))""",
        "a summary that is no recount": """
            SELECT count(*) FROM roadmap_tasks t WHERE status = 'completed' AND (execution_summary ->> 'completed')::int
                <> (SELECT count(*) FROM content_versions v WHERE v.task_id = t.task_id)""",
    }
    async with database.transaction() as session:
        counts = {what: (await execute(session, text(sql), {})).scalar_one() for what, sql in checks.items()}
    return [f"{count} times {what}" for what, count in counts.items() if count]
