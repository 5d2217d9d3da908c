"""Evidence about models: shared by calls and processes, and never lost by a race or a failing store."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from nodes.authors.abilities.approach import Approach, Mode, Unusable
from nodes.authors.abilities.evidence import EVIDENCE_TTL, Abilities, endpoint
from tests.support.limits import HANG_SECONDS

MODEL = "openai:test"


@dataclass
class Row:
    evidence: dict[str, Any]
    version: int
    age_seconds: float = 0.0


@dataclass
class MemoryStore:
    """Keeps to the rule of the table: a row is replaced by the writer that has seen its version."""

    rows: dict[tuple[str, ...], Row] = field(default_factory=dict)
    broken: bool = False
    writes: int = 0

    async def read(self, model: str, address: str, parameters: str) -> Row | None:
        await self._reach()
        return self.rows.get((model, address, parameters))

    async def write(
        self, model: str, address: str, parameters: str, evidence: Mapping[str, Any], version: int
    ) -> int | None:
        await self._reach()
        key = (model, address, parameters)
        if key in self.rows and self.rows[key].version != version:
            return None
        self.writes += 1
        self.rows[key] = Row(dict(evidence), self.writes)
        return self.writes

    async def forget(self, model: str, address: str, parameters: str, version: int) -> None:
        await self._reach()
        key = (model, address, parameters)
        if key in self.rows and self.rows[key].version == version:
            del self.rows[key]

    async def _reach(self) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise ConnectionError("the database is away")


def abilities(store: MemoryStore | None = None) -> Abilities:
    return Abilities({MODEL: endpoint(MODEL, "https://u:secret@host.example/v1?key=secret", {})}, store)


async def test_a_late_failure_of_an_earlier_approach_changes_nothing() -> None:
    known = abilities()
    first = known.of(MODEL).approach
    assert await known.refused(MODEL, first, "no response_format")
    second = known.of(MODEL).approach
    assert await known.refused(MODEL, first, "no response_format"), "the late call is due again in the new approach"
    assert known.of(MODEL).approach == second
    await known.unusable(MODEL, first, Unusable.EMPTY)
    assert known.of(MODEL).approach == second


async def test_a_refusal_after_a_success_concerns_that_one_call() -> None:
    known = abilities()
    await known.succeeded(MODEL, Approach(), tokens=10)
    assert not await known.refused(MODEL, Approach(), "no response_format")
    await known.unusable(MODEL, Approach(), Unusable.EMPTY)
    assert known.of(MODEL).approach == Approach()


async def test_a_model_that_refuses_every_way_begins_at_the_top_next_time() -> None:
    known = abilities()
    tries = 1
    while await known.refused(MODEL, known.of(MODEL).approach, "Bad Request"):
        tries += 1
    assert tries <= 9
    assert known.of(MODEL).approach == Approach()


async def test_one_call_finds_out_for_all_that_begin_together() -> None:
    known = abilities()
    asked: list[Approach] = []

    async def call() -> None:
        while True:
            async with known.turn(MODEL) as ability:
                used = ability.approach
                asked.append(used)
                await asyncio.sleep(0)
                if used.mode is Mode.WORDS:
                    return await known.succeeded(MODEL, used, tokens=10)
                await known.refused(MODEL, used, "no tools")

    async with asyncio.timeout(HANG_SECONDS):
        await asyncio.gather(*(call() for _ in range(30)))
    assert sum(approach.mode is not Mode.WORDS for approach in asked) == 2


async def test_a_call_that_explores_and_is_cancelled_holds_up_no_other() -> None:
    known = abilities()

    async def hang() -> None:
        async with known.turn(MODEL):
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(known.turn(MODEL).__aenter__())
    await asyncio.sleep(0)
    hanging.cancel()
    async with asyncio.timeout(HANG_SECONDS):
        await waiting


async def test_what_one_process_found_out_another_begins_with() -> None:
    store = MemoryStore()
    first = abilities(store)
    await first.has_room(MODEL, window=4096)
    await first.succeeded(MODEL, Approach(Mode.WORDS), tokens=10)
    second = abilities(store)
    async with second.turn(MODEL) as ability:
        assert (ability.approach, ability.window, ability.has_worked) == (Approach(Mode.WORDS), 4096, True)
    assert "secret" not in str(store.rows), "neither keys in addresses nor parameters reach a row"


async def test_two_processes_do_not_destroy_each_others_evidence() -> None:
    store = MemoryStore()
    first, second = abilities(store), abilities(store)
    await asyncio.gather(first.recall(MODEL), second.recall(MODEL))
    await first.succeeded(MODEL, Approach(Mode.WORDS), tokens=10)
    await second.has_room(MODEL, window=4096)
    await second.succeeded(MODEL, Approach(shown=True), tokens=10)
    await first.has_room(MODEL, answer_limit=2048)
    (row,) = store.rows.values()
    assert row.evidence == {"approach": Approach(Mode.WORDS).as_json(), "window": 4096, "answer_limit": 2048}


async def test_evidence_is_forgotten_when_its_way_fails_and_only_that_evidence() -> None:
    store = MemoryStore()
    await abilities(store).succeeded(MODEL, Approach(), tokens=10)
    stale, other = abilities(store), abilities(store)
    await stale.recall(MODEL)
    await other.recall(MODEL)
    assert await stale.refused(MODEL, Approach(), "no response_format any more")
    assert store.rows == {}
    await stale.succeeded(MODEL, Approach(Mode.WORDS), tokens=10)
    await other.refused(MODEL, Approach(), "no response_format any more")
    (row,) = store.rows.values()
    assert row.evidence["approach"] == Approach(Mode.WORDS).as_json(), "a later failure forgets what it has not seen"


async def test_evidence_is_forgotten_after_a_week() -> None:
    now = [0.0]
    known = Abilities(clock=lambda: now[0])
    await known.succeeded(MODEL, Approach(Mode.WORDS), tokens=10)
    now[0] += EVIDENCE_TTL.total_seconds() - 1
    assert known.of(MODEL).approach.mode is Mode.WORDS
    now[0] += 2
    assert (known.of(MODEL).approach, known.of(MODEL).has_worked) == (Approach(), False)


async def test_a_store_that_fails_ends_no_call() -> None:
    known = abilities(MemoryStore(broken=True))
    async with known.turn(MODEL) as ability:
        await known.refused(MODEL, ability.approach, "no tools")
    await known.succeeded(MODEL, Approach(Mode.WORDS), tokens=10)
    await known.has_room(MODEL, window=4096)
    assert known.of(MODEL).works


async def test_a_window_that_a_longer_call_proves_wrong_is_forgotten() -> None:
    known = abilities()
    await known.has_room(MODEL, window=4096)
    await known.succeeded(MODEL, Approach(), tokens=5000)
    assert known.of(MODEL).window is None


@pytest.mark.parametrize(
    ("address", "has_strict"),
    [
        ("https://api.openai.com/v1/", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://house.openai.azure.com", True),
        ("https://api.openai.com.example/v1", False),
        ("http://127.0.0.1:8000/v1", False),
        ("", False),
    ],
)
async def test_only_providers_that_have_strict_schemas_are_asked_for_them(address: str, has_strict: bool) -> None:
    known = Abilities({MODEL: endpoint(MODEL, address, {})})
    assert known.of(MODEL).approach == Approach(strict=has_strict)
