"""What must hold when everything has become quiet; each finding is one line."""

from collections.abc import Sequence
from typing import Final

import httpx
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from repository.db.database import Database
from tests.chaos_program.reasons import untrue_reasons
from tests.chaos_program.users import User, token
from tests.support.processes import broken_promises

UNFINISHED: Final = "status IN ('pending', 'processing')"

_RECOUNTS: Final = {
    ("roadmap_runs_finished_total", ("task_type", "status")): """
        SELECT t.task_type, e.payload ->> 'status', count(*) FROM task_events e JOIN roadmap_tasks t USING (task_id)
        WHERE e.type = 'run_finished' GROUP BY 1, 2""",
    ("roadmap_model_calls_total", ("model", "outcome")): """
        SELECT model, CASE WHEN position('/' in key) > 0 THEN 'failed' ELSE 'answered' END, count(*)
        FROM model_calls GROUP BY 1, 2""",
    ("roadmap_model_tokens_total", ("model", "direction")): """
        SELECT model, 'in', sum(tokens_in) FROM model_calls GROUP BY 1
        UNION ALL SELECT model, 'out', sum(tokens_out) FROM model_calls GROUP BY 1""",
    ("roadmap_tasks_active", ("task_type", "status")): """
        SELECT task_type, status, count(*) FROM roadmap_tasks
        WHERE status IN ('pending', 'processing', 'human_review_pending') GROUP BY 1, 2""",
}
"""Counter and its labels -> the same from the rows."""

_RIGHTS: Final = {
    "a content that a run of another user wrote": """
        SELECT count(*) FROM content_versions v JOIN roadmap_tasks t USING (task_id)
        JOIN roadmap_metadata r ON r.roadmap_id = v.roadmap_id WHERE r.user_id <> t.user_id""",
    "a content of a run of another roadmap": """
        SELECT count(*) FROM content_versions v JOIN roadmap_tasks t USING (task_id)
        WHERE t.roadmap_id <> v.roadmap_id""",
    "a version number that was left out": """
        SELECT count(*) FROM (SELECT FROM content_versions GROUP BY roadmap_id, concept_id, content_type
            HAVING count(*) <> max(version)) AS gaps""",
    "a failed run that does not say why": """
        SELECT count(*) FROM roadmap_tasks WHERE status = 'failed' AND coalesce(error_message, '') = ''""",
    "a final run under a worker": """
        SELECT count(*) FROM roadmap_tasks WHERE completed_at IS NOT NULL AND worker_id IS NOT NULL""",
    "a run whose events do not begin with its request": """
        SELECT count(*) FROM roadmap_tasks t WHERE 'run_requested' IS DISTINCT FROM
            (SELECT type FROM task_events e WHERE e.task_id = t.task_id ORDER BY sequence LIMIT 1)""",
    "a final run whose events do not end with its end": """
        SELECT count(*) FROM roadmap_tasks t WHERE completed_at IS NOT NULL AND 'run_finished' IS DISTINCT FROM
            (SELECT type FROM task_events e WHERE e.task_id = t.task_id ORDER BY sequence DESC LIMIT 1)""",
    "a round of a review that was not asked for": """
        SELECT count(*) FROM roadmap_tasks t WHERE (review ->> 'round')::int <>
            (SELECT count(*) FROM task_events e WHERE e.task_id = t.task_id AND type = 'review_requested')""",
}


def unfinished(url: str) -> list[str]:
    """Runs that are neither final nor wait for a person."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT task_id, task_type, status, current_step, attempt, worker_id, updated_at FROM roadmap_tasks"
            f" WHERE {UNFINISHED}"
        )
        return [" ".join(map(str, row)) for row in rows]


def fingerprint(url: str, user: str) -> dict[str, tuple[int, str | None]]:
    """Table -> (how many, the hash) of all rows of a user who does nothing."""
    of_roadmaps = "roadmap_id IN (SELECT roadmap_id FROM roadmap_metadata WHERE user_id = %(user)s)"
    of_tasks = "task_id IN (SELECT task_id FROM roadmap_tasks WHERE user_id = %(user)s)"
    tables = {
        **dict.fromkeys(("roadmap_tasks", "roadmap_metadata"), "user_id = %(user)s"),
        **dict.fromkeys(("concept_contents", "content_versions", "framework_versions"), of_roadmaps),
        **dict.fromkeys(("task_events", "model_calls"), of_tasks),
    }
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t WHERE {mine}"
        for table, mine in tables.items()
    )
    with psycopg.connect(url) as connection:
        # By table: of large ones PostgreSQL lets parallel workers bring these lines, in whatever order they are done.
        return {table: (rows, digest) for table, rows, digest in connection.execute(parts.encode(), {"user": user})}


async def rows_broken(url: str) -> list[str]:
    """What the rows alone betray, whoever was told what."""
    database = Database(url)
    found = [f"rows: {broken}" for broken in await broken_promises(database)]
    await database.close()
    with psycopg.connect(url) as connection:
        for what, query in _RIGHTS.items():
            [(count,)] = connection.execute(query.encode()).fetchall()
            found += [f"rows: {count} times {what}"] if count else []
    return found + untrue_reasons(url)


async def losses_of(users: Sequence[User], url: str, http: str) -> list[str]:
    """Of rows, of lists, of counters."""
    found = await rows_broken(url)
    for user in users:
        found += [*user.losses, *await lost_of(user, users, url)]
    return [*found, *miscounted(url, await _exposition(http))]


async def lost_of(user: User, users: Sequence[User], url: str) -> list[str]:
    """What he was told of, what is listed for him, and what the rows hold, are the same; of others he sees nothing."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT task_id FROM roadmap_tasks WHERE user_id = %s", (user.name,)).fetchall()
    told, held = set(user.told), {row[0] for row in rows}
    listed = {task["task_id"] for task in await user.tasks()}
    roadmaps = set(await user.listed_roadmaps())
    found = [f"{user.name} was told of {task}, and it is lost" for task in told - held]
    found += [f"{user.name} has {task} and was never told of it" for task in held - told]
    found += [f"the list of {user.name} differs in {task}" for task in listed ^ held]
    found += [f"the roadmaps of {user.name} differ in {one}" for one in roadmaps ^ set(user.roadmaps)]
    for roadmap in user.roadmaps:
        check = (await user.ask("GET", f"/roadmaps/{roadmap}/status-check")).body
        waiting = [task for task in check["active_tasks"] if task["status"] != "human_review_pending"]
        if waiting or check["stale_concepts"]:
            found.append(f"when all is quiet, {roadmap} has {waiting} and is stale in {check['stale_concepts']}")
    for other in users:
        foreign = next(iter(other.roadmaps), None) if other is not user else None
        if foreign and (answer := await user.ask("GET", f"/roadmaps/{foreign}")).status != 404:
            found.append(f"{user.name} sees {foreign} of {other.name}: {answer.status}")
    return found


async def _exposition(http: str) -> str:
    headers = {"Authorization": f"Bearer {token('operator', 'admin')}"}
    async with httpx.AsyncClient(base_url=http, headers=headers, timeout=30) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return answer.text


def miscounted(url: str, exposition: str) -> list[str]:
    """Where what `/metrics` shows is no recount of the rows."""
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }
    found = []
    with psycopg.connect(url) as connection:
        for (name, labels), query in _RECOUNTS.items():
            counted = {
                (name, *sorted(zip(labels, row[:2], strict=True))): float(row[2])
                for row in connection.execute(query.encode()).fetchall()
            }
            shown = {key: value for key, value in samples.items() if key[0] == name and value}
            differing = {key for key in {*counted, *shown} if counted.get(key, 0.0) != shown.get(key, 0.0)}
            found += [f"{key} is {shown.get(key)} and recounts to {counted.get(key)}" for key in sorted(differing)]
    return found
