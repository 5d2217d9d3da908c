"""The size of one call: as much of the data as fits, and the tokens that are left for the answer."""

import json
from dataclasses import dataclass, replace
from typing import Final

from nodes.authors.abilities.approach import Approach, Mode
from nodes.authors.abilities.evidence import Ability
from nodes.authors.prompting.data_blocks import MAX_DATA_LENGTH
from nodes.authors.prompting.prompts import Prompt, prompt_for
from nodes.authors.repairs import Inquiry
from nodes.authors.usage import ASCII_CHARACTERS_PER_TOKEN, estimated_tokens

MIN_ROOM: Final = 256
"""Tokens below which no answer is asked for."""
MARGIN: Final = 64
"""Tokens that templates of servers add to a prompt."""
CONCEPT_TOKENS: Final = 120
"""Tokens that a concept takes in a framework, on the high side."""
SHRINK: Final = 0.75
"""Share of the room that is left after a refusal that names no lower limit."""
MIN_DATA_LENGTH: Final = 600
"""Characters of the data that are always sent."""
ROOM_STEP: Final = 256
"""The room is a multiple of this, so that a client is opened for few numbers of tokens."""
TOKENS_PER_WORD: Final = 2
"""Of an answer, its JSON included."""


@dataclass(frozen=True, slots=True)
class SizedCall:
    """A call to a model, fitted into its room."""

    model: str
    approach: Approach
    inquiry: Inquiry
    prompt: Prompt
    room: int
    """Tokens of the answer."""
    lacks_room: bool = False
    """Whether not even a short answer has room."""

    @property
    def sent(self) -> int:
        return sent_tokens(self.prompt)


def sized_call(
    model: str, approach: Approach, ability: Ability, inquiry: Inquiry, *,
    room: int, cut_off: int, most_concepts: int | None, course_window: int | None,
) -> SizedCall:  # fmt: skip
    """Return the call for a brief: the prompt is shortened until the answer has its room or half of the window.

    A former answer is never shortened: where it has no room, the whole answer is asked for again. The course book is
    cut for `course_window`, whatever this call needs, so that all contents of a run share it.
    """
    objections = inquiry.objections

    def prompt(max_data: int = MAX_DATA_LENGTH, max_words: int | None = None) -> Prompt:
        return prompt_for(
            inquiry.brief,
            objections,
            repair=inquiry.repair,
            as_markdown=inquiry.is_lesson and approach.mode is Mode.WORDS,
            with_schema=bool(objections) or approach.shows_schema,
            cut_off=cut_off,
            max_data=max_data,
            max_words=max_words,
            most_concepts=most_concepts,
            course_window=course_window,
        )

    wanted = min(room, ability.answer_limit or room)
    whole = prompt()
    window = ability.window
    if window is None or window - sent_tokens(whole) - MARGIN >= room:
        return SizedCall(model, approach, inquiry, whole, wanted)
    lacking = min(wanted, window // 2) - (window - sent_tokens(whole) - MARGIN)
    if lacking > 0 and inquiry.repair is not None:
        again = replace(inquiry, repair=None)
        return sized_call(
            model, approach, ability, again,
            room=room, cut_off=cut_off, most_concepts=most_concepts, course_window=course_window,
        )  # fmt: skip
    if lacking > 0:
        length = int(whole.data_length - lacking * ASCII_CHARACTERS_PER_TOKEN)
        whole = prompt(max(MIN_DATA_LENGTH, length))
    left = window - sent_tokens(whole) - MARGIN
    fitting = max(MIN_ROOM, min(wanted, left) // ROOM_STEP * ROOM_STEP)
    briefly = prompt(whole.data_length if lacking > 0 else MAX_DATA_LENGTH, max_words=fitting // TOKENS_PER_WORD)
    return SizedCall(model, approach, inquiry, briefly, fitting, lacks_room=left < MIN_ROOM)


def sent_tokens(prompt: Prompt) -> int:
    """Estimate the tokens of a prompt, its schema included."""
    return estimated_tokens(prompt.system + prompt.user) + estimated_tokens(json.dumps(prompt.schema))
