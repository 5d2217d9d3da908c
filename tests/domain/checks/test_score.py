"""The score of the checks over a list of answers in ten subjects, and over damaged ones.

The answers are in answers/: ordinary answers as a strong model writes them, and answers with a flaw that code can find.
"""

import re
from collections import Counter, defaultdict
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

import domain.checks
from bench.eval.answers import Recorded, judge, judge_all, read_answers, report
from domain.checks.findings import Kind
from domain.contents import Quiz
from domain.quizzes.options import with_ordered_options
from domain.vocabulary import ContentType
from tests.domain.checks.mutants import MUTANTS, Mutant

ANSWERS = read_answers(Path(__file__).parent / "answers")
COURSE = read_answers(Path("tests/courses"))
GOOD = [answer for answer in ANSWERS if answer.quality == "good"]
OF_COURSES = {"quiz.outcome", "quiz.outcomes", "quiz.heading", "quiz.names"}
"""Rules that need the lesson, or the course book."""
LOOK_RULES = {"look.critic", "look.key", "look.unread"}
COURSE_RULES = {f"course.{name}" for name in ("example", "run", "output", "tables", "notation")}
MIN_GOOD_PASSED = 0.95
MIN_BAD_REFUSED = 0.8
MIN_MUTANTS_REFUSED = 0.85
SEEDS = 200
CHI_SQUARE_99_9 = {1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47, 5: 20.52}
"""Critical values at a probability of 0.1 %, by degrees of freedom."""
HINTS = {"quiz.style", "text.filler", "tutorial.practice", "tutorial.solution", "tutorial.length"}


def test_the_list_has_forty_good_and_forty_bad_answers_in_ten_subjects() -> None:
    assert Counter(answer.quality for answer in ANSWERS) == {"good": 40, "bad": 40}
    assert len({answer.data["roadmap"] for answer in ANSWERS}) >= 10
    assert len({answer.data["language"] for answer in ANSWERS}) >= 5
    assert all(answer.why for answer in ANSWERS if answer.quality == "bad")
    assert {answer.content_type for answer in GOOD} == set(ContentType)


def test_ordinary_answers_pass_and_flawed_ones_are_refused() -> None:
    verdicts = judge_all(ANSWERS)
    right: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        right[verdict.recorded.quality].append(verdict.right)
    good, bad = (sum(right[quality]) / len(right[quality]) for quality in ("good", "bad"))
    assert good >= MIN_GOOD_PASSED, report(verdicts)
    assert bad >= MIN_BAD_REFUSED, report(verdicts)


def test_answers_in_subjects_that_no_rule_was_written_for_pass() -> None:
    verdicts = judge_all(read_answers(Path(__file__).parent / "more_answers"))
    assert all(verdict.right for verdict in verdicts), report(verdicts)


def test_the_contents_of_a_course_pass_with_its_book_and_lessons() -> None:
    verdicts = judge_all(COURSE)
    assert all(verdict.right for verdict in verdicts), report(verdicts)
    assert all(verdict.recorded.lesson and verdict.recorded.book for verdict in verdicts if _is_quiz(verdict.recorded))


def test_a_quiz_of_another_concept_of_the_roadmap_is_refused() -> None:
    """Without a lesson at hand: all pairs of recorded quizzes and concepts."""
    recorded = [*ANSWERS, *read_answers(Path(__file__).parent / "more_answers")]
    passed = []
    for quiz in (one for one in recorded if _is_quiz(one) and one.quality == "good"):
        for concept in (one for one in quiz.concepts if one != quiz.subject):
            data = {**quiz.data, "concept": asdict(concept)}
            verdict = judge(replace(quiz, data=data), quiz.concepts)
            passed += [] if verdict.refused else [(quiz.name, concept.name)]
    assert passed == []


def test_a_quiz_of_another_lesson_is_refused_by_its_headings() -> None:
    quizzes = [one for one in COURSE if _is_quiz(one)]
    for quiz in quizzes:
        for other in (one for one in quizzes if one.name != quiz.name):
            findings = judge(replace(quiz, lesson=other.lesson), quiz.concepts).findings
            assert "quiz.heading" in {finding.rule for finding in findings}, (quiz.name, other.name)


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted({mutant.rule for mutant in MUTANTS}))
def test_damaged_answers_are_refused_by_the_rule_of_their_damage(rule: str) -> None:
    refused: dict[str, list[bool]] = defaultdict(list)
    missed: list[str] = []
    for mutant in (one for one in MUTANTS if one.rule == rule):
        for good in _good_for(mutant):
            for damaged in mutant.answers(good, _good_for(mutant)):
                found = _refused_by(rule, good, damaged)
                refused[f"{mutant.name} ({mutant.content_type})"].append(found)
                missed += [] if found else [f"{mutant.name}: {good.name}"]
    score = sum(map(sum, refused.values())) / sum(map(len, refused.values()))
    table = "\n".join(f"{sum(found):3} of {len(found):3}  {name}" for name, found in refused.items())
    assert score >= MIN_MUTANTS_REFUSED, "\n".join([table, *missed])
    assert all(any(found) for found in refused.values()), table


def test_every_rule_that_refuses_answers_has_its_mutants() -> None:
    assert {mutant.rule for mutant in MUTANTS} == rules() - HINTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: f"{one.rule}, {one.name}, {one.content_type}")
def test_a_mutant_damages_at_least_one_answer(mutant: Mutant) -> None:
    assert any(list(mutant.answers(good, _good_for(mutant))) for good in _good_for(mutant))


def test_the_documents_describe_every_rule() -> None:
    text = Path("docs/checks.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", text, re.MULTILINE)) == rules() | COURSE_RULES | LOOK_RULES


def test_places_of_right_options_are_uniform_over_seeds() -> None:
    """Or a learner guesses by place. Options in a natural order and options that refer to others stay in place."""
    places: dict[int, Counter[int]] = defaultdict(Counter)
    seeds = [f"{Random(number).getrandbits(64):x}" for number in range(SEEDS)]
    for quiz in (Quiz.model_validate(one.answer) for one in GOOD if one.content_type is ContentType.QUIZ):
        ordered = [with_ordered_options(quiz, seed) for seed in seeds]
        for number, question in enumerate(quiz.questions):
            versions = [one.questions[number] for one in ordered]
            if len(question.correct_answer) == 1 and len({tuple(version.options) for version in versions}) > 1:
                places[len(question.options)].update(version.correct_answer[0] for version in versions)
    assert places[4].total() >= 20 * SEEDS, "most questions are shuffled"
    for options, counts in places.items():
        expected = counts.total() / options
        chi_square = sum((counts[place] - expected) ** 2 / expected for place in range(options))
        assert chi_square < CHI_SQUARE_99_9[options - 1], (options, counts)


def rules() -> set[str]:
    """Return the names of the rules in the source of the checks."""
    folder = Path(domain.checks.__file__).parent
    sources = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    return set(re.findall(r"\"((?:text|code|tutorial|quiz|resources)\.[a-z_]+)\"", sources))


def _good_for(mutant: Mutant) -> list[Recorded]:
    return COURSE if mutant.rule in OF_COURSES else GOOD


def _is_quiz(recorded: Recorded) -> bool:
    return recorded.content_type is ContentType.QUIZ


def _refused_by(rule: str, good: Recorded, damaged: Any) -> bool:
    bad = replace(good, answer=damaged, quality="bad")
    findings = judge(bad, good.concepts).findings
    return any(finding.rule == rule and finding.kind is not Kind.HINT for finding in findings)
