from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len

from bench.eval.__main__ import GOALS, Examiner, evaluate
from bench.eval.score import report, soundness
from domain.checks.findings import broken, doubt, hint
from domain.request import Preferences
from nodes.authors.briefs import AuthorRole, Brief
from nodes.authors.port import CallFailed
from nodes.offline.author import OfflineAuthor
from nodes.verification.code.runner import CodeRunner
from tests.support.authors import QUIZ, TEXT, TUTORIAL, ScriptedAuthor


@pytest.mark.slow
async def test_the_offline_author_fails_at_nothing_but_languages_that_it_cannot_write() -> None:
    scores = await evaluate(Examiner(OfflineAuthor(), None, concepts=2))
    assert [score.goal for score in scores] == list(GOALS)
    for score in scores:
        can_write = score.goal.primary_language in {"en", "zh"}
        assert score.passed["tutorial"] == (score.asked["tutorial"] if can_write else 0), score.problems
        whole = ("framework", "resources", "quiz") if can_write else ("framework",)
        assert all(score.passed[kind] == score.asked[kind] for kind in whole), score.problems
        assert can_write or all("asked for" in problem for problem in score.problems), score.problems


async def test_a_worse_author_has_worse_numbers() -> None:
    goal = Preferences(learning_goal="chess")
    flawed = QUIZ.model_copy(update={"questions": [q.model_copy(update={"explanation": ""}) for q in QUIZ.questions]})
    good, bad = [
        await Examiner(ScriptedAuthor(replies), None).score(goal)
        for replies in ({}, {AuthorRole.QUIZ: lambda *_: flawed})
    ]
    assert good.quality == 1
    assert bad.quality < 1
    assert bad.passed["quiz"] == 0
    assert "Question N has no explanation." in report("bad", [bad])


@pytest.mark.parametrize("role", [AuthorRole.INTENT, AuthorRole.FRAMEWORK, AuthorRole.TUTORIAL])
async def test_an_author_that_gives_no_answer_is_scored_and_ends_nothing(role: AuthorRole) -> None:
    score = await Examiner(ScriptedAuthor({role: _no_answer}), None).score(Preferences(learning_goal="chess"))
    assert score.passed[role] == 0
    assert score.problems["No answer: failed N."] >= 1


@pytest.mark.parametrize("role", [AuthorRole.INTENT, AuthorRole.FRAMEWORK])
async def test_what_an_author_never_came_to_counts_against_it_too(role: AuthorRole) -> None:
    """Or one without any framework would be better than one whose contents are bad."""

    score = await Examiner(ScriptedAuthor({role: _no_answer}), None, concepts=2).score(
        Preferences(learning_goal="chess")
    )
    assert score.asked.total() == 1 + 1 + 3 * 2
    assert score.passed.total() == (role != AuthorRole.INTENT)


async def test_the_columns_of_a_table_stand_in_line_in_every_script() -> None:
    scores = [await Examiner(OfflineAuthor(), None, concepts=1).score(goal) for goal in (GOALS[0], GOALS[5], GOALS[9])]
    lines = report("offline", scores).splitlines()[1:]
    rows = [line for line in lines if line and not line.startswith((" ", "-"))]
    assert len({cell_len(row) for row in rows}) == 1


def _no_answer(_: Brief[Any], __: Sequence[str]) -> Any:
    raise CallFailed("no", model="m", outcome="failed 401", transient=False)


FAULTY = TUTORIAL.model_copy(
    update={
        "content": f"{TEXT}\n\n$x^2$ and $\\frac{{1}}$\n\n```sql\nSELECT 1;\n```\n\n```sql\nSELECT b FROM no;\n```\n\n"
        "```python\nif x\n```\n"
    }
)


async def test_formulas_and_code_that_fail_lower_the_numbers_of_their_author() -> None:
    author = ScriptedAuthor({AuthorRole.TUTORIAL: lambda *_: FAULTY})
    score = await Examiner(author, None, 1, CodeRunner("sql")).score(Preferences(learning_goal="chess"))
    assert (score.formulas, score.code) == ({"typeset": 1, "all": 2}, {"run": 1, "all": 3})
    assert sum(score.soundness) / len(score.soundness) < 1
    heads, row, *_ = report("scripted", [score]).splitlines()[1:]
    columns = heads.split()
    for column in ("checks", "formulas"):
        assert column in columns
    assert "1/2" in row
    assert "1/3" in row


async def test_a_model_without_formulas_and_code_has_no_share_of_them() -> None:
    score = await Examiner(ScriptedAuthor({}), None, 1).score(Preferences(learning_goal="chess"))
    assert report("scripted", [score]).splitlines()[2].split().count("-") == 3


def test_a_broken_content_scores_nothing_and_a_doubt_less_than_none() -> None:
    assert soundness([]) == soundness([hint("r", "m")]) == 1
    assert soundness([doubt("r", "m"), doubt("r", "m")]) == pytest.approx(1 / 3)
    assert soundness([doubt("r", "m"), broken("r", "m")]) == 0
