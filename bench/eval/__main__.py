"""Quality of the answers of a model: ten goals in several languages and levels, scored by the checks of a run.

Scores first answers only, before any retry, so that a change of prompts shows in the numbers. `checks` is the mean of
what the checks find (0 broken, 100 sound), `code run` counts the blocks of Python and SQL that ran, `formulas`
those that are typeset. A tutorial in another language than requested counts as a fault, also for the offline author,
where a run accepts it.
`python -m bench.eval [--concepts N] [MODEL ...]`; without models the offline author, and ROADMAP_MODEL where it is set.
With `--answers FOLDER` it judges recorded answers instead (see answers.py), with `--course FOLDER` whole courses.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError

from bench.eval import answers, course
from bench.eval.score import EvalScore, formulas_of, report, soundness
from domain.checks import check_draft, check_framework
from domain.checks.findings import objections
from domain.checks.tutorial import count_words
from domain.content_types import check_content
from domain.contents import Quiz, Resources, Tutorial
from domain.framework import FrameworkDraft
from domain.identity import identify
from domain.pace.deadlines import read_deadline, weeks_between
from domain.request import Intent, LearningRequest, Preferences
from domain.text.language import same_language
from nodes.authors.briefs import (
    Brief,
    ContentBrief,
    FrameworkBrief,
    IntentBrief,
    QuizBrief,
    ResourcesBrief,
    TutorialBrief,
)
from nodes.authors.port import Author, CallFailed
from nodes.contents.content_brief import content_brief, expected_of
from nodes.verification.code.examination import report_code
from nodes.verification.code.runner import CodeRunner
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


@dataclass(frozen=True, slots=True)
class Examiner:
    author: Author
    links: LinkChecker | None
    concepts: int = CONCEPTS
    code: CodeRunner | None = None

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
        findings = check_content(content, expected_of(brief, any_language=True))
        if self.code is not None and isinstance(content, Tutorial | Quiz):
            ran = await report_code(content, self.code)
            findings += ran.findings
            score.code += Counter({"all": len(ran.runs), "run": sum(run.state != "not run" for run in ran.runs)})
        problems = objections(findings)
        score.soundness.append(soundness(findings))
        score.formulas += formulas_of(content)
        if isinstance(content, Tutorial):
            score.words.append(count_words(content.content))
            score.in_language += same_language(content.language, brief.preferences.primary_language)
        if isinstance(content, Resources) and self.links is not None:
            links = (await self.links.look_at(content.resources)).findings
            score.links.update("dead" if link.dead else link.verification for link in links)
            problems += [f"There is a dead link: {link.reason}." for link in links if link.dead]
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
        code = CodeRunner(settings.run_code or "all")  # Python only where the sandbox proves itself
        examiner = Examiner(author, build_links(model_settings), concepts, code)
        print(report(model or author.name, await evaluate(examiner)), flush=True)


def _only(settings: Settings, model: str | None) -> Settings:
    """Return the settings with this model for every role."""
    roles = ("model_curriculum", "model_content", "model_review", "model_fallback")
    return settings.model_copy(update={"model": model, **dict.fromkeys(roles)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.eval", description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help="provider:name, or offline")
    parser.add_argument("--concepts", type=int, default=CONCEPTS, help="concepts of each goal")
    parser.add_argument("--answers", type=Path, metavar="FOLDER", help="judge recorded answers in *.json, or a course")
    parser.add_argument("--course", type=Path, metavar="FOLDER", help="check recorded courses in *.json, or one")
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
