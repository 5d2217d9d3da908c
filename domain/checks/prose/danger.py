"""Advice that can hurt people or destroy data, as a list of patterns.

The list finds known sentences in English only, and says nothing about the rest: it is no review by an expert.
A sentence that warns (never, do not, don't, avoid, instead of) is not objected to.
"""

import re
from collections.abc import Iterator
from typing import Final

from domain.checks.findings import Finding, doubt

_PATTERNS: Final = (
    (r"\brm\s+-(?:rf|fr|r\s+-f)\s+(?:--no-preserve-root\s+)?/(?:[\s*`;]|$)", "it deletes the whole disk"),
    (r"\bchmod\s+-R\s+777\s+/(?:[\s`;]|$)", "it opens the whole disk to everybody"),
    (r"\b(?:mix|combine|add)\w*\b[^.\n]{0,40}\bbleach\b[^.\n]{0,40}\b(?:ammonia|vinegar|acid)", "the gas is poisonous"),
    (r"\b(?:mix|combine|add)\w*\b[^.\n]{0,40}\b(?:ammonia|vinegar)\b[^.\n]{0,40}\bbleach", "the gas is poisonous"),
    (r"\b(?:stop|quit|double|skip)\b[^.\n]{0,30}\b(?:medication|medicine|insulin|antidepressants?|dose)\b[^.\n]{0,60}"
     r"\b(?:on your own|yourself|without (?:asking|telling|consulting)|no need to)", "medicine needs a doctor"),
    (r"\bno need to (?:see|ask|consult|call) (?:a|your) doctor\b", "medicine needs a doctor"),
    (r"\b(?:leave|keep|store)\b[^.\n]{0,40}\b(?:chicken|meat|fish|rice|eggs?)\b[^.\n]{0,40}\broom temperature\b"
     r"[^.\n]{0,30}?\b(?:overnight|all day|for (?:a|two|several) days?|for (?:[5-9]|\d{2}) hours)", "food spoils"),
    (r"\b(?:work|repair|replace)\w*\b[^.\n]{0,50}\b(?:while|with) "
     r"(?:it|the (?:power|mains|circuit)) (?:is )?(?:still )?(?:live|on|plugged)", "live wires kill"),
    (r"\b(?:run|train|keep going|push)\w*\b[^.\n]{0,20}\bthrough\b[^.\n]{0,20}\b(?:chest pain|sharp pain|dizziness)",
     "it is a sign to stop"),
    (r"\b(?:disable|turn off|skip)\b[^.\n]{0,20}\b(?:certificate|ssl|tls)\b[^.\n]{0,20}"
     r"\b(?:verification|validation|checks?)\b[^.\n]{0,40}\bproduction", "it opens the connection to attackers"),
    (r"\b(?:you (?:can|may|should)|it is (?:fine|safe|ok) to)\b[^.\n]{0,20}\b(?:concatenate|paste|put)\b[^.\n]{0,30}"
     r"\buser input\b[^.\n]{0,30}\b(?:sql|query)", "it allows SQL injection"),
    (r"\bthrow\w*\b[^.\n]{0,20}\bwater\b[^.\n]{0,30}\b(?:oil|grease|fat)\b[^.\n]{0,12}\bfire", "the fire explodes"),
)  # fmt: skip
_DANGERS: Final = tuple((re.compile(pattern, re.IGNORECASE | re.MULTILINE), why) for pattern, why in _PATTERNS)
_WARNS: Final = re.compile(
    r"\b(?:never|not|don['’]t|can['’]t|cannot|avoid|instead of|unlike|danger\w*|warn\w*"
    r"|mistake|wrong|attack\w*|bad|toxic|poison\w*"
    r"|lethal|deadly|fatal|kills?|killed|hazard\w*|harm\w*|unsafe|forbid\w*|prohibited|myth|risk\w*|stop and)\b",
    re.IGNORECASE,
)
_CORRECTS: Final = re.compile(
    r"^\W*(?:never|do not|don['’]t|avoid|no\b)|\b(?:never|dangerous|danger|mistake|wrong|poison\w*|kills?)\b",
    re.IGNORECASE,
)
"""In the sentence after the advice, where a mere “not” may be about something else."""
_ITEM: Final = re.compile(r"\s*(?:[-*+>|]|\d+[.)])\s")
_HEADING: Final = re.compile(r"^#+ .*", re.MULTILINE)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")


def check_danger(text: str) -> Iterator[Finding]:
    for pattern, why in _DANGERS:
        for match in pattern.finditer(text):
            if not _WARNS.search("\n".join(_around(text, match))) and not _CORRECTS.search(_next_sentence(text, match)):
                advice = " ".join(match[0].split())[:80]
                yield doubt("text.danger", f"It gives dangerous advice: “{advice}” ({why}). Correct it, or warn of it.")
                return


def _around(text: str, match: re.Match[str]) -> Iterator[str]:
    """Yield the text in which an advice may be warned of.

    It is its sentence with the one before it in its paragraph, what leads in to the list, and the heading.
    """
    *earlier, before = text[: match.start()].split("\n\n")
    after = text[match.start() :].split("\n\n", 1)[0]
    yield from _SENTENCE_END.split(before)[-2:]
    yield _SENTENCE_END.split(after)[0]
    if _ITEM.match(before[before.rfind("\n") + 1 :] or match[0]):
        yield before
        yield next((paragraph for paragraph in reversed(earlier) if not _ITEM.match(paragraph)), "")
    if headings := _HEADING.findall(text, 0, match.start()):
        yield headings[-1]


def _next_sentence(text: str, match: re.Match[str]) -> str:
    sentences = _SENTENCE_END.split(text[match.start() :].split("\n\n", 1)[0])
    return sentences[1] if len(sentences) > 1 else ""
