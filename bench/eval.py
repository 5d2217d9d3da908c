"""Quality of the answers of a model: ten goals in several languages and levels, scored by the checks of a run.

Scores first answers only, before any retry, so that a change of prompts shows in the numbers. A tutorial in another
language than requested counts as a fault, also for the offline author, where a run accepts it.
`python -m bench.eval [--concepts N] [MODEL ...]`; without models the offline author, and ROADMAP_MODEL where it is set.
With `--answers FOLDER` it judges recorded answers instead (bench/answers.py), with `--course FOLDER` whole courses.
"""

import argparse
import asyncio
import io
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.table import Table

from bench import answers, course
from domain.checks import check_draft, check_framework
from domain.checks.tutorial import count_words
from domain.content_types import objections_to
from domain.contents import Resources, Tutorial
from domain.framework import FrameworkDraft
from domain.identity import identify
from domain.pace.deadlines import read_deadline, weeks_between
from domain.request import Intent, LearningRequest, Preferences
from domain.text.language import same_language
from nodes.authors.port import (
    Author,
    Brief,
    CallFailed,
    ContentBrief,
    FrameworkBrief,
    IntentBrief,
    QuizBrief,
    ResourcesBrief,
    TutorialBrief,
)
from nodes.contents.briefs import content_brief, expected_of
from nodes.verification.links import LinkChecker
from orchestrator.resources import build_author, build_links
from orchestrator.settings import Settings, load_settings

MAX_CONCEPTS: Final = 12
CONCEPTS: Final = 3
"""Concepts of each goal that get contents, spread over the roadmap."""
CONCURRENT_CALLS: Final = 4
MAX_TRIES: Final = 3
GOALS: Final = (
    Preferences(learning_goal="become a backend engineer in Go", available_hours_per_week=6),
    Preferences(learning_goal="statistics for biologists", current_level="intermediate"),
    Preferences(learning_goal="speak Spanish on a trip", target_deadline="in 3 months", available_hours_per_week=4),
    Preferences(learning_goal="restore old furniture", content_preference=["hands_on"]),
    Preferences(learning_goal="operating systems internals", current_level="advanced"),
    Preferences(learning_goal="学习机器学习", current_level="intermediate"),
    Preferences(learning_goal="学会弹吉他"),
    Preferences(learning_goal="aprender a programar en Python", primary_language="es"),
    Preferences(learning_goal="أريد أن أتعلم التصوير الفوتوغرافي"),
    Preferences(learning_goal="料理の基本を学びたい", target_deadline="in 8 weeks"),
)
_KINDS: Final[tuple[type[ContentBrief[Any]], ...]] = (TutorialBrief, ResourcesBrief, QuizBrief)


@dataclass
class EvalScore:
    """Score of one goal, written by one author."""

    goal: Preferences
    asked: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    words: list[int] = field(default_factory=list)
    in_language: int = 0
    """Tutorials in the requested language."""
    links: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def note(self, kind: str, problems: Sequence[str]) -> None:
        self.asked[kind] += 1
        self.passed[kind] += not problems
        self.problems.update(_kind_of(problem) for problem in problems)

    @property
    def quality(self) -> float:
        """Share of answers without a problem."""
        return sum(self.passed.values()) / max(1, sum(self.asked.values()))


@dataclass(frozen=True, slots=True)
class Examiner:
    author: Author
    links: LinkChecker | None
    concepts: int = CONCEPTS

    async def score(self, goal: Preferences) -> EvalScore:
        score = EvalScore(goal)
        began = time.monotonic()
        request = LearningRequest(preferences=goal)
        draft = await self._framework(score, request)
        if draft is None:  # contents that cannot be requested count as wrong
            score.asked.update({kind.role: self.concepts for kind in _KINDS})
        else:
            score.note(FrameworkBrief.role, _framework_problems(draft, goal))
            await asyncio.gather(*(self._content(score, brief) for brief in self._briefs(draft, goal)))
        score.seconds = time.monotonic() - began
        return score

    async def _framework(self, score: EvalScore, request: LearningRequest) -> FrameworkDraft | None:
        intent = await self._ask(score, IntentBrief(request=request))
        if not isinstance(intent, Intent):
            score.asked[FrameworkBrief.role] += 1
            return None
        score.note(IntentBrief.role, [])
        weeks = _weeks(request.preferences)
        brief = FrameworkBrief(request=request, intent=intent, max_concepts=MAX_CONCEPTS, weeks=weeks)
        return cast(FrameworkDraft | None, await self._ask(score, brief))

    def _briefs(self, draft: FrameworkDraft, goal: Preferences) -> Iterator[ContentBrief[Any]]:
        framework, _ = identify(draft, "r-eval", goal.available_hours_per_week)
        places = list(framework.walk())
        names = {place.concept.concept_id: place.concept.name for place in places}
        request = LearningRequest(preferences=goal)
        step = max(1, len(places) // max(1, self.concepts))
        for place in places[::step][: self.concepts]:
            for kind in _KINDS:
                yield content_brief(kind, request, framework, place, names, "")

    async def _content(self, score: EvalScore, brief: ContentBrief[Any]) -> None:
        content = await self._ask(score, brief)
        if content is None:
            return
        problems = objections_to(cast(Any, content), expected_of(brief, any_language=True))
        if isinstance(content, Tutorial):
            score.words.append(count_words(content.content))
            score.in_language += same_language(content.language, brief.preferences.primary_language)
        if isinstance(content, Resources) and self.links is not None:
            findings = (await self.links.look_at(content.resources)).findings
            score.links.update("dead" if finding.dead else finding.verification for finding in findings)
            problems += [f"There is a dead link: {finding.reason}." for finding in findings if finding.dead]
        score.note(brief.role, problems)

    async def _ask(self, score: EvalScore, brief: Brief[Any]) -> BaseModel | None:
        """Return the first answer; note it and return None if it is missing or has the wrong shape."""
        for number in range(1, MAX_TRIES + 1):
            try:
                answer = await self.author.write(brief)
            except CallFailed as failure:
                if number == MAX_TRIES or not failure.transient:
                    score.note(brief.role, [f"No answer: {failure.outcome}."])
                    return None
                await asyncio.sleep(min(30.0, failure.wait or 2.0**number))
                continue
            try:
                if answer.problem is None:
                    return brief.shape.model_validate(answer.content)
                score.note(brief.role, [answer.problem])
            except ValidationError as error:
                score.note(brief.role, [f"It is not of its shape: {error.errors()[0]['msg']}."])
            return None
        return None


def _framework_problems(draft: FrameworkDraft, goal: Preferences) -> list[str]:
    framework, repairs = identify(draft, "r-eval", goal.available_hours_per_week)
    issues = [*check_framework(framework, MAX_CONCEPTS, goal, _weeks(goal)), *repairs]
    return [
        *check_draft(draft, goal, _weeks(goal)),
        *(f"The framework has an issue: {issue.category}." for issue in issues),
    ]


def _weeks(goal: Preferences) -> float | None:
    """Return the weeks until the deadline; the length of a span does not depend on the day."""
    today = date(2026, 1, 1)
    deadline = read_deadline(goal.target_deadline, today)
    return None if deadline is None else weeks_between(today, deadline)


def _kind_of(problem: str) -> str:
    """Strip numbers and quotes from a problem, so that equal kinds are counted together."""
    plain = re.sub(r"“[^”]*”|\([^)]*\)|'[^']*'", "…", problem)
    return re.sub(r"\d+(?:\.\d+)?", "N", plain).split(" N: line")[0][:100]


def report(name: str, scores: Sequence[EvalScore]) -> str:
    """Format the table of one model: a row per goal, the sum, and the most frequent problems."""
    kinds = ("framework", "tutorial", "resources", "quiz")
    rows = []
    for score in [*scores, _sum(scores)]:
        of_kind = [f"{score.passed[kind]}/{score.asked[kind]}" for kind in kinds]
        tutorials = max(1, len(score.words))
        links = [str(score.links[mark]) for mark in ("verified", "dead", "unchecked")]
        goal = score.goal
        label = (
            [goal.learning_goal[:34], goal.primary_language, goal.current_level] if score in scores else ["all", "", ""]
        )
        rows.append(
            [
                *label,
                *of_kind,
                str(sum(score.words) // tutorials),
                f"{100 * score.in_language // tutorials}%",
                "/".join(links) if score.links else "-",
                f"{score.seconds:.1f}",
                f"{100 * score.quality:.0f}",
            ]
        )
    heads = ["goal", "asked", "level", *kinds, "words", "in it", "links ok/dead/?", "s", "score"]
    problems = Counter[str]()
    for score in scores:
        problems.update(score.problems)
    frequent = [f"  {times:4} x {problem}" for problem, times in problems.most_common(12)]
    return "\n".join([f"{name}: first answers that pass, of those asked for", _table(heads, rows), *frequent, ""])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a table; text on the left, numbers on the right, the sum in a section of its own."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place < 3 else "right", no_wrap=True)
    for row in rows[:-1]:
        table.add_row(*row)
    table.add_section()
    table.add_row(*rows[-1])
    console = Console(width=500, markup=False, emoji=False, highlight=False, file=io.StringIO())
    with console.capture() as drawn:
        console.print(table)
    return drawn.get().rstrip("\n")


def _sum(scores: Sequence[EvalScore]) -> EvalScore:
    whole = EvalScore(GOALS[0])
    for score in scores:
        whole.asked.update(score.asked)
        whole.passed.update(score.passed)
        whole.links.update(score.links)
        whole.words += score.words
        whole.in_language += score.in_language
        whole.seconds += score.seconds
    return whole


async def evaluate(examiner: Examiner, goals: Sequence[Preferences] = GOALS) -> list[EvalScore]:
    turns = asyncio.Semaphore(CONCURRENT_CALLS)

    async def score(goal: Preferences) -> EvalScore:
        async with turns:
            return await examiner.score(goal)

    return list(await asyncio.gather(*(score(goal) for goal in goals)))


async def main(models: Sequence[str | None], settings: Settings, concepts: int) -> None:
    for model in models:
        model_settings = settings if model == settings.model else _only(settings, model)
        author = await asyncio.to_thread(build_author, model_settings)
        examiner = Examiner(author, build_links(model_settings), concepts)
        print(report(model or author.name, await evaluate(examiner)), flush=True)


def _only(settings: Settings, model: str | None) -> Settings:
    """Return the settings with this model for every role."""
    roles = ("model_curriculum", "model_content", "model_review", "model_fallback")
    return settings.model_copy(update={"model": model, **dict.fromkeys(roles)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.eval", description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help="provider:name, or offline")
    parser.add_argument("--concepts", type=int, default=CONCEPTS, help="concepts of each goal")
    parser.add_argument("--answers", type=Path, metavar="FOLDER", help="judge recorded answers in files *.json")
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="check recorded courses in files *.json")
    arguments = parser.parse_args()
    if (folder := arguments.answers or arguments.course) is not None:
        try:
            recorded = answers.read_answers(folder)
        except ValueError as error:
            parser.exit(2, f"{error}\n")
        sys.exit(answers.main(recorded) if arguments.answers else course.main(recorded))
    effective = load_settings()
    models = [None if name == "offline" else name for name in arguments.models]
    default = [None] if effective.model is None else [None, effective.model]
    asyncio.run(main(models or default, effective, arguments.concepts))
    sys.exit(0)
