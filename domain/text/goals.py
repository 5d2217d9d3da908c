"""Which words of a goal say what is to be learned; backgrounds, negations, spans and purposes do not.

The words of each language stand in goals.toml. What is read is little and never completed: a caller gets words of the
goal, or the goal itself.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from domain.pace.goal_pace import without_times

MAX_TITLE_CHARS: Final = 80
_JOINERS: Final = "\u200c\u200d"  # written in Persian and inside emoji
_EDGE: Final = " \t'\"“”‘’«».,;:!?¡¿-–—/&()（）。，、；：！？《》「」"
_MARKUP: Final = r"https?://\S+|</?[A-Za-z!][^<>]{0,200}>|[<>`*_\[\]{}|\\~^$=]|--+|\(\)"
_CHINESE: Final = r"[^\u3040-\u30ff\uac00-\ud7af]*[\u3400-\u9fff][^\u3040-\u30ff\uac00-\ud7af]*"
_DANGLING: Final = re.compile(r"(?<!\w)(?:the|an?|of|last|first|der|die|das|les|los)$", re.IGNORECASE)
"""Ends no subject: what was cut off belongs to it ("win the 24 hours of Le Mans")."""
_GOES_ON: Final = r"(?i)(?:the|an?|das|die|der|le|la|el|il|o)\s|.*\s(?:and|or|y|et|und|e|и)\s"
"""A list's last part, or an apposition ("Go, the board game")."""


class Goal(NamedTuple):
    """What a goal is about, in its own words."""

    verb: str
    """The words of learning or wishing before it."""
    clause: str
    """All that follows them."""
    subject: str
    """The same without spans, purposes and backgrounds; empty where the goal has no letter."""


def plain(text: str, limit: int = 0) -> str:
    """`text` on one line, without control characters; cut at `limit` characters, at a word where one ends nearby."""
    if not text.isprintable():
        kinds = ((char, "" if char in _JOINERS else unicodedata.category(char)) for char in text)
        text = "".join(" " * (kind != "Cf") if kind[:1] in {"C", "Z"} else char for char, kind in kinds)
    text = " ".join(text.split())
    if limit and len(text) > limit:
        head = text[: limit - 1]
        space = head.rfind(" ", limit * 2 // 3)
        text = (head[:space] if space > 0 else head).rstrip(_EDGE) + "…"
    return text


@lru_cache(maxsize=256)
def read_goal(goal: str) -> Goal:
    """The clause of a goal that says what is to be learned."""
    text = plain(re.sub(_MARKUP, " ", plain(goal)))
    if not _has_letters(text):
        return Goal("", "", "")
    text = without_times(text)
    verb, clause, said = (_clause_zh if re.fullmatch(_CHINESE, text) else _clause)(text)
    if _pattern("learn").fullmatch(said) or _pattern("learn_after").fullmatch(
        said
    ):  # "I can't cook but I want to learn"
        verb, clause, said = "", text, text
    return Goal(verb, clause, plain(said[:1].upper() + said[1:], MAX_TITLE_CHARS))


def _has_letters(text: str) -> bool:
    return any(map(str.isalnum, text))


def _clause(text: str) -> tuple[str, str, str]:
    clauses = [part for part in (part.strip(_EDGE) for part in _splitter().split(text)) if _has_letters(part)]
    ranked = []
    for place, clause in enumerate(clauses):
        rank = 3 + bool(_start("background").match(clause))
        start, rank, verb, rest = _object(clause) or (len(clause), rank, "", clause)
        if not _pattern("negation").search(clause[:start]):
            ranked.append((4 if _pattern("already").search(clause) else rank, place, verb, rest))
    _, place, verb, rest = min(ranked, default=(9, len(clauses) - 1, "", clauses[-1]))
    verb, rest = _without_leads(verb, rest)
    tail = clauses[place + 1] if place + 1 < len(clauses) else ""
    said, tail = _cut(rest), _cut(tail) if tail and not _object(tail) else ""
    return verb, rest, f"{said}, {tail}" if re.match(_GOES_ON, tail) and len(tail.split()) <= 4 else said


def _object(clause: str) -> tuple[int, int, str, str] | None:
    """Where the words of learning begin, their rank (learning before wishing), they themselves, and their object."""
    for hit in (re.search("|".join(_words()["learn_after_cjk"]), clause), _pattern("learn_after").search(clause)):
        if hit and _has_letters(before := clause[: hit.start()].strip()):
            wish = _start("wish").match(before)
            return hit.start(), 1, "", re.sub(_words()["lead_cjk"], "", before[wish.end() if wish else 0 :])
    learn, wish = _pattern("learn").search(clause), _pattern("wish").search(clause)
    hit = min((one for one in (learn, wish) if one), key=lambda one: one.start(), default=None)
    if hit is None or not _has_letters(clause[hit.end() :]):
        return None
    before = clause[: hit.start()]
    if len(before.split()) > 2 and not (_start("background").match(before) or _start("wish").match(before)):
        return None  # "go to the gym and become stronger"
    return hit.start(), 1 if learn else 2, hit[0], clause[hit.end() :]


def _without_leads(verb: str, rest: str) -> tuple[str, str]:
    rest = re.sub(r"^[ld][’']", "", rest.strip(_EDGE), flags=re.IGNORECASE)
    leads = [_start(name) for name in ("wish", "learn", "lead")]
    while (lead := next(filter(None, (one.match(rest) for one in leads)), None)) and _has_letters(rest[lead.end() :]):
        verb, rest = f"{verb} {lead[0]}".strip(), rest[lead.end() :].strip(_EDGE)
    return verb, rest


def _cut(text: str) -> str:
    parts = (part.strip(_EDGE) for part in _pattern("cut").split(text))
    said = next(filter(_has_letters, parts), text)
    return text if _DANGLING.search(said) else said


def _clause_zh(text: str) -> tuple[str, str, str]:
    words = _words()
    clauses = [part for part in re.split(words["split_zh"], text) if _has_letters(part)] or [text]
    told = [part for part in clauses if not re.search(words["negation_zh"], part)] or clauses[-1:]
    own = [part for part in told if not re.search(words["background_zh"], part)] or told
    clause = next((part for part in own if re.search(words["learn_zh"], part)), own[0]).strip(_EDGE)
    rest = re.sub(f"^(?:{words['lead_zh']})+", "", clause).strip(_EDGE) or clause
    return clause.removesuffix(rest), clause, re.sub(f"(?:{words['tail_zh']})$", "", rest).strip(_EDGE) or rest


@cache
def _words() -> dict[str, Any]:
    import tomllib  # slow to load, and only needed once a goal is read

    return tomllib.loads((Path(__file__).parent / "goals.toml").read_text("utf-8"))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(_words()[name])})(?!\w)", re.IGNORECASE)


@cache
def _start(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(_words()[name])})(?!\w)\s*", re.IGNORECASE)


@cache
def _splitter() -> re.Pattern[str]:
    connectors = "|".join(_words()["connectors"])
    return re.compile(rf"[.!?;:,](?:\s|$)|[,，、。！？؟،()\n]|\s[-–—]+\s|{connectors}", re.IGNORECASE)
