"""Why an answer cannot be used: in words for its author, and for the choice of the next approach."""

import json
from typing import Final

from pydantic import BaseModel

from nodes.authors.abilities.approach import Unusable
from nodes.authors.abilities.reply import Reply
from nodes.authors.port import CUT_OFF, AuthorAnswer
from nodes.authors.prompting.prompts import Prompt, leaks
from nodes.authors.reading import ReadAnswer
from nodes.authors.reading.reader import EMPTY
from nodes.authors.usage import estimated_tokens

REFUSED: Final = "The model refused to answer"
LEAKED: Final = "It repeated its instructions. Write only what was asked for."


def problem_of(prompt: Prompt, reply: Reply, reading: ReadAnswer) -> str | None:
    """Return why an answer cannot be checked, worded for the author."""
    refusal = reply.reason_of_refusal
    if refusal is not None:
        return f"{REFUSED}: {' '.join((refusal or 'it gave no reason').split())[:300]}"
    if reply.cut_off or reading.cut_off:
        return CUT_OFF
    if not reply.texts or reading.content == {}:
        return EMPTY
    if reading.content is None:
        return reading.problem
    return LEAKED if leaks(prompt.rules, json.dumps(reading.content, ensure_ascii=False)) else None


def unusable_for(shape: type[BaseModel], reply: Reply, answer: AuthorAnswer, *, room: int) -> Unusable | None:
    """Return why an answer shows that the approach fails; None also for one that is wrong in other ways."""
    if answer.problem in (LEAKED, None):
        required = {name for name, field in shape.model_fields.items() if field.is_required()}
        ignored = 2 * len(required & answer.content.keys()) < len(required)
        return Unusable.UNFIT if ignored and answer.problem is None else None
    if answer.problem == EMPTY:
        return Unusable.EMPTY
    if answer.problem == CUT_OFF:
        written = max(answer.tokens_out, estimated_tokens(reply.written))
        return Unusable.CUT_SHORT if reply.cut_off and 2 * written < room else None
    return None if reply.reason_of_refusal is not None else Unusable.UNFIT
