"""Extraction of the subject of a goal, without backgrounds, negations, spans and purposes.

goals.toml has the words of each language. The result consists of words of the goal only; if in doubt, it is the whole
goal.
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
"""An incomplete end: the words that were cut off belong to the subject ("win the 24 hours of Le Mans")."""
_GOES_ON: Final = r"(?i)(?:the|an?|das|die|der|le|la|el|il|o)\s|.*\s(?:and|or|y|et|und|e|и)\s"
"""The last part of a list, or an apposition ("Go, the board game")."""


class Goal(NamedTuple):
    """The parts of a goal, in its own words."""

    verb: str
    """The words of learning or wishing before it."""
    clause: str
    """All words after the verb."""
    subject: str
    """The clause without spans, purposes and backgrounds; empty if the goal has no letters."""


def plain(text: str, limit: int = 0) -> str:
    """Return `text` in one line without control characters, cut to `limit` characters, if possible between words."""
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
    """Return the clause of a goal that names the subject."""
    text = plain(re.sub(_MARKUP, " ", plain(goal)))
    if not _has_letters(text):
        return Goal("", "", "")
    text = without_times(text)
    verb, clause, subject = (_clause_zh if re.fullmatch(_CHINESE, text) else _clause)(text)
    if _pattern("learn").fullmatch(subject) or _pattern("learn_after").fullmatch(subject):
        verb, clause, subject = "", text, text  # "I can't cook but I want to learn"
    return Goal(verb, clause, plain(subject[:1].upper() + subject[1:], MAX_TITLE_CHARS))


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
    subject, tail = _cut(rest), _cut(tail) if tail and not _object(tail) else ""
    return verb, rest, f"{subject}, {tail}" if re.match(_GOES_ON, tail) and len(tail.split()) <= 4 else subject


def _object(clause: str) -> tuple[int, int, str, str] | None:
    """Return the start of the words of learning, their rank (learning before wishing), the words, and their object."""
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
    subject = next(filter(_has_letters, parts), text)
    return text if _DANGLING.search(subject) else subject


def _clause_zh(text: str) -> tuple[str, str, str]:
    words = _words()
    clauses = [part for part in re.split(words["split_zh"], text) if _has_letters(part)] or [text]
    positive = [part for part in clauses if not re.search(words["negation_zh"], part)] or clauses[-1:]
    own = [part for part in positive if not re.search(words["background_zh"], part)] or positive
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
