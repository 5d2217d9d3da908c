"""The second look: a critic reads a lesson or a quiz before it is saved, and what it mends is replaced exactly.

It is one call for each content, and a call of the ledger like any other: a run that starts again finds the same
critique and mends the same. A critic that does not answer ends nothing; the content is then saved with a doubt.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from domain.checks.findings import Finding, Kind
from domain.contents import Question, Quiz, Tutorial
from domain.mending import Mend, Mended, Remark, mended
from domain.vocabulary import Step
from nodes.authors.briefs import ContentBrief, CritiqueBrief, LessonCritiqueBrief, QuizBrief, QuizCritiqueBrief
from nodes.context import RunContext
from nodes.ledger.requests import Answered, AuthorRequest, Reread
from nodes.state import as_json
from nodes.verification.code.examination import report_code
from nodes.verification.quiz_key import RULE as KEY
from nodes.verification.quiz_key import read_key
from nodes.verification.second_reader import ask_second_reader

if TYPE_CHECKING:
    from nodes.verification.code.report import CodeReport

C = TypeVar("C", bound=Tutorial | Quiz)

_OF_CODE: Final = "code."
"""The beginning of rules whose findings come from running code."""
_BRIEFS: Final[dict[Any, type[CritiqueBrief]]] = {
    brief.content_type: brief for brief in (LessonCritiqueBrief, QuizCritiqueBrief)
}


def second_look(context: RunContext, request: AuthorRequest[C]) -> Reread[C] | None:
    """Return the second look at answers to a request; None where the settings ask for none."""
    return _SecondLook(context, request).read if context.second_look == "all" else None


@dataclass(frozen=True, slots=True)
class _SecondLook(Generic[C]):
    context: RunContext
    request: AuthorRequest[C]

    @property
    def brief(self) -> ContentBrief[C]:
        assert isinstance(self.request.brief, ContentBrief)
        return self.request.brief

    async def read(self, answered: Answered[C]) -> Answered[C]:
        """Return an answer with the mends of a critic. Raises ModelDenied and BudgetSpent."""
        brief = self.brief
        fields = {name: getattr(brief, name) for name in ContentBrief.model_fields} | {"present_version": None}
        critique = _BRIEFS[brief.content_type](
            **fields, written=as_json(answered.value), surroundings=brief.more_data()
        )
        asked = AuthorRequest(
            Step.SECOND_LOOK, critique, subject=self.request.subject, order=self.request.order, reuses_rounds=True
        )
        read = await ask_second_reader(self.context.ledger, asked)
        if isinstance(read, Finding):
            return replace(answered, doubts=[*answered.doubts, read])
        return await self._mended(answered, read.findings) if read.findings else answered

    async def _mended(self, answered: Answered[C], remarks: Sequence[Remark]) -> Answered[C]:
        before = await self._check(answered.value)

        async def apply(allowed: Callable[[Mend], bool]) -> Mended[C]:
            return await asyncio.to_thread(mended, answered.value, remarks, self._passes(before), allowed)

        async def without(left_out: Callable[[Mend], bool]) -> Mended[C]:
            """Apply fewer mends: others were refused, or make a question that was not read again."""
            kept = [mend for mend in result.applied if not left_out(mend)]
            return await apply(kept.__contains__)

        result = await apply(lambda _: True)
        if untrusted := await self._untrusted(_asked_again(answered.value, result.content)):
            result = await without(lambda mend: mend.part in untrusted)
        if not result.applied:
            return replace(answered, doubts=[*answered.doubts, *result.doubts])
        report = await self._run_code(result.content)
        if report is not None and _more(report.findings, _of_code(answered.doubts)):
            result = await without(lambda mend: mend.in_code)
            report = await self._run_code(result.content)
        settled = {one.question_id for one in _asked_again(answered.value, result.content)}
        rules = {one.rule for one in answered.doubts}
        still = [one for one in await self._check(result.content) if one.kind is Kind.DOUBT and one.rule in rules]
        left = [
            one
            for one in answered.doubts
            if one not in before and not (one.rule == KEY and one.part in settled) and not (report and _of_code([one]))
        ]
        found = report.findings if report else []
        code = report.runs if report else answered.code
        return replace(answered, value=result.content, doubts=[*still, *left, *found, *result.doubts], code=code)

    async def _check(self, content: C) -> list[Finding]:
        return await asyncio.to_thread(lambda: list(self.request.check(content)))

    def _passes(self, before: Sequence[Finding]) -> Callable[[C], bool]:
        """Return the check of a mended content: it has no more findings than the one that was mended."""
        return lambda content: not _more(self.request.check(content), before)

    async def _untrusted(self, changed: Sequence[Question]) -> set[str]:
        """Return the ids of mended questions that a second reader does not answer as their key does."""
        brief = self.brief
        if not changed or not isinstance(brief, QuizBrief):
            return set()
        answers = await read_key(self.context, brief, self.request.order, changed)
        read = {} if isinstance(answers, Finding) else {one.question_id: one.correct_answer for one in answers.answers}
        return {one.question_id for one in changed if set(read.get(one.question_id, ())) != set(one.correct_answer)}

    async def _run_code(self, content: C) -> "CodeReport | None":
        """Return what the code of a content does; None where no code is run."""
        return None if self.context.code is None else await report_code(content, self.context.code, self.brief.book)


def _asked_again(before: Tutorial | Quiz, after: Tutorial | Quiz) -> list[Question]:
    """Return the questions of a mended quiz whose text or options are other ones."""
    if not isinstance(before, Quiz) or not isinstance(after, Quiz):
        return []
    pairs = zip(before.questions, after.questions, strict=True)
    return [new for old, new in pairs if (old.question, old.options) != (new.question, new.options)]


def _of_code(doubts: Sequence[Finding]) -> list[Finding]:
    return [one for one in doubts if one.rule.startswith(_OF_CODE)]


def _more(after: Sequence[Finding], before: Sequence[Finding]) -> bool:
    """Return whether a rule is broken or in doubt more often than before."""
    counts = [Counter(one.rule for one in found if one.kind is not Kind.HINT) for found in (after, before)]
    return bool(counts[0] - counts[1])
