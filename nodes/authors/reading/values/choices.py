"""Read the words of a vocabulary in other cases, with other separators, and by synonyms that mean one thing only."""

import re
from collections.abc import Sequence
from typing import Any, Final

from nodes.authors.reading.values.lists import text_of

_SYNONYMS: Final = {
    # the word of a vocabulary -> what is written instead
    "easy": "beginner basic simple introductory novice entry low",
    "medium": "intermediate moderate normal average mid",
    "hard": "advanced difficult challenging expert complex high",
    "single_choice": "single singleselect singleanswer onechoice singlecorrect radio",
    "multiple_choice": "multiple multi multiselect multichoice multipleanswer multipleanswers multiplecorrect"
    " multipleselect checkbox",
    "true_false": "boolean bool trueorfalse tf yesno truefalsequestion",
    "add": "insert create append new",
    "remove": "delete drop",
    "change": "update modify edit alter revise",
    "move": "reorder relocate",
    "critical": "blocker fatal severe error",
    "warning": "minor warn low info suggestion",
    "visual": "video videos",
    "text": "reading",
    "hands_on": "practice practical handson project projects",
}
_BY_SYNONYM: Final = {synonym: word for word, synonyms in _SYNONYMS.items() for synonym in synonyms.split()}
_EXPLAINED: Final = re.compile(r"\s*[(:;,.]|\s+[-–—]\s+")
"""Between a word and its explanation: `easy (for a start)`."""
MAX_LENGTH: Final = 80


def read_choice(value: Any, choices: Sequence[Any]) -> Any:
    """Return the choice that a word means; the word itself where that is not certain."""
    value = text_of(value[0] if isinstance(value, list) and len(value) == 1 else value)
    if not isinstance(value, str) or value in choices or len(value) > MAX_LENGTH:
        return value
    texts = [choice for choice in choices if isinstance(choice, str)]
    head, *explanation = _EXPLAINED.split(value.strip(), maxsplit=1)
    words = {fold(word) for part in explanation for word in re.findall(r"\w+", part)}
    meant = _meant(value, texts) or ([] if words & {fold(text) for text in texts} else _meant(head, texts))
    return meant[0] if len(meant) == 1 else value


def _meant(word: str, texts: Sequence[str]) -> list[str]:
    key = fold(word)
    synonym = _BY_SYNONYM.get(key)
    return [text for text in texts if fold(text) == key] or [text for text in texts if text == synonym]


def fold(word: str) -> str:
    """Return the letters and digits of a word: `Single Choice`, `single-choice` and `singleChoice` are one."""
    return "".join(char for char in word.casefold() if char.isalnum())
