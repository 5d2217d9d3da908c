"""Rules about phrases: chat with the reader, refusals, placeholders, lessons that do not exist, control characters."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from domain.checks.expected import Expected
from domain.checks.findings import Finding, broken, doubt, hint
from domain.checks.prose.markdown import plain_prose
from domain.checks.prose.needles import first_of
from domain.checks.prose.phrases import (
    FAREWELL,
    FILLER,
    GREETING,
    LESSON,
    MACHINE,
    PLACEHOLDER,
    QUOTED,
    REFUSAL,
    TEMPLATE,
)

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ENDS: Final = 400
"""Characters at each end of a text in which an author may talk to the person who asked."""
_CODE: Final = re.compile(r"`[^`\n]+`")
_NUMBERS: Final = {
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}
_HAN_NUMBERS: Final = {sign: number for number, sign in enumerate("一二三四五六七八九", start=1)}


Place = Callable[[str], str | None]
"""Returns the part of a content that has these words."""


def _nowhere(_: str) -> None:
    """The place of words in a content whose parts are not told apart."""


def check_characters(text: str, place: Place = _nowhere) -> Iterator[Finding]:
    """Yield a finding for control characters, which are the rest of a formula or of an escape."""
    if match := _CONTROL.search(text):
        around = plain_sample(text, match.start())
        yield broken(
            "text.control_characters",
            f"There is a control character (U+{ord(match[0]):04X}) near “{around}”. "
            "In JSON a backslash of a formula is written twice.",
            place(match[0]),
        )


def check_phrases(text: str, expected: Expected, place: Place = _nowhere) -> Iterator[Finding]:
    """Yield findings about the phrases in a text, without its code blocks."""
    prose = plain_prose(text).strip()
    if REFUSAL.match(prose):
        yield broken("text.refusal", f"It begins with a refusal: “{prose[:60]}”. Write what was asked for.")
    own = QUOTED.sub(" ", prose)
    for phrase in (GREETING.match(prose.lstrip("#*_> \n")), FAREWELL.search(own[-_ENDS:]), first_of(MACHINE, own)):
        if phrase and not _given(phrase[0], expected.given):
            message = f"It talks to whoever asked for it: “{_line(phrase[0])}”. Write for the learner only."
            yield doubt("text.chat", message, place(phrase[0]))
            break
    placeholder = first_of(PLACEHOLDER, TEMPLATE.sub("", _CODE.sub(" ", text)))
    if placeholder and not _given(placeholder[0], expected.given):
        message = f"There is placeholder text: “{_line(placeholder[0])}”. Write what belongs there."
        yield doubt("text.placeholder", message, place(placeholder[0].strip()))
    if FILLER.search(prose):
        yield hint("text.filler", "There is “lorem ipsum”, which may be filler text.")


def check_lessons(text: str, expected: Expected, place: Place = _nowhere) -> Iterator[Finding]:
    """Yield a finding for a numbered lesson that the roadmap does not have."""
    if not expected.others:
        return
    count = len(expected.others) + 1
    prose = plain_prose(text)
    lowered = prose.lower()
    for match in chain.from_iterable(lesson.found_in(prose, lowered) for lesson in LESSON):
        number = _number(next(group for group in match.groups() if group))
        if not 1 <= number <= count and not _given(match[0], expected.given):
            message = f"It names “{_line(match[0])}”; the roadmap has no lesson of that number."
            yield doubt("text.lessons", message, place(match[0]))
            return


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    if "十" in word:
        tens, ones = word.split("十", 1)
        return 10 * _HAN_NUMBERS.get(tens, 1) + _HAN_NUMBERS.get(ones, 0)
    return _NUMBERS.get(word.lower(), _HAN_NUMBERS.get(word, 1))


def plain_sample(text: str, position: int) -> str:
    """Return the visible characters around a position."""
    around = text[max(0, position - 20) : position + 20]
    return " ".join("".join(char if char.isprintable() else " " for char in around).split())


def _line(phrase: str) -> str:
    return " ".join(phrase.split())[:80]


def _given(phrase: str, given: str) -> bool:
    return bool(given) and _folded(phrase) in _folded(given)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\\", "").split())
