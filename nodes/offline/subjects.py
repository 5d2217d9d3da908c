"""The curricula, read from plain text files (see data/README.md)."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, cast, get_args

from domain.framework import Difficulty

TermType = Literal["know", "make", "do", "avoid"]
DATA: Final = Path(__file__).parent / "data"
ANY, EXAM = "any", "exam"
"""Keys of the plans for goals without a curriculum."""


class Pair(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Entry(NamedTuple):
    """A concept of a curriculum."""

    name: Pair
    difficulty: Difficulty
    extra: bool
    terms: list[tuple[TermType, Pair]]


class Group(NamedTuple):
    """A stage of modules, or a module of concepts."""

    name: Pair
    parts: list[Any]


class OfflineSubject:
    """A curriculum. `names`: names, each with the words of goals for it. `sources`: kind, title, address."""

    def __init__(self, key: str) -> None:
        self.key, self.kind, self.practice, self.weak = key, "field", "general", ""
        self.names: list[tuple[Pair, list[str]]] = []
        self.beside: set[str] = set()
        self.sources: list[tuple[str, Pair, Pair]] = []
        self.stages: list[Group] = []

    def entries(self) -> Iterator[Entry]:
        return (entry for stage in self.stages for module in stage.parts for entry in module.parts)


def parse(key: str, text: str) -> OfflineSubject:
    """Parse a subject file. Raises ValueError that names the file and the line."""
    subject = OfflineSubject(key)
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        try:
            if line and not line.startswith("#"):
                _read(subject, line)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{key}.txt, line {number}: {error}: {line[:60]!r}") from None
    if not subject.names or len(subject.stages) != 4:
        raise ValueError(f"{key}.txt: needs a line `named:` and four stages")
    return subject


def _read(subject: OfflineSubject, line: str) -> None:
    mark, _, rest = line.partition(" ") if line[0] == "=" else line.partition(":")
    word, columns = mark.removeprefix("more "), [column.strip() for column in rest.split("|")]
    if mark == "==":
        subject.stages.append(Group(_pair(columns), []))
    elif mark == "=":
        subject.stages[-1].parts.append(Group(_pair(columns), []))
    elif word in get_args(Difficulty):
        entry = Entry(_pair(columns), cast(Difficulty, word), word != mark, [])
        subject.stages[-1].parts[-1].parts.append(entry)
    elif word in get_args(TermType):
        terms = zip(*(map(str.strip, column.split(",")) for column in _pair(columns)), strict=True)
        subject.stages[-1].parts[-1].parts[-1].terms.extend((word, _pair(list(term))) for term in terms)
    elif mark == "named":
        subject.names.append((_pair(columns[:2]), [word.strip() for word in columns[2].split(",")]))
    elif mark == "source":
        subject.sources.append((columns[0], _pair(columns[1:3]), Pair(columns[3], columns[-1])))
    elif mark == "with":
        subject.beside |= {word.strip().lower() for word in rest.split(",")}
    elif mark in {"kind", "practice", "weak"}:
        setattr(subject, mark, rest.strip())
    else:
        raise ValueError("not a line of a subject file")


def _pair(columns: list[str]) -> Pair:
    if len(columns) != 2 or not all(columns):
        raise ValueError("needs English and Chinese, separated by |")
    return Pair(*columns)


@cache
def subjects() -> tuple[OfflineSubject, ...]:
    paths = sorted((DATA / "subjects").iterdir())
    return tuple(parse(path.stem, path.read_text("utf-8")) for path in paths)


@cache
def types_of(subject: OfflineSubject, language: str) -> dict[str, TermType]:
    """Return every term of a subject with its type."""
    return {term.of(language): kind for entry in subject.entries() for kind, term in entry.terms}


@cache
def neutral(key: str) -> OfflineSubject:
    return parse(key, (DATA / "neutral" / f"{key}.txt").read_text("utf-8"))


@cache
def toml(name: str) -> dict[str, Any]:
    import tomllib  # slow to load

    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


def language_of(code: str) -> Literal["en", "zh"]:
    """Return the language, of the two, for a requested language code."""
    return "zh" if code.partition("-")[0] == "zh" else "en"


def phrases(language: str) -> dict[str, Any]:
    return toml(f"phrases.{language_of(language)}")


def joined(items: Sequence[str], language: str) -> str:
    words = phrases(language)
    return str(words["last"].join([words["comma"].join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items))


def listed(terms: Sequence[tuple[TermType, str]], language: str) -> str:
    """Return terms as a list in words, with those to avoid marked."""
    good, bad = ([term for kind, term in terms if (kind == "avoid") == wrong] for wrong in (False, True))
    avoided = [phrases(language)["avoiding"].format(a=joined(bad, language))] if bad else []
    return str(phrases(language)["semicolon"].join([*([joined(good, language)] if good else []), *avoided]))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@cache
def avoided() -> frozenset[str]:
    """Return the terms that some curriculum lists under `avoid`."""
    every = [entry for one in (*subjects(), neutral(ANY), neutral(EXAM)) for entry in one.entries()]
    return frozenset(text.casefold() for one in every for kind, pair in one.terms if kind == "avoid" for text in pair)
