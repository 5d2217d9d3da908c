"""The order of a quiz's options. It is chosen by code, so that no author's habit tells the key."""

import re
from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import Final

from domain.checks.quizzes.quiz import names_place
from domain.contents import Question, Quiz

_NUMBER: Final = re.compile(r"\s*[$€£¥]?\s*([+-]?\d+(?:[.,]\d+)?)\s*([^\d\s]{0,12}(?: [^\d\s]{1,12})?)\s*[.;]?\s*")
_DATE: Final = re.compile(r"\s*(\d{4}-\d{2}-\d{2})\s*")
_PAIRS: Final = (
    *(("true", "false"), ("yes", "no"), ("correct", "incorrect"), ("right", "wrong"), ("对", "错"), ("正确", "错误")),
    *(("是", "否"), ("richtig", "falsch"), ("wahr", "falsch"), ("ja", "nein"), ("vrai", "faux"), ("oui", "non")),
    *(("verdadero", "falso"), ("sí", "no"), ("verdadeiro", "falso"), ("sim", "não"), ("vero", "falso"), ("sì", "no")),
    *(("верно", "неверно"), ("да", "нет"), ("はい", "いいえ"), ("正しい", "誤り"), ("참", "거짓"), ("예", "아니요")),
    *(("صحيح", "خطأ"), ("نعم", "لا"), ("सही", "गलत"), ("prawda", "fałsz"), ("doğru", "yanlış"), ("waar", "onwaar")),
)
_REFERS: Final = re.compile(
    r"\b(?:above|below|both|neither|previous|these|those)\b|以上|上述|anteriores|précédent|genannt|vorherig|上記|위의",
    re.IGNORECASE,
)
"""Options that speak of others keep their place."""


def with_ordered_options(quiz: Quiz, seed: str) -> Quiz:
    """Return the quiz with the options of each question in an order that depends on `seed` and the question alone.

    Numbers, dates and pairs such as true and false stand in their natural order. A question whose options or
    explanation speak of places stays as it is.
    """
    return quiz.model_copy(update={"questions": [_ordered(question, seed) for question in quiz.questions]})


def _ordered(question: Question, seed: str) -> Question:
    options = question.options
    if any(map(_REFERS.search, options)) or names_place(f"{question.question}\n{question.explanation}", options):
        return question
    order = _natural_order(options)
    if order is None:
        order = list(range(len(options)))
        Random(sha256(f"{seed}\n{question.question}".encode("utf-8", "replace")).digest()).shuffle(order)
    places = {old: new for new, old in enumerate(order)}
    return question.model_copy(
        update={
            "options": [options[index] for index in order],
            "correct_answer": sorted(places[index] for index in question.correct_answer),
        }
    )


def _natural_order(options: Sequence[str]) -> list[int] | None:
    """Return the order of numbers of one unit, of dates, and of a pair; None where there is no such order."""
    folded = [option.strip(" .。").casefold() for option in options]
    for pair in _PAIRS:
        if sorted(folded) == sorted(pair):
            return [folded.index(word) for word in pair]
    numbers = [match for option in options if (match := _NUMBER.fullmatch(option))]
    if len(numbers) == len(options) and len({match[2].casefold() for match in numbers}) == 1:
        values = [float(match[1].replace(",", ".")) for match in numbers]
        return sorted(range(len(options)), key=values.__getitem__)
    if all(map(_DATE.fullmatch, options)):
        return sorted(range(len(options)), key=lambda index: options[index].strip())
    return None
