"""Wall time of contents where quizzes and links follow their lesson, compared with all of them at once.

Both variants are the product's generators over rows, in one process, with the same random latency for each call; they
differ in the declared use of the lesson only. Calls of 5 to 20 s are scaled down, 30 run at once, and each figure is
the median of the rounds.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Any, Final

from langgraph.runtime import Runtime

from bench.price import CONTENTS
from bench.servers import bench_server
from domain.authors import AuthorKind
from domain.lessons import LessonUse
from nodes.authors.port import AuthorAnswer, Brief, ContentBrief, Usage
from nodes.contents.content_step import Generator, make_contents
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
SCALE: Final = 20
"""The bench waits this part of them."""
MAX_RATIO: Final = {30: 1.15}
"""Wall time at most, as a multiple of all at once, by number of concepts."""

LESSONS_FIRST: Final[Sequence[Generator[Any]]] = (TUTORIAL, RESOURCES, QUIZ)
AT_ONCE: Final[Sequence[Generator[Any]]] = [replace(one, lesson=LessonUse.NONE) for one in LESSONS_FIRST]


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
        chance = random.Random(f"{self._seed} {brief.concept.concept_id} {brief.content_type}")
        await asyncio.sleep(chance.uniform(MIN_SECONDS, MAX_SECONDS) / SCALE)
        return AuthorAnswer(self._contents[brief.content_type], model=self.name, tokens_in=10, tokens_out=10)


async def seconds(url: str, concepts: int, seed: str, generators: Sequence[Generator[Any]]) -> float:
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


def main(*, sizes: Sequence[int] = (5, 10, 30), rounds: int = 3) -> None:
    print(
        f"Calls of {MIN_SECONDS:.0f} to {MAX_SECONDS:.0f} s, {CONCURRENT_CALLS} at once; medians of {rounds} rounds\n"
    )
    print("| concepts | all at once | lessons first | ratio |\n| ---: | ---: | ---: | ---: |")
    missed = []
    with bench_server() as server:
        for size in sizes:
            pairs = []
            for number in range(rounds):
                walls = []
                for generators in (AT_ONCE, LESSONS_FIRST):
                    with server.database() as url:
                        walls.append(asyncio.run(seconds(url, size, f"{size} {number}", generators)))
                pairs.append(walls)
            at_once, first = (median(walls) for walls in zip(*pairs, strict=True))
            ratio = median(first / at_once for at_once, first in pairs)
            print(f"| {size} | {at_once:.1f} s | {first:.1f} s | {ratio:.2f} x |", flush=True)
            missed += [str(size)] if ratio > MAX_RATIO.get(size, ratio) else []
    print(f"Missed at {', '.join(missed)} concepts." if missed else "All targets are met.")
