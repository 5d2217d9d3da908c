"""Choice of the curricula for a goal; without a fitting one, the neutral plan is used and says so."""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from domain.request import Preferences
from domain.text.goals import plain, read_goal
from nodes.offline.subjects import (
    ANY,
    EXAM,
    OfflineSubject,
    Pair,
    capital,
    language_of,
    neutral,
    phrases,
    subjects,
    toml,
)

Named = tuple[OfflineSubject, Pair]
_WORD: Final = r"[^\W_][\w+#]*(?:[.'’/-]?[\w+#]+)*"
_CJK: Final = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"


class GoalReading(NamedTuple):
    """The interpretation of a goal. `subject` is in the words of the goal; two curricula are a tool and its field."""

    subject: str
    language: str
    curricula: tuple[Named, ...]

    @property
    def main(self) -> OfflineSubject:
        return self.curricula[-1][0]

    @property
    def is_neutral(self) -> bool:
        return self.main.key in {ANY, EXAM}

    @property
    def name(self) -> str:
        return self.subject if self.is_neutral else self.curricula[-1][1].of(self.language)

    def named(self, text: Pair) -> str:
        """Return a text of a curriculum with the name of the subject inserted."""
        return capital(plain(text.of(self.language).replace("{s}", self.name), 80))


def reading_of(preferences: Preferences) -> GoalReading:
    language = language_of(preferences.primary_language)
    return _read(preferences.learning_goal, language, preferences.current_level == "beginner")


@lru_cache(maxsize=256)
def _read(goal: str, language: str, beginner: bool) -> GoalReading:
    verb, clause, subject = read_goal(goal)
    words, curricula = toml("reading"), _curricula(subject, infinitive=verb.lower().endswith(" to"))
    exam = rf"(?<!\w)(?:{'|'.join(words['exam'])})(?!\w)|{words['exam_cjk']}"
    if re.search(exam, clause, re.IGNORECASE) or re.match(words["pass_verbs"], verb, re.IGNORECASE):
        curricula = ((neutral(EXAM), neutral(EXAM).names[0][0]),)
    elif beginner and re.search(words["improve"], f"{verb} {clause}", re.IGNORECASE):
        curricula = tuple(pair for pair in curricula if pair[0].practice != "language")  # which begins with greetings
    subject = subject or phrases(language)["plan"]["nothing_named"]
    return GoalReading(subject, language, curricula or ((neutral(ANY), neutral(ANY).names[0][0]),))


def _curricula(text: str, *, infinitive: bool) -> tuple[Named, ...]:
    """Return the curricula whose words are all words of the text, apart from filler words; () if there are none."""
    hits = [(one, *hit) for one in subjects() if (hit := _named(one, text, infinitive))]
    for tool, tool_name, tool_left in (hit for hit in hits if hit[0].kind == "tool"):
        for one, name, left in (hit for hit in hits if hit[0].kind == "field" and not hit[0].weak):
            if one.practice in {"code", "numbers"} and not tool_left & left:
                return (tool, tool_name), (one, name)
    whole = [(one, name) for one, name, left in hits if not left]
    strong = [pair for pair in whole if not pair[0].weak] or whole
    return tuple(strong) if len(strong) == 1 else ()


def _named(subject: OfflineSubject, text: str, infinitive: bool) -> tuple[Pair, set[str]] | None:
    """Return the name by which a text refers to the subject, and its other words; None if it does not."""
    cjk = bool(re.search(_CJK, text))
    rest = text.lower() if cjk else f" {'  '.join(re.findall(_WORD, text)).lower()} "
    names: list[tuple[int, Pair]] = []
    for word, name in _words_of(subject):
        pattern = word.lower() if cjk else f" {'  '.join(re.findall(_WORD, word)).lower()} "
        place = rest.find(pattern)
        is_verb = infinitive and place == 0 and word.lower() in toml("reading")["verbs"].split()
        if place >= 0 and not is_verb:
            names.append((place, name))
            rest = rest.replace(pattern, " " * len(pattern))
    left = re.sub(toml("reading")["fillers_cjk"], " ", rest) if cjk else rest
    beside = set(re.findall(_WORD, left)) - set(toml("reading")["fillers"].split()) - subject.beside
    return (min(names)[1], beside) if names else None


@cache
def _words_of(subject: OfflineSubject) -> list[tuple[str, Pair]]:
    """Return the words for a subject, the longest first."""
    return sorted(((word, name) for name, words in subject.names for word in words), key=lambda pair: -len(pair[0]))
