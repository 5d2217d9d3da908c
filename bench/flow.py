"""Wall time of contents where quizzes and links follow their lesson, compared with all of them at once.

Calls take 5 to 20 s at random, the same in both variants, and 30 run at once. First in simulated time: the scheduler of
calls, the turns of writers and the signals of lessons of the product, without rows, so that the figures are the same on
any machine. Then measured: the product's generators over rows, with calls scaled down; the variants differ in the
declared use of the lesson only. A busy machine distorts that table. A table in simulated time says what a second look
adds, where nothing is sent back to an author.
"""

import asyncio
import random
import selectors
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from statistics import median
from typing import Any, Final

from langgraph.runtime import Runtime

from bench.price import CONTENTS
from bench.servers import bench_server
from domain.authors import AuthorKind
from domain.course.lesson_use import LessonUse
from domain.vocabulary import ContentType, SecondLook
from nodes.authors.briefs import Brief, ContentBrief
from nodes.authors.port import AuthorAnswer, Usage
from nodes.contents.content_step import Generator, make_contents
from nodes.contents.lesson_signals import LessonSignals
from nodes.contents.turns import Turns
from nodes.ledger.scheduler import Throttle
from nodes.quiz_generation import QUIZ
from nodes.resource_recommendation import RESOURCES
from nodes.state import as_json
from nodes.tutorial_generation import TUTORIAL
from repository.db.database import Database
from tests.support.content_process import STATE, context_of, run_with_contents

CONCURRENT_CALLS: Final = 30
MIN_SECONDS: Final = 5.0
MAX_SECONDS: Final = 20.0
"""Of a call; the length is random."""
SCALE: Final = 5
"""The measured runs wait this part of them."""
SIMULATED_ROUNDS: Final = 50
MAX_RATIO: Final = {30: 1.15}
"""Wall time at most, as a multiple of all at once, by number of concepts."""

LESSONS_FIRST: Final[Sequence[Generator[Any]]] = (TUTORIAL, RESOURCES, QUIZ)
WITHOUT_LESSON: Final[Sequence[Generator[Any]]] = [replace(one, lesson=LessonUse.NONE) for one in LESSONS_FIRST]


def latency(seed: str, concept_id: str, content_type: str) -> float:
    return random.Random(f"{seed} {concept_id} {content_type}").uniform(MIN_SECONDS, MAX_SECONDS)


class _Jumping(selectors.DefaultSelector):
    """Advances a clock by the time that a loop would have waited."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer as soon as nothing is left to do before it."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


LOOKS: Final[Mapping[SecondLook, Mapping[str, int]]] = {
    "none": {},
    "quiz": {ContentType.QUIZ: 1},
    "all": {ContentType.TUTORIAL: 1, ContentType.QUIZ: 2},
}
"""Calls that follow a content before it is saved, where nothing is sent back to its author."""
LOOK_SHARE: Final = 0.4
"""Seconds of such a call, as a part of those of a content: its answer is short."""


async def simulated(
    concepts: int, seed: str, generators: Sequence[Generator[Any]], second_look: SecondLook = "none"
) -> float:
    """Return the seconds that the calls for all contents of a roadmap take."""
    throttle, signals = Throttle(CONCURRENT_CALLS), LessonSignals()
    concept_ids = [f"c-1-1-{number}" for number in range(1, concepts + 1)]

    async def generate(generator: Generator[Any]) -> None:
        content_type = generator.brief.content_type
        writes_lessons = content_type is ContentType.TUTORIAL
        waiting = () if generator.lesson is LessonUse.NONE else concept_ids
        turns = Turns(concept_ids, waiting)

        async def write() -> None:
            async for concept_id in turns:
                async with throttle.turn("run", order=concept_ids.index(concept_id)):
                    await asyncio.sleep(latency(seed, concept_id, content_type))
                for look in range(LOOKS[second_look].get(content_type, 0)):
                    async with throttle.turn("run", order=concept_ids.index(concept_id)):
                        await asyncio.sleep(LOOK_SHARE * latency(seed, concept_id, f"{content_type} look {look}"))
                if writes_lessons:
                    signals.settle(concept_id, None)

        writing = signals.writing() if writes_lessons else nullcontext()
        with writing, signals.following() as news:
            await asyncio.gather(turns.release(news), *(write() for _ in range(min(concepts, 2 * throttle.limit))))

    await asyncio.gather(*map(generate, generators))
    return asyncio.get_running_loop().time()


class RandomAuthor:
    """Answers each call after a random time, which is the same in both variants of a round."""

    name = "random"
    most_concepts: int | None = None
    kind: AuthorKind = "model"

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._contents = {content_type: as_json(content) for content_type, content in CONTENTS.items()}

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:  # noqa: ARG002
        return Usage()

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:  # noqa: ARG002
        assert isinstance(brief, ContentBrief)
        await asyncio.sleep(latency(self._seed, brief.concept.concept_id, brief.content_type) / SCALE)
        return AuthorAnswer(self._contents[brief.content_type], model=self.name, tokens_in=10, tokens_out=10)


async def measured(url: str, concepts: int, seed: str, generators: Sequence[Generator[Any]]) -> float:
    """Write all contents of a roadmap, and return the wall time in unscaled seconds."""
    database = Database(url)
    try:
        fence = await run_with_contents(database, concepts=concepts)
        context = await context_of(database, fence, RandomAuthor(seed), limit=CONCURRENT_CALLS)
        began = time.perf_counter()
        await asyncio.gather(*(make_contents(STATE, Runtime(context=context), one) for one in generators))
        return (time.perf_counter() - began) * SCALE
    finally:
        await database.close()


Measure = Callable[[int, str, Sequence[Generator[Any]]], float]
"""Returns the seconds of a run: number of concepts, seed, generators."""


def _table(title: str, sizes: Sequence[int], rounds: int, measure: Measure) -> list[str]:
    """Print a table; return the sizes that miss their limit."""
    print(f"{title}, medians of {rounds} rounds:\n")
    print("| concepts | all at once | lessons first | ratio |\n| ---: | ---: | ---: | ---: |")
    missed = []
    for size in sizes:
        pairs = [
            [measure(size, f"{size} {number}", generators) for generators in (WITHOUT_LESSON, LESSONS_FIRST)]
            for number in range(rounds)
        ]
        at_once, first = (median(walls) for walls in zip(*pairs, strict=True))
        ratio = median(first / at_once for at_once, first in pairs)
        print(f"| {size} | {at_once:.1f} s | {first:.1f} s | {ratio:.2f} x |", flush=True)
        missed += [f"{title.lower()} at {size}"] if ratio > MAX_RATIO.get(size, ratio) else []
    print()
    return missed


def _look_table(sizes: Sequence[int]) -> None:
    """Print what a second look adds, in simulated time."""
    print(f"Second look, simulated, medians of {SIMULATED_ROUNDS} rounds:\n")
    print("| concepts | calls for a concept, without | quiz | all | wall, without | quiz | all |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    usual = len(LESSONS_FIRST)
    for size in sizes:
        walls = []
        for look in LOOKS:
            rounds = []
            for number in range(SIMULATED_ROUNDS):
                with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
                    rounds.append(runner.run(simulated(size, f"{size} {number}", LESSONS_FIRST, look)))
            walls.append(f"{median(rounds):.1f} s")
        calls = [str(usual + sum(more.values())) for more in LOOKS.values()]
        print(f"| {size} | {' | '.join([*calls, *walls])} |", flush=True)
    print()


def main(*, sizes: Sequence[int] = (5, 10, 30), rounds: int = 3) -> None:
    def simulate(size: int, seed: str, generators: Sequence[Generator[Any]]) -> float:
        with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
            return runner.run(simulated(size, seed, generators))

    missed = _table("Simulated", sizes, SIMULATED_ROUNDS, simulate)
    _look_table(sizes)
    if rounds:
        with bench_server() as server:

            def run(size: int, seed: str, generators: Sequence[Generator[Any]]) -> float:
                with server.database() as url:
                    return asyncio.run(measured(url, size, seed, generators))

            missed += _table("Measured", sizes, rounds, run)
    print(f"Missed: {', '.join(missed)} concepts." if missed else "All targets are met.")
