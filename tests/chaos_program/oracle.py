"""The provider whose log says what was bought, by which process, and when: no process of ours can falsify it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg

from domain.editing.review import EditPlan, NewPart, NewParts, Operation, Position
from domain.framework import ConceptDraft
from tests.chaos_program.fleet import Stop
from tests.support.faults import Asked, by_chance
from tests.support.provider import Provider
from tests.support.sensible import sensible_answer

FAULTS: Final = 0.08
LATENCY: Final = 0.1
CONCEPTS: Final = 3
"""Of a new roadmap: there is room for more, so that edits can add some."""
IN_FLIGHT: Final = 1.0
"""Seconds after it was woken within which a process sends what it had leave for when it was stopped."""

Question = tuple[str, str, str]
"""The marker of the request, the role, and the name of the concept where there is one."""

_COMMITTED: Final = """
    SELECT t.user_request -> 'preferences' ->> 'motivation', v.content_type, c ->> 'name',
        extract(epoch FROM min(v.created_at))
    FROM content_versions v JOIN roadmap_tasks t USING (task_id) JOIN roadmap_metadata r ON r.roadmap_id = v.roadmap_id,
        jsonb_path_query(r.framework_data, '$.stages[*].modules[*].concepts[*]') AS c
    WHERE c ->> 'concept_id' = v.concept_id GROUP BY 1, 2, 3
    UNION ALL SELECT t.user_request -> 'preferences' ->> 'motivation',
        CASE step WHEN 'intent_analysis' THEN 'intent' ELSE 'framework' END, '', extract(epoch FROM min(c.created_at))
    FROM model_calls c JOIN roadmap_tasks t USING (task_id)
    WHERE outcome = 'accepted' AND answer IS NOT NULL AND step IN ('intent_analysis', 'curriculum_design')
    GROUP BY 1, 2"""
"""Questions whose accepted answer is in the rows, and since when."""


def provider(seed: int) -> Provider:
    return Provider(by_chance(FAULTS, seed=seed), _reply, latency=LATENCY)


def _reply(asked: Asked) -> Mapping[str, Any]:
    """Edits add one concept, whose name nothing else bears: so its contents are no other question's."""
    if asked.role == "edit_plan":
        name = f"Idea {abs(hash(str(asked.data['feedback']))):x}"
        module = asked.data["roadmap"]["stages"][0]["modules"][0]["id"]
        add = Operation(action="add", target_type="concept", position=Position(parent_id=module), values={"name": name})
        return EditPlan(feedback_summary="", operations=[add]).model_dump(mode="json")
    if asked.role == "new_parts":
        parts = [
            NewPart(
                operation=addition["operation"],
                concept=ConceptDraft(name=addition["values"]["name"], description="An idea.", estimated_hours=1),
            )
            for addition in asked.data["additions"]
        ]
        return NewParts(parts=parts).model_dump(mode="json")
    return sensible_answer(asked.role, {**asked.data, "max_concepts": CONCEPTS})


def bought_again(url: str, asked: Sequence[Asked], stopped: Mapping[str, Sequence[Stop]]) -> list[str]:
    """Questions that were asked although their answer had been committed; or never, which is a fault of this oracle.

    `stopped`: by the key of a process, when it was. Of what it asked late each stop excuses each question once.
    """
    with psycopg.connect(url) as connection:
        rows = connection.execute(_COMMITTED).fetchall()
    committed: dict[Question, float] = {(row[0], row[1], row[2]): float(row[3]) for row in rows}
    assert committed, "nothing was committed"
    unasked = committed.keys() - {_question(call) for call in asked}
    found = [f"{question} was committed and never asked" for question in unasked]
    excused: set[tuple[str, float, Question]] = set()
    for call in asked:
        question, key = _question(call), call.authorization.removeprefix("Bearer ")
        since = committed.get(question, math.inf)
        if call.at <= since:
            continue
        excuses = {(key, stop.began, question) for stop in stopped.get(key, []) if _was_on_its_way(call, stop, since)}
        if excuses <= excused:
            found.append(f"{call.at - since:.3f} s after its commit {question} was bought by {call.authorization}")
        excused |= excuses
    return found


def _was_on_its_way(call: Asked, stop: Stop, committed: float) -> bool:
    """Whether its process may have had leave for it, then was stopped, and did not know of the commit.

    Leave is given by a lease that is fresh. Whoever buys the answer meanwhile has waited for it to run out, so that
    the process, once woken, renews it and hears of its loss before it gives leave again: what it still sends was past
    that point, and is on the wire within the time that a prompt and a connection take.
    """
    return stop.began <= committed and stop.woken <= call.at <= stop.woken + IN_FLIGHT


def _question(asked: Asked) -> Question:
    return str(asked.data.get("learner", {}).get("motivation")), asked.role, asked.concept or ""
