"""Ways of asking a chat model, and which one follows where a server refuses a way or a model cannot use it.

Every step takes something away and none gives it back, so that each ladder ends. The words of a refusal choose only
which step comes first; an answer decides.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final


class Mode(StrEnum):
    """Ways to hold a model to a shape, the best first."""

    JSON_SCHEMA = "json_schema"
    FUNCTION_CALLING = "function_calling"
    WORDS = "words"


class LimitName(StrEnum):
    """Names of the token limit of an answer."""

    USUAL = "usual"
    """The name that the integration uses, such as `max_completion_tokens`."""
    MAX_TOKENS = "max_tokens"
    NONE = "none"
    """The limit is left out."""


@dataclass(frozen=True, slots=True)
class Approach:
    """How a model is asked."""

    mode: Mode = Mode.JSON_SCHEMA
    bounds: bool = True
    """Whether the schema limits lengths and numbers."""
    system: bool = True
    """Whether the instructions are a system message, else the beginning of the user message."""
    limit: LimitName = LimitName.USUAL
    shown: bool = False
    """Whether the prompt shows the schema although the model is held to it; in words it always does."""
    stream: bool = False
    strict: bool = False
    """Whether the provider is asked to hold the model to every word of the schema (`strict`)."""

    @property
    def shows_schema(self) -> bool:
        return self.shown or self.mode is Mode.WORDS

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, stored: object) -> "Approach | None":
        """Return a stored approach; None if another version of the program wrote one that is not understood."""
        if not isinstance(stored, Mapping):
            return None
        stored = {"strict": False, **stored}  # rows of older versions do not have it
        if stored.keys() != asdict(cls()).keys():
            return None
        flags = {name: stored[name] for name in ("bounds", "system", "shown", "stream", "strict")}
        if not all(isinstance(flag, bool) for flag in flags.values()):
            return None
        try:
            return cls(mode=Mode(stored["mode"]), limit=LimitName(stored["limit"]), **flags)
        except ValueError:
            return None


class Unusable(StrEnum):
    """Why an answer cannot be used."""

    EMPTY = "empty"
    """No text, or an object without a field: the way of asking itself fails."""
    UNFIT = "unfit"
    """Text or JSON that ignores the schema."""
    CUT_SHORT = "cut_short"
    """Cut off long before the token limit that was sent, which the server may know by its older name only."""


Step = Callable[[Approach], Approach | None]
"""Returns the next approach in one respect; None where nothing is left to take away."""


def _without_strict(approach: Approach) -> Approach | None:
    return replace(approach, strict=False) if approach.strict else None


def _without_bounds(approach: Approach) -> Approach | None:
    return replace(approach, bounds=False) if approach.bounds and approach.mode is not Mode.WORDS else None


def _next_mode(approach: Approach) -> Approach | None:
    following = list(Mode)[list(Mode).index(approach.mode) + 1 :]
    if not following:
        return None
    return replace(approach, mode=following[0], strict=approach.strict and following[0] is not Mode.WORDS)


def _without_system(approach: Approach) -> Approach | None:
    return replace(approach, system=False) if approach.system else None


def _next_limit(approach: Approach) -> Approach | None:
    following = list(LimitName)[list(LimitName).index(approach.limit) + 1 :]
    return replace(approach, limit=following[0]) if following else None


def _by_max_tokens(approach: Approach) -> Approach | None:
    return replace(approach, limit=LimitName.MAX_TOKENS) if approach.limit is LimitName.USUAL else None


def _showing_schema(approach: Approach) -> Approach | None:
    return None if approach.shows_schema else replace(approach, shown=True)


def _streamed(approach: Approach) -> Approach | None:
    return None if approach.stream else replace(approach, stream=True)


_REFUSAL: Final[tuple[Step, ...]] = (
    *(_without_strict, _without_bounds, _next_mode),
    *(_without_system, _next_limit, _streamed),
)
_UNUSABLE: Final[dict[Unusable, tuple[Step, ...]]] = {
    Unusable.EMPTY: (_next_mode,),
    Unusable.UNFIT: (_showing_schema, _next_mode),
    Unusable.CUT_SHORT: (_by_max_tokens,),
}
_HINTS: Final[tuple[tuple[re.Pattern[str], Step], ...]] = (
    (re.compile(r"max_completion_tokens|max_(?:new_|output_)?tokens|num_predict"), _next_limit),
    (
        re.compile(r"(?:system|developer)\W{0,3}(?:role|message|instruction|prompt)|roles? must alternate"),
        _without_system,
    ),
    (re.compile(r"non-stream|stream\W{0,4}(?:true|only|mode|must)|only supports? stream"), _streamed),
    (re.compile(r"strict|additionalproperties|invalid schema"), _without_strict),
    (re.compile(r"(?:max|min)(?:Items|Length|imum)|invalid schema|grammar", re.IGNORECASE), _without_bounds),
    (re.compile(r"response_format|json_schema|structured output|guided|tool|function|schema|json mode"), _next_mode),
)
MODE_WORDS: Final = re.compile(r"response_format|json_schema|structured output|guided|tool|function|schema|grammar")
"""Words of refusals that concern the approach, whatever their status."""


def after_refusal(approach: Approach, words: str) -> Approach | None:
    """Return what to try after a refusal; its words choose the step that comes first."""
    lowered = words.lower()
    hinted = [step for pattern, step in _HINTS if pattern.search(words) or pattern.search(lowered)]
    return _first(approach, (*hinted, *_REFUSAL))


def after_unusable(approach: Approach, reason: Unusable) -> Approach | None:
    """Return what to try after an answer that cannot be used."""
    return _first(approach, _UNUSABLE[reason])


def for_one_call(approach: Approach) -> list[Approach]:
    """Return the ways in which one call is tried again that was refused although the approach works for others."""
    plain = replace(approach, bounds=False, strict=False)
    words = replace(approach, mode=Mode.WORDS, strict=False)
    return [other for other in (plain, words) if other != approach and approach.mode is not Mode.WORDS]


def other_transport(approach: Approach) -> Approach:
    """Return the approach for a server that sends a stream unasked, or none although one was asked for."""
    return replace(approach, stream=not approach.stream)


def _first(approach: Approach, steps: tuple[Step, ...]) -> Approach | None:
    return next((following for step in steps if (following := step(approach)) is not None), None)
