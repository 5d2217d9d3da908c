"""Read the words of a vocabulary in other cases, with other separators, and by synonyms that mean one thing only."""

import re
from collections.abc import Sequence
from typing import Any, Final

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
MAX_LENGTH: Final = 80


def read_choice(value: Any, choices: Sequence[Any]) -> Any:
    """Return the choice that a word means; the word itself where that is not certain."""
    if not isinstance(value, str) or value in choices or len(value) > MAX_LENGTH:
        return value
    texts = [choice for choice in choices if isinstance(choice, str)]
    key = fold(value)
    meant = [choice for choice in texts if fold(choice) == key]
    synonym = _BY_SYNONYM.get(key)
    if not meant and synonym in texts:
        return synonym
    if not meant:  # "easy (for beginners)", but not "easy to medium"
        words = {fold(word) for word in re.findall(r"\w+", value)} - {""}
        meant = [choice for choice in texts if fold(choice) in words]
    return meant[0] if len(meant) == 1 else value


def fold(word: str) -> str:
    """Return the letters and digits of a word: `Single Choice`, `single-choice` and `singleChoice` are one."""
    return "".join(char for char in word.casefold() if char.isalnum())
