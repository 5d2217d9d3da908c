"""Read which options of a question are right: by index, letter, text, or a mark on the option itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nodes.authors.reading.json_repair import json_in
from nodes.authors.reading.values.lists import split_texts, text_of, values_of, without_marks

OPTIONS: Final = "options"
KEY: Final = "correct_answer"
_LETTER: Final = re.compile(r"(?:option|answer|choice|antwort|选项)?\s*:?\s*[(\[]?([A-Za-z])[)\].:]?", re.IGNORECASE)
_INDEX: Final = re.compile(r"index:?\s?(\d{1,3})", re.IGNORECASE)
_MARKED: Final = re.compile(r"[(\[]?([A-Za-z])[)\].:]\s+(\S.*)", re.DOTALL)
_SEPARATOR: Final = re.compile(r"\s*(?:[,;/&+]|\band\b|\bund\b)\s*")
_FLAGS: Final = ("is_correct", "isCorrect", "correct", "is_right", "right")
MAX_LENGTH: Final = 2000


def read_key(question: dict[str, Any]) -> dict[str, Any]:
    """Return a question with its options as texts and its key as indices, as far as both are certain."""
    raw, key = (json_in(item) if isinstance(item, str) else item for item in map(question.get, (OPTIONS, KEY)))
    options, marks = _options_in(raw)
    if options is None:
        return question if key is None or _is_read(key) else {**question, KEY: _Indices([], []).of(key)}
    texts = [_text(item) for item in options]
    bare = without_marks(texts)
    if _is_read(key) and texts == question[OPTIONS] == bare:
        return question
    if not key and not isinstance(key, bool | int):
        key = _flagged(options) or key
    indices = _Indices([text if isinstance(text, str) else "" for text in texts], marks)
    return {**question, OPTIONS: bare, **({} if key is None else {KEY: indices.of(key)})}


def _options_in(raw: Any) -> tuple[list[Any] | None, list[Any]]:
    """Return the options of a question, and what marks each of them beside its text."""
    if isinstance(raw, dict):
        return values_of(raw), list(raw)
    if isinstance(raw, str):
        return split_texts(raw, ()), []
    return (raw, [_mark(item) for item in raw]) if isinstance(raw, list) else (None, [])


def _is_read(key: Any) -> bool:
    return isinstance(key, list) and bool(key) and all(type(item) is int for item in key)


def read_bare_key(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer to a question whose options are not part of it: letters count from A."""
    key = json_in(raw) if isinstance(raw := answer.get(KEY), str) else raw
    return answer if _is_read(key) or key is None else {**answer, KEY: _Indices(None, []).of(key)}


def _mark(option: Any) -> Any:
    names = ("id", "letter", "key") if isinstance(option, dict) else ()
    return next((option[name] for name in names if name in option), None)


def _text(option: Any) -> Any:
    if isinstance(option, bool):
        return str(option)
    if isinstance(option, int | float):
        return f"{option:g}" if isinstance(option, float) else str(option)
    return text_of(option)


def _flagged(options: list[Any]) -> list[int]:
    flags = [any(option.get(name) is True for name in _FLAGS) for option in options if isinstance(option, dict)]
    return [number for number, flag in enumerate(flags) if flag] if len(flags) == len(options) else []


class _Indices:
    """The indices that the words of a key mean. `options` None: they are not known."""

    def __init__(self, options: list[str] | None, marks: list[Any]) -> None:
        self.known = options is not None
        self.count = len(options) if options is not None else 26
        self.texts = [_folded(option) for option in options or []]
        self.bare = [_folded(option) for option in without_marks(options or [])]
        self.marks = [str(mark).strip().casefold() if isinstance(mark, str) else None for mark in marks]

    def of(self, key: Any) -> list[Any]:
        items = key if isinstance(key, list) else [key]
        if len(items) == 1 and isinstance(items[0], list):
            items = items[0]
        if self.known and len(items) == self.count > 2 and all(isinstance(item, bool) for item in items):
            return [number for number, item in enumerate(items) if item]
        found = [self._index(item) for item in items]
        if len(items) == 1 and isinstance(items[0], str) and isinstance(found[0], str):
            parts = self._parts(items[0])
            if len(parts) > 1 and all(type(part) is int for part in parts):
                return parts
        return found

    def _parts(self, text: str) -> list[Any]:
        text = text.strip("[]() ")
        if len(text) > MAX_LENGTH:
            return []
        if re.fullmatch(r"[A-Z]{2,8}", text) and len(set(text)) == len(text):
            return [self._index(letter) for letter in text]
        return [self._index(part.strip("\"'")) for part in _SEPARATOR.split(text) if part.strip()]

    def _index(self, item: Any) -> Any:
        """Return the one index that an item means; the item itself where it may mean several or none."""
        if isinstance(item, bool):
            meant = {number for number, text in enumerate(self.bare) if text == str(item).casefold()}
            return meant.pop() if len(meant) == 1 else str(item)
        if isinstance(item, dict):
            index = item.get("index")
            named = item.get("id") or item.get("letter") or text_of(item)
            return index if type(index) is int else item if isinstance(named, dict | list) else self._index(named)
        if isinstance(item, float) and item.is_integer():
            return int(item)
        if not isinstance(item, str) or len(item) > MAX_LENGTH:
            return item
        meant = self._meanings(item.strip(" *_`\n"))
        return meant.pop() if len(meant) == 1 else item

    def _meanings(self, word: str) -> set[int]:
        folded = _folded(word)
        meant = {number for number, mark in enumerate(self.marks) if mark is not None and mark == word.casefold()}
        for texts in (self.texts, self.bare):
            places = [number for number, text in enumerate(texts) if text == folded]
            meant |= set(places)
        if (digits := re.fullmatch(r"\d{1,3}", word)) is not None and (int(digits[0]) < self.count or not meant):
            meant.add(int(digits[0]))
        if not meant and (index := _INDEX.fullmatch(word)) is not None:
            meant.add(int(index[1]))
        letter = _LETTER.fullmatch(word)
        marked = _MARKED.fullmatch(word) if letter is None and not meant else None
        if marked is not None and _folded(marked[2]) in self.bare:
            meant |= {number for number, text in enumerate(self.bare) if text == _folded(marked[2])}
            letter = _LETTER.fullmatch(marked[1])
        if letter is not None and (number := ord(letter[1].casefold()) - ord("a")) < self.count:
            meant.add(number)
        return meant


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".;。；")


def from_zero(questions: list[Any]) -> list[Any]:
    """Return questions whose key counts from 0; one that certainly counts from 1 is counted anew.

    It does where an index is the number of its options, and none is 0 or beyond.
    """
    keyed = [question for question in questions if isinstance(question, dict) and _is_read(question.get(KEY))
             and isinstance(question.get(OPTIONS), list)]  # fmt: skip
    beyond = [max(question[KEY]) - len(question[OPTIONS]) for question in keyed]
    if len(keyed) < len(questions) or not beyond or max(beyond) != 0 or min(min(q[KEY]) for q in keyed) < 1:
        return questions
    return [{**question, KEY: [index - 1 for index in question[KEY]]} for question in keyed]


def with_ids(questions: list[Any]) -> list[Any]:
    """Return questions in which every one has an id; they are named in order where none has one."""
    if any(not isinstance(item, dict) or item.get("question_id") or OPTIONS not in item for item in questions):
        return questions
    return [{**question, "question_id": f"q{number}"} for number, question in enumerate(questions, start=1)]


def doubts(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys of an answer that name no option for certain, worded for the author."""
    for field, items in content.items():
        for number, item in enumerate(items) if isinstance(items, list) else ():
            key = item.get(KEY) if isinstance(item, dict) else None
            for word in key if isinstance(key, list) else ():
                if isinstance(word, str):
                    yield (
                        f"{field}.{number}.{KEY}: {word[:80]!r} does not say which option is right. "
                        "Give the index of each right option, counted from 0."
                    )
