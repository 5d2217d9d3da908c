"""Cost of a run, compared with a plain gather that checks the same answers and writes the same rows.

The variants alternate, each in its own process on its own database. Figures are medians, and the last columns are
ratios of the run to the gather within each round. Only the generation of contents is measured.
"""

import asyncio
import gc
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import psycopg

from bench.servers import BenchServer, ServerCpu, bench_server
from cli.app import GC_THRESHOLDS
from domain.authors import AuthorKind
from domain.checks import Expected
from domain.content_types import GENERATOR_OF, objections_to
from domain.contents import Content, Question, Quiz, Resource, Resources, Tutorial
from domain.course.lesson_use import LESSON
from domain.framework import ConceptDraft, ConceptPlace, FrameworkDraft, ModuleDraft, StageDraft
from domain.identity import identify
from domain.request import LearningRequest, Preferences
from domain.vocabulary import ContentType, TaskStatus
from nodes.authors.briefs import Brief, ContentBrief, FrameworkBrief, QuizBrief, ResourcesBrief, TutorialBrief
from nodes.authors.port import AuthorAnswer, Usage
from nodes.contents.content_brief import content_brief, expected_of, neighbours
from nodes.contents.lesson_signals import Lesson
from nodes.offline.author import OfflineAuthor
from nodes.state import as_json
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.contents.contents import insert_contents, save_version
from repository.db.database import Database
from repository.db.fence import Fence
from repository.ledger.calls import ACCEPTED, Call
from repository.roadmaps.roadmaps import accept_framework, reserve_roadmap
from repository.runs.events import Unnumbered, append_events
from repository.runs.tasks import create_task

CONCURRENT_CALLS: Final = 30
LATENCY: Final = 0.02
"""Seconds per call."""

_BRIEFS: Final[dict[ContentType, type[ContentBrief[Any]]]] = {
    ContentType.TUTORIAL: TutorialBrief,
    ContentType.RESOURCES: ResourcesBrief,
    ContentType.QUIZ: QuizBrief,
}
CONTENTS: Final[dict[ContentType, Content]] = {
    ContentType.TUTORIAL: Tutorial(
        title="T",
        summary="S",
        content="## A\n\ntext\n\n## B\n\n" + " ".join(f"word{n * n}" for n in range(800)),
        estimated_completion_time=30,
        language="en",
    ),
    ContentType.RESOURCES: Resources(
        resources=[
            Resource(
                title=f"R{n}",
                url=f"https://e.org/{n}",
                type="docs",
                description="d" * 80,
                relevance_score=1,
                language="en",
            )
            for n in range(5)
        ]
    ),
    ContentType.QUIZ: Quiz(
        questions=[
            Question(
                question_id=f"q{n}",
                question_type="single_choice",
                question=f"Which of these {n + 3} is it?",
                options=["one", "two", "three", "four"],
                correct_answer=[n % 4],
                explanation="It is the first.",
                difficulty="easy",
            )
            for n in range(5)
        ]
    ),
}


def draft(concepts: int) -> FrameworkDraft:
    """Create a draft with modules of ten concepts."""
    modules = [
        ModuleDraft(
            name=f"M{start}",
            description="",
            concepts=[
                ConceptDraft(name=f"C{number}", description="about it", estimated_hours=2)
                for number in range(start, min(start + 10, concepts))
            ],
        )
        for start in range(0, concepts, 10)
    ]
    return FrameworkDraft(title="Bench", stages=[StageDraft(name="S", description="", modules=modules)])


class Meter:
    """Reads wall clock, CPU time of this process and of the server, and the WAL position."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._server = ServerCpu(self._connection)

    def read(self) -> tuple[float, float, float]:
        row = self._connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')").fetchone()
        assert row is not None
        own = os.times()
        cpu = own.user + own.system + self._server.seconds()
        return time.perf_counter(), cpu, float(row[0])


class SteadyAuthor:
    """Answers each call after LATENCY, at next to no CPU."""

    name = "steady"
    most_concepts: int | None = None
    kind: AuthorKind = "model"

    def __init__(self, concepts: int, meter: Meter) -> None:
        self._concepts = concepts
        self._meter = meter
        self.first_content: list[tuple[float, float, float]] = []
        self._offline = OfflineAuthor()
        self._contents = {content_type: as_json(content) for content_type, content in CONTENTS.items()}

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:  # noqa: ARG002
        return Usage()

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        if isinstance(brief, ContentBrief):
            if not self.first_content:
                self.first_content.append(self._meter.read())
            await asyncio.sleep(LATENCY)
            return AuthorAnswer(self._contents[brief.content_type], model=self.name, tokens_in=10, tokens_out=10)
        if isinstance(brief, FrameworkBrief):
            return AuthorAnswer(as_json(draft(self._concepts)), model=self.name)
        return await self._offline.write(brief, objections)


@dataclass(frozen=True)
class Cost:
    """Cost of the contents: seconds of wall time and CPU (process and PostgreSQL), bytes of WAL, peak memory in MB."""

    wall: float
    cpu: float
    wal: float
    memory: float


async def run(concepts: int, url: str) -> Cost:
    """Measure the product: the phase of the contents of a creation."""
    settings = Settings.model_validate(
        {
            "database_url": url,
            "max_concepts": concepts,
            "max_concurrent_calls": CONCURRENT_CALLS,
            "home": Path.cwd(),
            "second_look": "none",
        }
    )
    meter = Meter(url)
    author = SteadyAuthor(concepts, meter)
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.create("bench")
        task = await orchestrator.wait(task.task_id)
        after = meter.read()
    (before,) = author.first_content
    assert task.status is TaskStatus.COMPLETED, task.error_message
    return _cost(before, after)


async def gather(concepts: int, url: str) -> Cost:
    """Measure the baseline: a plain gather, one transaction per content, no fence, no graph."""
    database = Database(url)
    contents = {content_type: as_json(content) for content_type, content in CONTENTS.items()}
    framework, _ = identify(draft(concepts), "bench", 5)
    request = LearningRequest(preferences=Preferences(learning_goal="bench"))
    walked = framework.concepts()
    names = {concept.concept_id: concept.name for concept in walked}
    fence = Fence("bench", 1)
    async with database.transaction() as session:
        await reserve_roadmap(session, "bench", "local", "bench")
        row = request.model_dump(mode="json")
        await create_task(session, "bench", "local", row, roadmap_id="bench", status=TaskStatus.PROCESSING)
        await accept_framework(session, framework, expected_version=0)
        await insert_contents(session, fence, "bench", [*names])
    places = asyncio.Semaphore(CONCURRENT_CALLS)
    last_event = 0

    lesson = Lesson.of(contents[LESSON], "")

    def expected(order: int, place: ConceptPlace, content_type: ContentType) -> Expected:
        brief = content_brief(_BRIEFS[content_type], request, framework, place, names, "")
        brief = brief if content_type is LESSON else lesson.added_to(brief)
        return expected_of(brief, any_language=False, others=neighbours(walked, order))

    async def one(order: int, place: ConceptPlace, content_type: ContentType) -> None:
        nonlocal last_event
        concept_id = place.concept.concept_id
        subject = {"concept_id": concept_id, "content_type": content_type}
        async with places:
            await asyncio.sleep(LATENCY)
        content = CONTENTS[content_type].model_validate(contents[content_type])
        assert not objections_to(content, expected(order, place, content_type))
        answer = AuthorAnswer(contents[content_type], model="steady", tokens_in=10, tokens_out=10)
        last, last_event = last_event, last_event + 2
        async with database.transaction() as session:
            step = GENERATOR_OF[content_type]
            call = Call(f"{subject}" * 2, step, "steady", 10, 10, 0, LATENCY, None, ACCEPTED, None)
            await save_version(session, fence, "bench", concept_id, content_type, answer.content, call)
            events: list[Unnumbered] = [("content_started", subject), ("content_completed", {**subject, "version": 1})]
            await append_events(session, "bench", events, last=last)

    meter = Meter(url)
    before = meter.read()
    walk = list(enumerate(framework.walk()))
    await asyncio.gather(*(one(order, place, content_type) for content_type in ContentType for order, place in walk))
    after = meter.read()
    return _cost(before, after)


def _cost(before: tuple[float, float, float], after: tuple[float, float, float]) -> Cost:
    return Cost(after[0] - before[0], after[1] - before[1], after[2] - before[2], _peak_memory_mb())


def _peak_memory_mb() -> float:
    """Return the peak of this process; `ru_maxrss` would be that of its parent, if that was larger at the fork."""
    return int(re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)[0]) / 1024


def measured(variant: str, concepts: int, server_url: str) -> Cost:
    """Measure one variant in a new process on a fresh database."""
    command = [sys.executable, "-m", "bench.price", variant, str(concepts), server_url]
    process = subprocess.run(command, check=True, capture_output=True, text=True)
    return Cost(**json.loads(process.stdout))


@dataclass(frozen=True)
class Target:
    """Maximum cost of a run, as a multiple of the gather."""

    wall: float
    cpu: float = 1.5
    wal: float = 1.15


TARGETS: Final = {30: Target(wall=1.4), 300: Target(wall=1.05), 1000: Target(wall=1.05)}
MAX_MEMORY_MB: Final = 250.0


def main(*, sizes: Sequence[int] = tuple(TARGETS), rounds: int = 5) -> None:
    print(
        f"Calls of {LATENCY * 1000:.0f} ms, {CONCURRENT_CALLS} at once; medians of {rounds} rounds; x: run / gather\n"
    )
    print("| concepts | gather | run | wall | CPU | WAL | peak memory |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    missed: list[str] = []
    with bench_server() as server:
        for size in sizes:
            pairs = [_round(server, size, swapped=bool(number % 2)) for number in range(rounds)]
            missed += _show(size, pairs)
    print(f"Missed: {', '.join(missed)}" if missed else "All targets are met.")


def _round(server: BenchServer, size: int, *, swapped: bool) -> tuple[Cost, Cost]:
    """Measure gather and run one after the other; the order alternates, so that neither always finds a warm machine."""
    costs: dict[str, Cost] = {}
    for variant in ("run", "gather") if swapped else ("gather", "run"):
        with server.database() as url:
            costs[variant] = measured(variant, size, url)
    return costs["gather"], costs["run"]


def _show(size: int, pairs: Sequence[tuple[Cost, Cost]]) -> list[str]:
    """Print a line of the table and return the targets that it misses."""
    ratios = {name: median(getattr(r, name) / getattr(g, name) for g, r in pairs) for name in ("wall", "cpu", "wal")}
    memory = max(run.memory for _, run in pairs)
    gathered, ran = (median(cost.wall for cost in costs) for costs in zip(*pairs, strict=True))
    shown = " | ".join(f"{ratio:.2f} x" for ratio in ratios.values())
    print(
        f"| {size:,} | {gathered:.2f} s | {ran:.2f} s | {shown} | {memory:.0f} MB |",
        flush=True,
    )
    target = TARGETS.get(size)
    missed = [name for name, ratio in ratios.items() if target and ratio > getattr(target, name)]
    return [f"{name} at {size:,}" for name in [*missed, *(["memory"] if memory > MAX_MEMORY_MB else [])]]


if __name__ == "__main__":
    gc.set_threshold(*GC_THRESHOLDS)  # as the command line does
    variant, concepts, url = sys.argv[1:]
    work: Mapping[str, Any] = {"run": run, "gather": gather}
    print(json.dumps(asdict(asyncio.run(work[variant](int(concepts), url)))))
