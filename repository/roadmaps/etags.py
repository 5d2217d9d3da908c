"""Etags of what the pages show of roadmaps and tasks: hashes that change when something else would be shown."""

from typing import Final

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.predicates import ACTIVE_TASK, COMPLETED_CONTENT, LIVE, MODEL_WAIT, WAITING_FOR_WORKER

_ROADMAP_ETAG: Final = text(f"""
    SELECT md5(concat_ws('|', m.framework_version, m.updated_at, m.deleted_at,
        (SELECT string_agg(concat_ws(',', t.task_id, t.status, t.current_step, t.attempt, {LIVE},
                {WAITING_FOR_WORKER}, {MODEL_WAIT},
                (SELECT max(sequence) FROM task_events e WHERE e.task_id = t.task_id)), ';' ORDER BY t.task_id)
            FROM roadmap_tasks t WHERE t.roadmap_id = m.roadmap_id
            AND {ACTIVE_TASK}),
        (SELECT concat_ws(',', count(*), max(t.updated_at)) FROM roadmap_tasks t WHERE t.roadmap_id = m.roadmap_id),
        (SELECT concat_ws(',', count(*), max(c.updated_at), count(*) FILTER (WHERE {COMPLETED_CONTENT}))
            FROM concept_contents c WHERE c.roadmap_id = m.roadmap_id),
        (SELECT concat_ws(',', count(*), count(withdrawn_at)) FROM content_wishes w
            WHERE w.roadmap_id = m.roadmap_id),
        (SELECT concat_ws(',', count(*), max(done_at)) FROM learning_progress l
            WHERE l.user_id = :reader AND l.roadmap_id = m.roadmap_id),
        (SELECT count(*) FROM quiz_attempts a
            WHERE a.user_id = :reader AND a.roadmap_id = m.roadmap_id))) AS etag
    FROM roadmap_metadata m WHERE m.roadmap_id = :roadmap_id""")


async def roadmap_etag(session: Session, roadmap_id: str, reader: str = "") -> str:
    """Return a hash that changes when a roadmap would be shown differently; empty for an unknown roadmap.

    `reader`: the user whose progress is shown with it.
    """
    values = {"roadmap_id": roadmap_id, "reader": reader}
    return str((await execute(session, _ROADMAP_ETAG, values)).scalar_one_or_none() or "")


_TASK_ETAG: Final = text(f"""
    SELECT md5(concat_ws('|', t.status, t.current_step, t.attempt, t.updated_at, {LIVE}, {WAITING_FOR_WORKER},
        (SELECT concat_ws(',', m.title, m.framework_version, m.deleted_at,
                (SELECT string_agg(concat_ws(' ', t.task_id, t.status, {LIVE}), ',' ORDER BY t.task_id)
                    FROM roadmap_tasks t WHERE t.roadmap_id = m.roadmap_id AND {ACTIVE_TASK}),
                (SELECT concat_ws(' ', count(*), max(c.updated_at)) FROM concept_contents c
                    WHERE c.roadmap_id = m.roadmap_id))
            FROM roadmap_metadata m WHERE m.roadmap_id = t.roadmap_id),
        (SELECT count(*) FROM model_calls c WHERE c.task_id = t.task_id),
        (SELECT max(sequence) FROM task_events e WHERE e.task_id = t.task_id))) AS etag
    FROM roadmap_tasks t WHERE t.task_id = :task_id""")


async def task_etag(session: Session, task_id: str) -> str:
    """Return a hash that changes when a run would be shown differently; empty for an unknown task."""
    return str((await execute(session, _TASK_ETAG, {"task_id": task_id})).scalar_one_or_none() or "")
