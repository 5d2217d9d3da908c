"""Checks of a tutorial: complete, about its concept, in the required language, and of a size that fits its hours."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from domain.checks.code import check_code
from domain.checks.expected import Expected
from domain.checks.findings import Finding, broken, doubt
from domain.checks.practice import check_practice
from domain.checks.prose.danger import check_danger
from domain.checks.prose.languages import check_language
from domain.checks.prose.markdown import MarkdownOutline, outline
from domain.checks.prose.repetition import repetition
from domain.checks.prose.subject import check_subject
from domain.checks.prose.wording import check_characters, check_lessons, check_phrases
from domain.contents import Tutorial
from domain.parts import Places
from domain.text.language import is_written_in, same_language

MIN_HEADINGS: Final = 2
_MIN_WORDS: Final = (60, 40, 150)
"""Words at least, words per hour of the concept, and an upper limit of the requirement: with fewer it is no lesson."""
_MAX_WORDS: Final = (6_000, 2_000, 40_000)
_MAX_MINUTES_PER_HOUR: Final = 120
"""Minutes of reading for each hour of the concept, beyond which the two contradict each other."""
_EXERCISE: Final = re.compile(
    r"exercis|practi[cs]|\btry\b|your turn|over to you|assignment|challenge|homework|drill|activit|experiment|warm-?up"
    r"|(?:check|test|quiz) yourself|self-?check|quick check|checkpoint|build it|apply it|\bdo it\b|what to do|\bkata\b"
    r"|reflect on|workshop|\bprojects?\b|\bproblems\b|\btasks?\b|hands-on|\blab\b|now you"
    r"|questions to answer|to work on"
    r"|übung|\büben?\b|aufgabe|probier|selbst|jetzt (?:bist )?du|du bist dran|mach mit|mitmachen|versuch"
    r"|ejercicio|pr[áa]ctica|tarea|actividad|retos?\b|desaf[ií]o|ahora tú|tu turno|te toca|manos a la obra|a prueba"
    r"|exercice|entra[iî]n|[àa] (?:vous|toi)\b|activité|défi|pratique|essa(?:ie|yez)"
    r"|exerc[ií]cio|prática|atividade|sua vez|mãos à obra|eserciz|compit|attività|tocca a te|\bprova\b|sfida"
    r"|oefen|opdracht|probeer|aan de slag|ćwicz|zadani|упражн|задани|практик|попробуй|alıştırma|görev"
    r"|练习|練習|凭记忆|思考题|实践|动手|作业|任务|试一试|试试|做一做|自测|轮到你|挑战|小测"
    r"|演習|課題|やってみ|試し|挑戦|実践|宿題|연습|과제|실습|해 ?보기|도전"
    r"|تمرين|تمارين|تدريب|مهمة|تطبيق|جر[ّ]?ب|अभ्यास|bài tập|latihan",
    re.IGNORECASE,
)
_EXERCISE_LANGUAGES: Final = (
    *("en", "de", "es", "fr", "pt", "it", "nl", "pl", "ru"),
    *("tr", "zh", "ja", "ko", "ar", "hi", "vi", "id"),
)
"""Languages in which an exercise is recognised."""
_STRONG: Final = re.compile(r"^\s*(?:[-*+]\s+|\d+[.)]\s+)?(?:\*\*|__|:::|<summary>)\s*(.{1,80})")
_WORD: Final = re.compile(r"[^\W_]+")
_SPACES_BETWEEN_WORDS: Final = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Scripts without spaces between words; two of their characters count as a word."""


def check_tutorial(tutorial: Tutorial, expected: Expected) -> Iterator[Finding]:
    lesson = outline(tutorial.content)
    prose = "\n".join(lesson.prose)
    places = Places(tutorial.content)
    yield from check_characters(f"{tutorial.title}\n{tutorial.summary}\n{tutorial.content}", places.of)
    yield from _check_structure(tutorial, lesson, expected)
    yield from _check_language(tutorial, lesson, expected)
    yield from _check_size(tutorial, expected)
    yield from check_phrases(tutorial.title, expected, lambda _: "title")
    yield from check_phrases(tutorial.summary, expected, lambda _: "summary")
    yield from check_phrases(prose, expected, places.of)
    yield from check_lessons(prose, expected, places.of)
    yield from check_danger(tutorial.content, places.at)
    yield from check_subject(f"{tutorial.title}\n{tutorial.title}\n{prose}", expected)
    if not lesson.open_fence:
        yield from check_code(lesson.blocks, lambda block: places.at(block.start))
    if loop := repetition(lesson.prose):
        yield broken("tutorial.repetition", f"The content repeats itself: “{loop}”.")


def _check_structure(tutorial: Tutorial, lesson: MarkdownOutline, expected: Expected) -> Iterator[Finding]:
    if not tutorial.title.strip():
        yield broken("tutorial.title", "The title is blank.")
    if len(lesson.headings) < MIN_HEADINGS:
        message = f"The content has {len(lesson.headings)} headings; it needs at least {MIN_HEADINGS} sections."
        yield doubt("tutorial.headings", message)
    if lesson.open_fence:
        yield broken("tutorial.fence", f"The code fence {lesson.open_fence} is never closed.")
    known = expected.language is not None and any(same_language(expected.language, one) for one in _EXERCISE_LANGUAGES)
    exercises = _exercises(lesson) if known else None
    if exercises == 0:
        yield doubt("tutorial.exercise", "There is no exercise under a heading of its own.")
    yield from check_practice(lesson, exercises, count_words(tutorial.content), expected)


def _exercises(lesson: MarkdownOutline) -> int:
    """Return how many headings, and paragraphs that begin in bold, announce something to do."""
    starts = (match[1] for line in lesson.prose if (match := _STRONG.match(line)))
    return sum(1 for text in (*lesson.headings, *starts) if _EXERCISE.search(text))


def _check_language(tutorial: Tutorial, lesson: MarkdownOutline, expected: Expected) -> Iterator[Finding]:
    if expected.language is None:
        if not is_written_in(tutorial.content, tutorial.language):
            message = f"The content is not written in the language it declares ({tutorial.language})."
            yield broken("text.language", message)
        return
    if not same_language(tutorial.language, expected.language):
        message = f"The content is in “{tutorial.language}”; “{expected.language}” was asked for."
        yield broken("text.language", message)
        return
    yield from check_language(_paragraphs(lesson), expected.language)


def _paragraphs(lesson: MarkdownOutline) -> list[str]:
    return ["\n".join(lines) for blank, lines in groupby(lesson.prose, lambda line: not line.strip()) if not blank]


def count_words(text: str) -> int:
    if text.isascii():  # the same result, ten times as fast
        return len(text.encode().translate(_SPACES_BETWEEN_WORDS).split())
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text) if unspaced else text)) + unspaced // 2


def _check_size(tutorial: Tutorial, expected: Expected) -> Iterator[Finding]:
    words, hours = count_words(tutorial.content), expected.hours
    if words < (limit := _bound(_MIN_WORDS, hours)):
        message = f"The content has {words} words; {limit} are the least for a concept of {hours:g} hours."
        yield broken("tutorial.size", message)
    if words > (limit := _bound(_MAX_WORDS, hours)):
        yield doubt(
            "tutorial.size", f"The content has {words} words; {limit} are the most for a concept of {hours:g} hours."
        )
    minutes = tutorial.estimated_completion_time
    if minutes > max(_MAX_MINUTES_PER_HOUR * hours, 30):
        yield doubt("tutorial.minutes", f"{minutes} minutes do not fit into a concept of {hours:g} hours.")


def _bound(bounds: tuple[int, int, int], hours: float) -> int:
    least, per_hour, enough = bounds
    return round(min(enough, max(least, per_hour * hours)))
