"""Flaws of a single quiz question that code can detect (after Haladyna, Downing and Rodriguez 2002)."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from domain.contents import Question

_ABOVE: Final = re.compile(
    r"^\W*(?:(?:all|none|any|both|neither|each)(?: two| three)? of (?:the|these|those|them)\b"
    r"(?: (?:above|options?|answers?|choices|statements))?(?: (?:is|are) (?:correct|true|right|wrong))?"
    r"|(?:all|none|both)(?: the)? (?:above|options|answers)(?: (?:is|are) (?:correct|true|right))?"
    r"|(?:both|neither) [a-d]\)? (?:and|nor|&) [a-d]\)?|[a-d]\)? (?:and|&) [a-d]\)?"
    r"|以上(?:都|皆|全|选项|所有|各项|答案)\S{0,6}|上述(?:都|皆|全|选项|所有)\S{0,6}|全部(?:正确|都对)|都(?:不)?(?:对|正确|是)"
    r"|(?:todas?|ninguna|ninguno|todos) (?:de )?(?:las|los|as|os)? ?(?:(?:opciones|respuestas) )?anteriores"
    r"|nenhuma das (?:anteriores|opções)|(?:toutes|aucune)(?: de)? (?:les |ces )?réponses(?: ci-dessus)?"
    r"|(?:alle|keine)r? (?:der )?(?:oben )?genannten?|alle antworten(?: sind richtig)?|keine der antworten"
    r"|(?:tutte|nessuna) (?:le|delle) (?:precedenti|risposte)|все (?:вышеперечисленное|перечисленное|ответы верны)"
    r"|ни один из (?:вышеперечисленных|перечисленных|ответов)|上記の(?:すべて|全て|いずれでもない)|すべて正しい"
    r"|위의 모든 것|모두 (?:정답|맞다)|정답 없음|جميع ما سبق|كل ما سبق|لا شيء مما سبق|उपरोक्त सभी|इनमें से कोई नहीं)\W*$",
    re.IGNORECASE,
)
_ASKS_WHICH: Final = re.compile(r"\b(?:which|what|who|where|when)\b", re.IGNORECASE)
_NEGATED: Final = re.compile(
    r"\b(?:is|are|was|were|does|do|did|can|should|would|will) not\b|\b(?:is|are|does|do|should|ca)n['’]t\b|\bexcept\b"
)
"""In lower case without markup; in capitals or with markup it would be emphasized, which is fine."""
_NEGATED_ZH: Final = re.compile(r"(?:哪|下列|以下)[^。？?*“「]{0,16}不(?:是|属于|正确|包括|能|会|应|符合)")
_IF_CLAUSE: Final = re.compile(r"\b(?:if|when|that|who|because|why|although|unless)\b[^,;?]*$", re.IGNORECASE)
_ABSOLUTE: Final = re.compile(
    r"\b(?:always|never|invariably|absolutely|impossible|under no circumstances)\b|总是|从不|绝不|永远|绝对|任何情况下",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(r"\b(an?)\s*(?:[:_….\s]|\.{3})*\??\s*$|\b(an?)\s+_{2,}", re.IGNORECASE)
_RANGE: Final = re.compile(r"^\D{0,12}(\d+(?:\.\d+)?)\s*(?:-|–|—|to|bis|à|a|至|到|~|～)\s*(\d+(?:\.\d+)?)(\D{0,24})$")
_LONGER_FACTOR: Final = 1.25
_LONGER_BY: Final = 8
"""Characters. Short options, such as numbers and names, have no length that tells."""


def flaws(question: Question) -> Iterator[str]:
    """Yield the flaws of a structurally sound question."""
    if any(_ABOVE.match(option) for option in question.options):
        yield "has an option of the kind “all of the above”; write options that stand for themselves"
    if _overlapping(question.options):
        yield "has options that overlap"
    if question.question_type != "true_false" and _negative(question.question):
        yield "asks for what is NOT so without emphasis; write NOT in capitals, or ask for what is so"
    if _article_tells(question):
        yield "tells its answer by “a” or “an” before the gap; write “a(n)”"


def right_is_longest(question: Question) -> bool:
    """Return whether every correct option is by far longer than every other."""
    lengths = [len(option) for option in question.options]
    right = min(lengths[index] for index in question.correct_answer)
    wrong = max(length for index, length in enumerate(lengths) if index not in question.correct_answer)
    return right >= max(_LONGER_FACTOR * wrong, wrong + _LONGER_BY)


def absolute_gives_away(question: Question) -> bool:
    """Return whether only wrong options contain absolute terms, so that guessers can exclude them."""
    if question.question_type == "true_false":
        return False
    holds = [bool(_ABSOLUTE.search(option)) for option in question.options]
    return sum(holds) > 1 and not any(holds[index] for index in question.correct_answer)


def _overlapping(options: Sequence[str]) -> bool:
    """Return whether the options are ranges of numbers that overlap in more than an end."""
    ranges: list[tuple[float, float]] = []
    for option in options:
        match = _RANGE.match(option.strip())
        if match is None:
            return False  # not every option is a range
        low, high = float(match[1]), float(match[2])
        if low < high:
            ranges.append((low, high))
    ranges.sort()
    return any(after[0] < before[1] for before, after in pairwise(ranges))


def _negative(stem: str) -> bool:
    if (chinese := _NEGATED_ZH.search(stem)) is not None:
        return bool(chinese)
    match = _NEGATED.search(stem)
    if match is None or not (which := _ASKS_WHICH.search(stem)) or which.start() > match.start():
        return False
    return _IF_CLAUSE.search(stem[which.end() : match.start()]) is None


def _article_tells(question: Question) -> bool:
    match = _ARTICLE.search(question.question)
    if match is None or question.question_type != "single_choice" or len(question.options) < 3:
        return False
    wants_vowel = (match[1] or match[2]).lower() == "an"
    fits = [option.strip().lower()[:1] in set("aeiou") for option in question.options if option.strip()[:1].isalpha()]
    return len(fits) == len(question.options) and fits.count(wants_vowel) == 1
