"""Curricula by subject: how their tables are written, and which of them a goal is about.

A table is lines of `mark English | Chinese | key terms | key terms in Chinese`. Marks: `=` stage, `==` module,
`.` easy, `*` medium and `!` hard concept, `+` before a mark for a concept that may be left out. There are four stages,
the last one for depth. {s} stands for the subject. Key terms without a Chinese column are looked up in
terms_chinese.py, and serve both languages where they are not found; where there are none, the name's own words do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from domain.framework import Difficulty
from nodes.authors.offline_texts.shape import Discipline
from nodes.authors.offline_texts.terms_chinese import CHINESE_TERMS

_MARKS: Final[dict[str, Difficulty]] = {".": "easy", "*": "medium", "!": "hard"}


class Pair(NamedTuple):
    """One text in both languages."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Place(NamedTuple):
    """A stable address for a subject; `zh` where the same place speaks Chinese."""

    title: Pair
    url: str
    kind: str = "documentation"
    zh: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    name: Pair
    difficulty: Difficulty
    extra: bool
    terms: tuple[str, ...]
    terms_zh: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModuleTable:
    name: Pair
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class StageTable:
    name: Pair
    modules: tuple[ModuleTable, ...]


@dataclass(frozen=True, eq=False)
class Topic:
    """A subject with a curriculum. A `tool` (a programming language) is learnt for the sake of a `field`."""

    key: str
    name: Pair
    kind: Literal["tool", "field"]
    discipline: Discipline
    pattern: str
    table: str
    places: tuple[Place, ...] = ()
    variants: tuple[tuple[str, Pair], ...] = ()
    """Patterns of the kinds of the subject (Spanish, guitar) and what they are called."""
    search: Pair | None = None
    """What a library is asked for, where the name alone would find something else; {s} is the name."""
    weak: bool = False
    """Counts only where no other topic is named."""
    compiled: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", re.compile(self.pattern, re.ASCII))

    def named_in(self, goal: str) -> "Match | None":
        found = self.compiled.search(goal)
        if not found:
            return None
        for pattern, name in self.variants:
            if re.search(pattern, goal, re.IGNORECASE):
                return Match(self, name, found.start())
        return Match(self, self.name, found.start())

    def stages(self) -> tuple[StageTable, ...]:
        return _stages(self.table)

    def concepts(self) -> Iterator[Entry]:
        return (entry for stage in self.stages() for module in stage.modules for entry in module.entries)


class Match(NamedTuple):
    """A topic that a goal is about, by the name that it has there."""

    topic: Topic
    name: Pair
    place: int


@lru_cache(maxsize=64)
def _stages(table: str) -> tuple[StageTable, ...]:
    stages: list[tuple[Pair, list[tuple[Pair, list[Entry]]]]] = []
    for line in filter(None, map(str.strip, table.splitlines())):
        mark, _, rest = line.partition(" ")
        en, zh, *terms = (part.strip() for part in rest.split("|"))
        name = Pair(en, zh)
        if mark == "=":
            stages.append((name, []))
        elif mark == "==":
            stages[-1][1].append((name, []))
        else:
            keys = [tuple(term.strip() for term in column.split(",")) for column in terms] or [()]
            chinese = keys[1] if len(keys) > 1 else tuple(CHINESE_TERMS.get(key, key) for key in keys[0])
            stages[-1][1][-1][1].append(Entry(name, _MARKS[mark[-1]], mark[0] == "+", keys[0], chinese))
    return tuple(
        StageTable(stage, tuple(ModuleTable(module, tuple(entries)) for module, entries in modules))
        for stage, modules in stages
    )


def find_topics(goal: str, topics: tuple[Topic, ...]) -> tuple[Match, ...]:
    """The topics that a goal names, at most a tool and a field or two of one kind, in the order of learning."""
    found = sorted((match for topic in topics if (match := topic.named_in(goal))), key=lambda match: match.place)
    strong = [match for match in found if not match.topic.weak]
    tools = [match for match in strong if match.topic.kind == "tool"]
    fields = [match for match in strong if match.topic.kind == "field"]
    if tools and fields:
        return tools[0], fields[0]
    return tuple((tools or fields or found)[:2]) if strong else tuple(found[:1])


def terms_of(name: str, language: str) -> list[str]:
    """Key terms for a concept that has none: the words of its name that carry meaning."""
    return _chinese_terms(name) if language == "zh" else _english_terms(name)


_STOP: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "the",
        "of",
        "in",
        "on",
        "for",
        "to",
        "with",
        "from",
        "by",
        "as",
        "at",
        "or",
        "your",
        "own",
        "its",
        "their",
        "it",
        "is",
        "what",
        "why",
        "how",
        "when",
        "first",
        "more",
        "into",
        "up",
        "out",
        "people",
        "learn",
        "good",
        "between",
        "about",
        "that",
        "this",
        "not",
        "two",
        "one",
        "three",
        "using",
        "getting",
        "know",
        "you",
        "everyday",
    ]
)
_WORDS = re.compile(r"[^\W_][\w+#.'/-]*")
_SPLIT_ZH = re.compile(r"[\s、：:，（）()]+|与|和|及|的")


def _english_terms(name: str) -> list[str]:
    chunks: list[str] = []
    for part in re.split(r"[,:;()]|\band\b", name):
        words = [word for word in _WORDS.findall(part) if word.casefold() not in _STOP]
        if words:
            chunks.append(" ".join(words[-3:]))
    return [chunk for chunk in dict.fromkeys(chunks) if len(chunk) > 1][:4]


def _chinese_terms(name: str) -> list[str]:
    return [part for part in dict.fromkeys(_SPLIT_ZH.split(name)) if len(part) > 1][:4]
