"""The real command with a chat model that misbehaves: killed at any moment, kept out, or made to leak a key."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from repository.db.database import Database
from tests.e2e.roadmap_command import Command, ForkedCommand
from tests.support.environment import variables
from tests.support.faults import Asked, Fault, always, by_chance
from tests.support.limits import HANG_SECONDS, LEASE_SECONDS
from tests.support.processes import broken_promises
from tests.support.provider import Provider

KEY = "sk-planted-0123456789abcdef"


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider(latency=0.02)
    with provider.serving(), variables({**provider.environment(), "OPENAI_API_KEY": KEY}):
        yield provider


@pytest.fixture
def shell(database_url: str, tmp_path: Path, provider: Provider) -> Iterator[Command]:
    command = ForkedCommand(
        tmp_path / "unused",
        DATABASE_URL=database_url,
        HEARTBEAT_TIMEOUT=str(LEASE_SECONDS),
        MAX_CONCURRENT_CALLS="3",
        MAX_CONCEPTS="4",
        MODEL="openai:test",
        MODEL_TIMEOUT="5",
    )
    yield command
    command.kill_all()


def rows_of(database_url: str) -> str:
    """Everything the database holds, as text."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        found: list[Any] = []
        for table in tables:
            found += connection.execute(f"SELECT to_jsonb(t) AS row FROM {table['name']} t").fetchall()
    return json.dumps(found, ensure_ascii=False, default=str)


def test_a_wrong_key_exits_5_with_one_line_and_the_run_can_be_resumed(shell: Command, provider: Provider) -> None:
    provider.script = lambda _, __: Fault.WRONG_KEY
    ended = shell("create", "chess", "--json")
    task = ended.json()
    assert (ended.code, task["status"], task["execution_summary"]["cause"]) == (5, "failed", "model_unavailable")
    provider.script = always()
    resumed = shell("resume", task["task_id"], "--json")
    assert (resumed.code, resumed.json()["status"]) == (0, "completed")


@pytest.mark.soak
def test_a_grave_mistake_that_nobody_can_understand_holds_no_run_up(shell: Command, provider: Provider) -> None:
    """A very small model found "2" to be critical, in every round of editing."""
    provider.script = always(Fault.EMPTY_WORDS)
    assert shell("create", "chess", "--json").json()["status"] == "completed"
    asked = Counter(asked.role for asked in provider.log)
    assert (asked["structure_review"], asked["edit_plan"]) == (2, 0)


@pytest.mark.promise
def test_a_planted_key_reaches_no_row_no_event_no_log_and_no_error(
    shell: Command, provider: Provider, database_url: str
) -> None:
    """The provider says it back: in errors, in refusals, and in what it writes."""

    def leaky(asked: Asked, before: int) -> Fault | None:
        return Fault.BROKEN if asked.role == "tutorial" and before == 0 else None

    provider.script = leaky
    done = shell("create", "chess", "--json", LOG_LEVEL="debug")
    provider.script = lambda _, __: Fault.WRONG_KEY
    denied = shell("create", "chess", LOG_LEVEL="debug")
    told = shell("log", json.loads(done.out)["task_id"], "--json")
    settings = shell("settings", "--json")
    assert (done.code, denied.code) == (0, 5)
    for ended in (done, denied, told, settings):
        assert KEY not in ended.out + ended.err
    assert KEY not in rows_of(database_url)
    assert "***" in denied.err, "the provider did say it"
    assert all(KEY in asked.authorization for asked in provider.log)


def test_what_was_paid_is_added_up_by_roadmap_task_and_user(shell: Command, provider: Provider) -> None:
    provider.script = always(Fault.BUSY)
    prices = '{"openai:test": [1, 2]}'
    ann = shell("create", "chess", "--user", "ann", "--json", MODEL_PRICES=prices).json()
    provider.script = always()
    shell("create", "go", "--user", "bob", "--json", MODEL_PRICES=prices)
    together = shell("cost", "--json").json()["total"]
    of_ann = shell("cost", "--user", "ann", "--json").json()
    assert of_ann["total"]["calls"] == 17 == of_ann["total"]["failed"]
    assert together["calls"] == 34
    assert of_ann["total"]["cost"] == pytest.approx(ann["execution_summary"]["cost"])
    assert 0 < of_ann["total"]["cost"] < together["cost"]
    for option, value in (("--roadmap", ann["roadmap_id"]), ("--task", ann["task_id"])):
        assert shell("cost", option, value, "--json").json() == of_ann
    assert "openai:test" in shell("cost").out
    assert shell("cost", "--task", "nobody").code == 3


Question = tuple[str, str, str]
"""Goal, role, and the name of the concept where there is one."""

COMMITTED = """
    SELECT t.user_request -> 'preferences' ->> 'learning_goal', v.content_type, c ->> 'name'
    FROM content_versions v JOIN roadmap_tasks t USING (task_id) JOIN roadmap_metadata r ON r.roadmap_id = v.roadmap_id,
        jsonb_path_query(r.framework_data, '$.stages[*].modules[*].concepts[*]') AS c
    WHERE c ->> 'concept_id' = v.concept_id
    UNION SELECT t.user_request -> 'preferences' ->> 'learning_goal', CASE step WHEN 'intent_analysis' THEN 'intent'
        WHEN 'curriculum_design' THEN 'framework' ELSE 'structure_review' END, ''
    FROM model_calls JOIN roadmap_tasks t USING (task_id) WHERE outcome = 'accepted' AND answer IS NOT NULL
        AND step IN ('intent_analysis', 'curriculum_design', 'structure_validation')"""
"""Questions whose accepted answer is in the rows."""


def question_of(asked: Asked) -> Question:
    return asked.data["learner"]["learning_goal"], asked.role, asked.concept or ""


class Killer:
    """Kills a command at a moment that the provider's log chooses; what was committed then may not be bought again."""

    def __init__(self, shell: Command, provider: Provider, database_url: str) -> None:
        self._shell, self._provider, self._url = shell, provider, database_url
        self._committed: list[tuple[float, set[Question]]] = []

    @property
    def kills(self) -> int:
        return len(self._committed)

    def kill(self, *arguments: str, model: str = "openai:test", max_concepts: int = 4) -> None:
        """Before or after the commit of one of the next answers."""
        enough = len(self._provider.answered) + random.randrange(1, 4)
        running = self._shell.start(*arguments, MODEL=model, MAX_CONCEPTS=str(max_concepts))
        deadline = time.monotonic() + HANG_SECONDS
        while len(self._provider.answered) < enough:
            assert time.monotonic() < deadline, running.err
            time.sleep(0.002)
        time.sleep(random.uniform(0, 0.03))
        running.kill()
        with psycopg.connect(self._url) as connection:
            rows = connection.execute(COMMITTED).fetchall()
        self._committed.append((time.time(), {(row[0], row[1], row[2]) for row in rows}))

    def bought_again(self) -> list[Question]:
        return [
            question_of(asked)
            for asked in self._provider.log
            for at, questions in self._committed
            if asked.at > at and question_of(asked) in questions
        ]


@pytest.mark.parametrize("kills", [pytest.param(40, marks=pytest.mark.soak)])
async def test_killed_at_any_answer_no_committed_one_is_bought_again_under_another_model_either(
    shell: Command, provider: Provider, database_url: str, database: Database, kills: int
) -> None:
    killer = Killer(shell, provider, database_url)
    provider.script = by_chance(0.1, (Fault.BUSY, Fault.WRONG_SCHEMA, Fault.HALF_JSON), seed=3)
    while killer.kills < kills:
        await asyncio.to_thread(killer.kill, "create", f"goal {killer.kills}")
        task_id = shell("tasks", "--json").json()["tasks"][0]["task_id"]
        for turn in range(2):
            await asyncio.sleep(LEASE_SECONDS + 0.5)  # until the lease of the dead has run out
            other = f"openai:other-{turn}"
            await asyncio.to_thread(killer.kill, "resume", task_id, model=other, max_concepts=5 + turn)
        await asyncio.sleep(LEASE_SECONDS + 0.5)
        ended = await asyncio.to_thread(shell, "resume", task_id, "--json", MODEL="openai:last", MAX_CONCEPTS="9")
        assert (ended.code, ended.json()["status"]) == (0, "completed"), ended.err
    assert killer.bought_again() == []
    assert await broken_promises(database) == []


def test_a_provider_that_stays_away_exits_5_when_patience_is_over(shell: Command, provider: Provider) -> None:
    provider.script = lambda _, __: Fault.HANG_UP
    ended = shell("create", "chess", "--json", MODEL_PATIENCE="2")
    assert (ended.code, ended.json()["status"]) == (5, "failed")
