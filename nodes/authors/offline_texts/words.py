"""A goal's own words: made harmless, and read for what is to be learnt."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, TypeVar
from zlib import crc32

_JOINERS: Final = "\u200c\u200d"  # written in Persian and inside emoji
_ADDRESS = re.compile(r"https?://\S+")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,200}>")
_MARKUP = re.compile(r"[<>`*_\[\]{}|\\~^$=]|--+|\(\)")
_ESCAPED = re.compile(r"([\\`*_\[\]<>|])")
_EDGE: Final = " \t'\"“”‘’«».,;:!?-–—/&()（）。，、；：！？《》「」"

_LEAD_IN = re.compile(
    r"(?:please|hi|hello|i(?:'d| would| really)? (?:want|like|love|need|wish|hope|plan|am trying)(?: to)?"
    r"|help me(?: to)?"
    r"|teach me|show me|let me|how (?:do|can|should) i|how to|my goal is(?: to)?|be able to"
    r"|learn(?:ing)?|study(?:ing)?|understand(?:ing)?|master(?:ing)?|become|becoming|be|get(?:ting)?"
    r" (?:into|started with|better at|good at)|improve|improving|start(?:ing)?|practi[cs]e|practi[cs]ing"
    r"|prepare for|pass"
    r"|know|explore|begin|quiero|aprender(?: a)?|apprendre(?: à)?|je (?:veux|voudrais)|imparare(?: a)?|voglio|quero"
    r"|ich (?:möchte|will)|أريد أن|أتعلم|تعلم|я хочу|хочу|научиться|изучать|изучить|выучить"
    r"|about|to|a|an|the|my|some|in|at|with|everything|more|basics of|fundamentals of)\s+",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"[.!?;:](?:\s|$)|,\s|\s(?:so that|so i|because|in order to|within"
    r"|from scratch|as a hobby|for my|while|by next|to work"
    r"|to get|to be able|\d+ ?(?:h|hours?)\b|in \d+ (?:days?|weeks?|months?|years?))",
    re.IGNORECASE,
)
_LEAD_IN_ZH = re.compile(
    r"(?:请|帮我|帮助我|教我|我|想要|想|希望|需要|打算|计划|准备|如何|怎么|怎样|能够|系统地?|快速|从零开始|从零|零基础|[利在]?用?业余时间|开始|学会|学习"
    r"|学好|学(?!术|校|院|生)|掌握|了解|理解|熟悉|成为|精通|入门|提高|提升|当(?=一)|做(?=一)|一名|一个|一位|一下|关于|弹(?=[钢吉])|说(?=.语)|\s)+"
)
_TAIL = re.compile(r"\s+lernen$|を(?:学び|勉強し|習い)たい.*$|を(?:学ぶ|習う)$|(?:을|를) 배우고 싶.*$")
_CUT_ZH = re.compile(r"[，。；！？,;!?]|以便|为了|因为")
_ROLE = re.compile(r"\b(?:become|becoming|be|being|as)\b", re.IGNORECASE)
_ROLES: Final = {
    "engineer": "engineering", "developer": "development", "designer": "design", "analyst": "analysis",
    "scientist": "science", "programmer": "programming", "administrator": "administration", "manager": "management",
    "writer": "writing", "photographer": "photography", "teacher": "teaching", "translator": "translation",
    "pianist": "piano", "guitarist": "guitar", "chef": "cooking", "cook": "cooking", "architect": "architecture",
    "marketer": "marketing", "researcher": "research", "baker": "baking", "painter": "painting",
    "carpenter": "carpentry", "gardener": "gardening", "nurse": "nursing", "lawyer": "law", "doctor": "medicine",
    "pilot": "flying", "singer": "singing", "dancer": "dancing", "electrician": "electrical work",
}  # fmt: skip
_ROLE_WORD = re.compile(rf"\b({'|'.join(_ROLES)})s?\b", re.IGNORECASE)
_PERSON = re.compile(r"(?:er|or|ist|ian|ant)$", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:,|&|\+| and | or |、|和|与|及)\s*")
_HAN = re.compile(r"[\u3400-\u9fff]")

T = TypeVar("T")


def plain(text: str, limit: int = 0) -> str:
    """`text` on one line, without control characters; cut at `limit` characters, at a word where one ends nearby."""
    if not text.isprintable():
        text = "".join(
            char
            if char in _JOINERS or (category := unicodedata.category(char))[0] not in "CZ"
            else " " * (category != "Cf")
            for char in text
        )
    text = " ".join(text.split())
    if limit and len(text) > limit:
        head = text[: limit - 1]
        space = head.rfind(" ", limit * 2 // 3)
        text = (head[:space] if space > 0 else head).rstrip(_EDGE) + "…"
    return text


def markdown(text: str) -> str:
    """`text` as words in Markdown, whatever signs it holds."""
    return _ESCAPED.sub(r"\\\1", plain(text))


def harmless(goal: str) -> str:
    """A goal without markup, addresses and signs that mean something to a renderer."""
    return plain(_MARKUP.sub(" ", _TAG.sub(" ", _ADDRESS.sub(" ", plain(goal)))))


def has_letters(text: str) -> bool:
    return any(char.isalnum() for char in text)


def subject_of(goal: str, work_as: str = "{s}", limit: int = 44) -> str:
    """What a goal is about, in its own words ("become a baker, part-time": baking); empty where it holds no letter."""
    text = harmless(goal).strip(_EDGE)
    han = _HAN.search(text) is not None
    core = next((part for part in (_CUT_ZH if han else _CUT).split(text) if has_letters(part)), "").strip(_EDGE)
    rest = core
    while lead := (_LEAD_IN_ZH if han else _LEAD_IN).match(rest):
        rest = rest[lead.end() :].strip(_EDGE)
    rest = _TAIL.sub("", rest)
    core = rest if has_letters(rest) else core
    if not han and _ROLE.search(goal) and len(core.split()) <= 5:
        work = _ROLE_WORD.sub(lambda word: _ROLES[word[1].lower()], core)
        article = "an" if core[:1].lower() in "aeiou" else "a"
        core = work if work != core or not _PERSON.search(core) else work_as.format(s=f"{article} {core}")
    return plain(core, limit) if has_letters(core) else ""


def parts_of(subject: str) -> list[str]:
    """The things that a subject names side by side; empty where it names one."""
    parts = [part.strip(_EDGE) for part in _PARTS.split(subject)]
    parts = list(dict.fromkeys(part for part in parts if len(part) > 1 and has_letters(part)))
    return parts[:3] if len(parts) > 1 else []


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def seed_of(*texts: str) -> int:
    """A number that stands for these texts: variants are chosen by it."""
    return crc32("\x1f".join(texts).encode("utf-8", "replace"))


def pick(pool: Sequence[T], seed: int) -> T:
    return pool[seed % len(pool)]


def pick_some(pool: Sequence[T], count: int, seed: int) -> list[T]:
    """`count` of the pool (all where it is smaller): neighbours in its circle, from a place that the seed names."""
    size = len(pool)
    return [pool[(seed + number) % size] for number in range(min(count, size))]
