"""Take the reasoning out of what a model sent."""

import re
from collections.abc import Iterator
from typing import Final

_NAMES: Final = (
    r"(?:[\w-]{1,20}:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad|analysis|inner_monologue"
    r"|internal_thoughts?|chain_of_thought)"
)
_OPENING: Final = re.compile(rf"<{_NAMES}(?:\s[^<>]{{0,200}})?>|\[THINK\]|◁think▷", re.IGNORECASE)
_CLOSING: Final = re.compile(rf"</{_NAMES}\s*>|\[/THINK\]|◁/think▷", re.IGNORECASE)
_FINAL: Final = re.compile(r"<\|channel\|>\s*final\s*(?:<\|constrain\|>\s*\w+\s*)?<\|message\|>", re.IGNORECASE)
_MARK: Final = re.compile(r"<\|(?:end|return|call|start|im_end|eot_id)\|>")
_FENCE: Final = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_LINE: Final = re.compile(rf"^[ \t]*(?:(?P<fence>```|~~~)|(?:{_OPENING.pattern}))", re.MULTILINE | re.IGNORECASE)
_BLANK_LINES: Final = re.compile(r"[ \t\r\n]*(?:\n|(?<=\n))|")


def visible_parts(text: str) -> Iterator[str]:
    """Yield the parts of a text that may hold the answer: what follows the reasoning first, everything last."""
    finals = list(_FINAL.finditer(text))
    if finals:
        yield _MARK.split(text[finals[-1].end() :], maxsplit=1)[0]
    closings = list(_CLOSING.finditer(text))
    if closings:
        yield text[closings[-1].end() :]
        yield _without_pairs(text)
    elif (opening := _OPENING.search(text)) is not None:
        yield text[: opening.start()]
    yield text


def _without_pairs(text: str) -> str:
    """Return a text without what stands between an opening and its closing tag."""
    parts: list[str] = []
    position = 0
    while (opening := _OPENING.search(text, position)) is not None:
        closing = _CLOSING.search(text, opening.end())
        if closing is None:
            break
        parts.append(text[position : opening.start()])
        position = closing.end()
    return "".join([*parts, text[position:]])


def without_reasoning(text: str) -> str:
    """Return the text of a field without reasoning that begins a line outside of code, in tags of its own.

    A text about reasoning models may name the tags: in a code block, in a code span, inside a line.
    """
    text = _after_lone_closing(text)
    parts: list[str] = []
    position = kept = 0
    in_code = False
    while (mark := _LINE.search(text, position)) is not None:
        position = mark.end()
        if mark["fence"]:
            in_code = not in_code
        elif not in_code:
            closing = _CLOSING.search(text, position)
            if closing is None:
                break
            parts.append(text[kept : mark.start()])
            position = kept = _after_pairs(text, closing.end())
    return "".join([*parts, text[kept:]]) if parts else text


def _after_pairs(text: str, position: int) -> int:
    """Return where the text goes on after reasoning, further reasoning that follows at once included."""
    while True:
        start = _BLANK_LINES.match(text, position).end()  # type: ignore[union-attr]  # matches nothing, too
        opening = _OPENING.match(text, start)
        closing = _CLOSING.search(text, opening.end()) if opening else None
        if closing is None:
            return start
        position = closing.end()


def _after_lone_closing(text: str) -> str:
    """Return what follows a closing tag on a line of its own that no opening tag precedes."""
    closing = _CLOSING.search(text)
    if closing is None or _OPENING.search(text, 0, closing.start()) is not None:
        return text
    line = text[: closing.start()].rpartition("\n")[2] + text[closing.end() :].partition("\n")[0]
    if line.strip() or len(_FENCE.findall(text, 0, closing.start())) % 2:
        return text
    return text[_BLANK_LINES.match(text, closing.end()).end() :]  # type: ignore[union-attr]
