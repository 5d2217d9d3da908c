"""What can go wrong with a call to a chat provider, and which calls it befalls."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Fault(StrEnum):
    """What can go wrong with one call."""

    BUSY = "429"
    BUSY_FOR_A_WHILE = "429 with Retry-After"
    BROKEN = "500"
    OVERLOADED = "529"
    CONFLICT = "409"
    HANG = "hangs"
    HANG_UP = "closes the connection at once"
    CUT_STREAM = "closes the connection in the middle of the body"
    SLOW = "sends its body a few bytes at a time"
    TRUNCATED = "stops at the token limit"
    HALF_JSON = "JSON that ends in the middle, and says that it is complete"
    WRONG_SCHEMA = "JSON of another shape"
    PROSE = "words instead of JSON"
    REFUSAL = "refuses"
    FILTERED = "finish reason content_filter"
    EMPTY = "an empty answer"
    NO_CHOICES = "an answer without choices"
    FENCED = "the right JSON in a fence"
    CHATTY = "the right JSON with words around it"
    ERROR_INSIDE = "200 with an error inside"
    HTML = "200 with a page of a proxy"
    ECHO = "repeats what it was told"
    EMPTY_WORDS = "JSON of the right shape whose issues say nothing"
    WRONG_KEY = "401"
    NO_QUOTA = "429 insufficient_quota"
    NO_SCHEMA = "400: response_format is not supported"
    NO_TOOLS = "400: neither response_format nor tools are supported"


PASSING: Final = (
    Fault.BUSY,
    Fault.BUSY_FOR_A_WHILE,
    Fault.BROKEN,
    Fault.OVERLOADED,
    Fault.HANG_UP,
    Fault.CUT_STREAM,
    Fault.TRUNCATED,
    Fault.HALF_JSON,
    Fault.WRONG_SCHEMA,
    Fault.PROSE,
    Fault.REFUSAL,
    Fault.EMPTY,
    Fault.NO_CHOICES,
    Fault.FENCED,
    Fault.CHATTY,
    Fault.ERROR_INSIDE,
    Fault.HTML,
)
"""What the next call may well not meet again."""


@dataclass(frozen=True)
class Asked:
    """One call as it arrived."""

    at: float
    model: str
    role: str
    """The name of the schema; empty where none was sent."""
    system: str
    user: str
    data: Mapping[str, Any]
    """What stood between the marks of the user message."""
    max_tokens: int | None
    authorization: str
    body: Mapping[str, Any]
    fault: Fault | None

    @property
    def concept(self) -> str | None:
        """The name of the concept that it is about."""
        concept = self.data.get("concept")
        return concept.get("name") if isinstance(concept, Mapping) else None

    @property
    def question(self) -> tuple[str, str]:
        """The same for every try of the same question."""
        stage = self.data.get("stage")
        about = self.concept or (stage.get("name") if isinstance(stage, Mapping) else "")
        if self.role == "concept_plans":
            about = " ".join(str(concept["id"]) for concept in self.data["concepts"])
        return self.role, str(about)


Script = Callable[[Asked, int], Fault | None]
"""What befalls a call: told what was asked, and how often this question was asked before."""


def always(*faults: Fault) -> Script:
    """The same for every question: the first faults in turn, then nothing."""
    return lambda _, before: faults[before] if before < len(faults) else None


def by_chance(rate: float, faults: Sequence[Fault] = PASSING, seed: int = 1) -> Script:
    """Each call fails with this probability; which ones do is the seed's choice, whatever order they come in."""

    def script(asked: Asked, before: int) -> Fault | None:
        chance = random.Random(f"{seed} {asked.question} {before}")
        return chance.choice(faults) if chance.random() < rate else None

    return script
