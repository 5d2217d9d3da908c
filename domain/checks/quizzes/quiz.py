"""Checks of a quiz: every question can be answered, and not by guessing. The rules follow item-writing guides."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from domain.checks.contradictions import contradicted_by
from domain.checks.expected import Expected
from domain.checks.findings import Finding, broken, doubt, hint
from domain.checks.prose.languages import check_language
from domain.checks.prose.markdown import outline
from domain.checks.prose.subject import check_subject
from domain.checks.prose.wording import check_characters, check_phrases
from domain.checks.quizzes.item_flaws import absolute_gives_away, flaws, right_is_longest
from domain.checks.quizzes.quiz_fit import check_fit
from domain.contents import MIN_QUESTIONS, Question, Quiz

_ENOUGH: Final = 3
"""Number of questions, and of their options, from which a pattern is significant."""
_MOSTLY: Final = 0.75
_NEAR_ANOTHER: Final = 0.9
"""Own share of the terms over that of another concept. Good quizzes have 1.3 or more."""
_MIN_WORDS: Final = 8
"""Different words of a quiz, from which one that has no term of its concept is in doubt."""
_MIN_EXPLANATION: Final = 5
"""Letters, digits and operators of an explanation; wide characters count twice."""
_RIGHT: Final = r"(?:the )?(?:correct|right|true)"
_EMPTY_EXPLANATION: Final = re.compile(
    r"\W*(?:see (?:the )?(?:above|below|lesson|text|tutorial|explanation(?: above| below)?)"
    r"|(?:as|like) (?:above|(?:explained|stated|shown|said|described|seen)[^.]{0,30})"
    rf"|because(?: (?:it|this|that) is {_RIGHT}(?: (?:answer|option|one|choice))?)?"
    rf"|(?:this|that|it)(?:['’]s| is)(?: just)? {_RIGHT}(?: (?:answer|option|one|choice))?"
    r"|(?:this|that|it) (?:just )?is"
    rf"|(?:this|that|it)(?:['’]s| is) (?:the|its|by) definition|{_RIGHT}(?: answer| one)?[!.]*"
    rf"|self-?explanatory|obvious(?:ly)?"
    rf"|{_RIGHT} (?:answer|option|choice) is [^.]{{1,40}}|the answer is [^.]{{1,40}}"
    rf"|(?:no )?explanation(?: here| needed| follows)?"
    r"|n/?a|none|todo|tbd|同上|(?:见|参见|详见)(?:上文|课文|教程)|显然(?:如此)?|正确|(?:因为)?"
    r"(?:这|它)?(?:就)?是?正确(?:的)?(?:答案|选项)"
    r"|正确答案是?[^。]{1,20}|siehe (?:oben|lektion|text|unten)|die richtige antwort (?:ist|lautet) [^.]{1,40}"
    r"|(?:das )?ist richtig|véase (?:arriba|la lección)|la respuesta correcta es [^.]{1,40}|voir "
    r"(?:ci-dessus|plus haut|la leçon)"
    r"|la bonne réponse est [^.]{1,40}|上記参照|正解(?:です|は[^。]{1,20})?)\W*",
    re.IGNORECASE,
)
_NAMES_LETTER: Final = re.compile(
    r"\b(?:[Oo]ptions?|[Aa]nswers?|[Cc]hoices?|[Aa]lternatives?|Antwort(?:en)?|[Oo]pci(?:ón|ones)|[Rr]espuestas?"
    r"|[Rr]éponses?|[Oo]pç(?:ão|ões))\s+\(?[A-H](?![\w'’+#*.-])\)?"
    r"|\b(?:[Aa]nswer|Antwort|[Rr]espuesta|[Rr]éponse)(?: is|:| ist| es| est)\s+\(?[A-H]\)?(?=[.,;:]|\s*$)"
    r"|\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice|Antwort|[Oo]pción|[Rr]espuesta|[Rr]éponse) (?:number |Nr\. )?\d"
    r"(?= (?:is|are|stimmt|ist|es|est)\b|[,;:]|\.?$)|\b(?:correcta|correcte|richtige Antwort) "
    r"(?:es|est|ist) (?:la |die )?[a-hA-H]\b"
    r"|(?:^|[.;:,(]\s*)\(?[A-H]\)?\s+(?:is|are|and [A-H] are) (?:correct|right|wrong|incorrect|true|false)"
    r"|(?:^|[.;:,]\s*|\s)\(?[a-h]\)\s+(?:is|are|ist|es|est)\b"
    r"|(?:选项|答案|选)\s*(?:是|为)?\s*[A-H](?![A-Za-z])|[A-H]\s*(?:选项|项(?![目链圈]))"
    r"|\b(?:first|second|third|fourth|last) (?:option|answer)\b|\b(?:first|last) (?:one|two|three) "
    r"(?:is|are) (?:correct|right|wrong|true|false)\b"
    r"|\b(?:first|second|third|fourth|last) choice (?:is|are) (?:correct|right|wrong|incorrect|true|false)\b"
    r"|(?:第[一二三四]个?|最后一个)选项",
)
_LETTER: Final = re.compile(r"(?<![A-Za-z])[A-H](?![A-Za-z])")


def check_quiz(quiz: Quiz, expected: Expected) -> Iterator[Finding]:
    whole = "\n".join(text for question in quiz.questions for text in _texts(question))
    yield from check_characters(whole)
    yield from _check_set(quiz.questions)
    sound = True
    for number, question in enumerate(quiz.questions, start=1):
        problems = list(_check_structure(question))
        sound = sound and not problems
        for problem in problems:
            yield broken("quiz.structure", f"Question {number} {problem}.", question.question_id)
        for flaw in () if problems else flaws(question):
            yield hint("quiz.style", f"Question {number} {flaw}.", question.question_id)
        yield from _check_explanation(number, question)
    prose = [_prose(question.question) for question in quiz.questions]
    explanations = [_prose(question.explanation) for question in quiz.questions]
    yield from check_phrases("\n".join(prose[:1] + explanations[-1:]), expected)
    if expected.language is not None:
        yield from check_language(
            [f"{one}\n{two}" for one, two in zip(prose, explanations, strict=True)], expected.language
        )
    yield from check_subject(whole, expected, near=_NEAR_ANOTHER, min_words=_MIN_WORDS)
    yield from check_fit(quiz.questions, expected)
    if sound:
        yield from _check_habits(quiz.questions)


def _texts(question: Question) -> Iterator[str]:
    yield question.question
    yield from question.options
    yield question.explanation


def _prose(text: str) -> str:
    return "\n".join(outline(text).prose)


def _check_set(questions: Sequence[Question]) -> Iterator[Finding]:
    if len(questions) < MIN_QUESTIONS:
        message = f"The quiz has {len(questions)} questions; it needs at least {MIN_QUESTIONS}."
        yield broken("quiz.size", message)
    if _repeated([question.question_id for question in questions]):
        yield broken("quiz.ids", "Two questions have the same question_id.")
    if _repeated([f"{_spaced(q.question)}|{sorted(map(_spaced, q.options))}" for q in questions]):
        yield broken("quiz.repetition", "Two questions are the same.")


def _check_structure(question: Question) -> Iterator[str]:
    options = [_exact(option) for option in question.options]
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


def _check_explanation(number: int, question: Question) -> Iterator[Finding]:
    text = question.explanation.strip()
    if not text:
        return
    size = sum(_says(char) + (unicodedata.east_asian_width(char) in "WF") for char in text)
    bare = text
    for index in question.correct_answer:
        if 0 <= index < len(question.options):
            bare = bare.replace(question.options[index].strip(), "it")
    if _EMPTY_EXPLANATION.fullmatch(bare) or size < _MIN_EXPLANATION:
        message = f"The explanation of question {number} gives no reason: “{text[:60]}”."
        yield doubt("quiz.explanation", message, question.question_id)
    elif place := names_place(text, [question.question, *question.options]):
        message = f"The explanation of question {number} names an option by its place (“{place}”); name its content."
        yield doubt("quiz.letters", message, question.question_id)
    elif other := contradicted_by(question):
        message = (
            f"The explanation of question {number} arrives at “{other[:60]}”, the key at another option. Mend one."
        )
        yield doubt("quiz.key", message, question.question_id)


def _says(char: str) -> bool:
    """Return whether a character is a letter, a digit or an operator of a formula."""
    return char.isalnum() or char in "*/-" or unicodedata.category(char) == "Sm"


def names_place(text: str, known: Sequence[str]) -> str | None:
    """Return the words with which a text names an option by its letter or place; None where it does not.

    `known`: texts in which a letter may be the name of something else, such as a statement, a note or a blood group.
    """
    match = _NAMES_LETTER.search(text)
    if match is None or match[0] in "\n".join(known):
        return None
    letter = _LETTER.search(match[0])
    if letter and any(re.search(rf"(?<![\w$]){letter[0]}(?![\w$'’])", one) for one in known if letter[0] != "A"):
        return None
    return match[0].strip(" .;:,")


def _check_habits(questions: Sequence[Question]) -> Iterator[Finding]:
    """Yield patterns over all questions that give answers away. Places are no pattern: code shuffles the options."""
    asked = [q for q in questions if len(q.options) >= _ENOUGH]
    longest = sum(right_is_longest(question) for question in asked)
    if len(asked) >= _ENOUGH and longest > _MOSTLY * len(asked):
        yield doubt("quiz.lengths", "The right answer is nearly always the longest; make the options alike in length.")
    absolute = [number for number, q in enumerate(questions, start=1) if absolute_gives_away(q)]
    if len(absolute) > 1:
        numbers = " and ".join(map(str, absolute))
        yield hint("quiz.style", f"Absolute terms (always, never) give the answer away in questions {numbers}.")


def _exact(option: str) -> str:
    """Return an option without what a page does not show. Case, units, indentation and marks may be the difference."""
    return unicodedata.normalize("NFC", option).strip("\n").rstrip()


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _repeated(texts: Sequence[str]) -> bool:
    return len(set(texts)) < len(texts)
