"""Checks of a quiz: every question can be answered, and not by guessing. The rules follow item-writing guides."""

from collections.abc import Iterator, Sequence
from typing import Final

from domain.checks import item_flaws
from domain.contents import MIN_QUESTIONS, Question, Quiz

_ENOUGH: Final = 3
"""Number of questions with one correct option of at least three, from which a pattern is significant."""
_MANY: Final = 6
_MOSTLY: Final = 0.75


def check_quiz(quiz: Quiz) -> Iterator[str]:
    if len(quiz.questions) < MIN_QUESTIONS:
        yield f"The quiz has {len(quiz.questions)} questions; it needs at least {MIN_QUESTIONS}."
    if _repeated([question.question_id for question in quiz.questions]):
        yield "Two questions have the same question_id."
    if _repeated([_folded(q.question) for q in quiz.questions]) and _repeated(
        [f"{_folded(q.question)}|{sorted(map(_folded, q.options))}" for q in quiz.questions]
    ):
        yield "Two questions are the same."
    broken = False
    for number, question in enumerate(quiz.questions, start=1):
        problems = list(_check_structure(question))
        broken = broken or bool(problems)
        for problem in problems or item_flaws.flaws(question):
            yield f"Question {number} {problem}."
    if not broken:
        yield from _check_habits(quiz.questions)


def _check_structure(question: Question) -> Iterator[str]:
    options = [_folded(option) for option in question.options]
    right = question.correct_answer
    if not question.question.strip():
        yield "is blank"
    if len(options) < 2:
        yield "has fewer than two options"
    if "" in options:
        yield "has a blank option"
    if _repeated(options):
        yield "has the same option twice"
    if question.question_type == "true_false" and len(options) != 2:
        yield "is true_false and must have two options"
    if not right or len(set(right)) < len(right) or not all(0 <= index < len(options) for index in right):
        yield "must name its right options by index, each once"
    if question.question_type in {"single_choice", "true_false"} and len(right) != 1:
        yield "must have exactly one right option"
    if question.question_type == "multiple_choice" and len(right) == len(options):
        yield "has no wrong option"
    if not question.explanation.strip():
        yield "has no explanation"


def _check_habits(questions: Sequence[Question]) -> Iterator[str]:
    """Yield patterns over all questions that give answers away."""
    single = [q for q in questions if q.question_type == "single_choice" and len(q.options) >= 3]
    places = [question.correct_answer[0] for question in single]
    if len(places) >= _ENOUGH:
        often = max(places.count(place) for place in places)
        if often == len(places) or (len(places) >= _MANY and often >= _MOSTLY * len(places)):
            yield "The right answer stands at the same place too often; move it around."
        if all(item_flaws.right_is_longest(question) for question in single):
            yield "The right answer is always the longest; make the options alike in length."
    absolute = [number for number, q in enumerate(questions, start=1) if item_flaws.absolute_gives_away(q)]
    if len(absolute) > 1:
        numbers = " and ".join(map(str, absolute))
        yield f"Absolute terms (always, never) give the answer away in questions {numbers}; reword them."


def _folded(text: str) -> str:
    folded = " ".join(text.casefold().split())
    return folded.rstrip(".;。；") or folded  # an option may consist of the mark alone


def _repeated(texts: Sequence[str]) -> bool:
    return len(set(texts)) < len(texts)
