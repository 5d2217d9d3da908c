"""Apply the mends of a critic exactly: the quoted passage is replaced, and every other byte stays.

A quote that does not stand in the content is ignored with all that is said about it. One that stands there more than
once is not mended, since its place is not certain. Of two mends that overlap the graver one is applied. A mend
is left out if headings, blocks of code or the findings of the checks would become other ones. A critical fault that is
not mended is a doubt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pydantic import BaseModel

from domain.checks.findings import Finding, doubt
from domain.checks.prose.markdown import heading_starts, outline
from domain.mending.critique import Remark
from domain.mending.passages import part_at, texts_of, with_texts
from domain.text.storable import UNSTORABLE

C = TypeVar("C", bound=BaseModel)

RULE: Final = "look.critic"
MAX_REMARKS: Final = 30
"""Faults of one content that are considered, the first ones."""
MAX_QUOTE_LENGTH: Final = 1_000
"""Characters of a passage that is mended: a longer one is no fault but a rewriting."""
MAX_MEND_LENGTH: Final = 2_000
_MAX_SHOWN: Final = 120
"""Characters of a quote in a doubt."""
_MAX_PROBLEM_LENGTH: Final = 400
_MAX_PLACES: Final = 20
"""Places of one quote that are looked up."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A passage that can be replaced."""

    remark: Remark
    index: int
    """Of the text that holds it."""
    start: int
    part: str | None
    """The id of the part of the content that it is in."""
    in_code: bool
    """Whether it changes a block of code."""

    @property
    def end(self) -> int:
        return self.start + len(self.remark.quote)

    def overlaps(self, other: "Mend") -> bool:
        return self.index == other.index and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Mended(Generic[C]):
    """A content after the mends that could be applied."""

    content: C
    applied: Sequence[Mend]
    doubts: Sequence[Finding]
    """The critical faults that it still has."""


def mended(
    content: C,
    remarks: Sequence[Remark],
    passes: Callable[[C], bool],
    allowed: Callable[[Mend], bool] = lambda _: True,
) -> Mended[C]:
    """Return the content with the mends that it passes its checks with. Blocks the thread for some checks.

    `passes`: whether a mended content is as sound as this one. `allowed`: whether a mend may be applied at all.
    """
    texts = texts_of(content)
    standing = [(remark, places) for remark in remarks[:MAX_REMARKS] if (places := _places(texts, remark.quote))]
    standing.sort(key=lambda one: one[0].severity != "critical")
    candidates: list[Mend] = []
    for remark, places in standing:
        mend = _mend(content, texts, remark, places)
        if mend is not None and allowed(mend) and not any(map(mend.overlaps, candidates)):
            candidates.append(mend)
    applied, result = candidates, _replaced(content, texts, candidates)
    if not _is_sound(texts, result, passes):
        applied, result = [], content
        for mend in candidates:
            tried = _replaced(content, texts, [*applied, mend])
            if _is_sound(texts, tried, passes):
                applied, result = [*applied, mend], tried
    done = [mend.remark for mend in applied]
    left = [(remark, places) for remark, places in standing if remark.severity == "critical" and remark not in done]
    return Mended(result, applied, list(dict.fromkeys(_doubt(content, remark, places) for remark, places in left)))


def _places(texts: Sequence[str], quote: str) -> list[tuple[int, int]]:
    """Return where a quote stands: indices of texts and of characters; nowhere for a blank one."""
    if not quote.strip():
        return []
    places: list[tuple[int, int]] = []
    for index, text in enumerate(texts):
        start = text.find(quote)
        while start >= 0 and len(places) < _MAX_PLACES:
            places.append((index, start))
            start = text.find(quote, start + 1)
    return places


def _mend(content: BaseModel, texts: Sequence[str], remark: Remark, places: Sequence[tuple[int, int]]) -> Mend | None:
    """Return the mend of a fault; None where it has none that is certain."""
    quote, new = remark.quote, remark.mend
    too_long = len(quote) > MAX_QUOTE_LENGTH or len(new) > MAX_MEND_LENGTH
    if len(places) != 1 or too_long or not new.strip() or new == quote or UNSTORABLE.search(new):
        return None
    index, start = places[0]
    before, after = texts[index], _spliced(texts[index], [(start, remark)])
    if _skeleton(before) != _skeleton(after):
        return None
    in_code = _code(before) != _code(after)
    return Mend(remark, index, start, part_at(content, index, start), in_code)


def _replaced(content: C, texts: Sequence[str], mends: Sequence[Mend]) -> C:
    if not mends:
        return content
    by_text = [[(mend.start, mend.remark) for mend in mends if mend.index == index] for index, _ in enumerate(texts)]
    new = [_spliced(text, of_text) for text, of_text in zip(texts, by_text, strict=True)]
    return with_texts(content, new)


def _is_sound(texts: Sequence[str], result: C, passes: Callable[[C], bool]) -> bool:
    return list(map(_skeleton, texts_of(result))) == list(map(_skeleton, texts)) and passes(result)


def _spliced(text: str, replaced: Sequence[tuple[int, Remark]]) -> str:
    """Return a text with the quotes at these places replaced; the places are those of the text as it is given."""
    pieces: list[str] = []
    position = 0
    for start, remark in sorted(replaced, key=lambda one: one[0]):
        pieces += [text[position:start], remark.mend]
        position = start + len(remark.quote)
    return "".join([*pieces, text[position:]])


def _skeleton(text: str) -> tuple[object, ...]:
    """Return what no mend changes: the number of headings and sections, and the fences."""
    lines = outline(text)
    fences = [(block.language, block.marks) for block in lines.blocks]
    return len(lines.headings), len(heading_starts(text)), fences, lines.open_fence


def _code(text: str) -> list[list[str]]:
    return [block.lines for block in outline(text).blocks]


def _doubt(content: BaseModel, remark: Remark, places: Sequence[tuple[int, int]]) -> Finding:
    """Return a fault as a doubt about its place, or about the whole content where it stands at several."""
    parts = {part_at(content, index, start) for index, start in places}
    shown = _cut(remark.quote, _MAX_SHOWN)
    problem = _cut(remark.problem, _MAX_PROBLEM_LENGTH) or "It is wrong."
    return doubt(RULE, f"A second reader objects to “{shown}”: {problem}", parts.pop() if len(parts) == 1 else None)


def _cut(text: str, longest: int) -> str:
    """Return a text in one line, without what cannot be stored."""
    line = " ".join(UNSTORABLE.sub("", text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
