"""The question of a call: what identifies it in the ledger, and what a person reads of it later."""

import json
from collections.abc import Sequence
from typing import Any, Final

from nodes.authors.briefs import Brief
from nodes.authors.reading.gate import storable

MAX_TEXT_LENGTH: Final = 2_000
"""Characters of one text of a stored question: a lesson that is examined is stored as an answer already."""
MAX_QUESTION_LENGTH: Final = 64_000
"""Characters of a stored question as JSON. The data of a longer one is left out."""


_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


def keyed_data(brief: Brief[Any]) -> dict[str, Any]:
    """Return the data of a brief that make it another question: no setting, and nothing derived from the request."""
    unset = {name for name in brief.keyed_if_set if not getattr(brief, name)}
    return brief.model_dump(mode="json", exclude={*brief.unkeyed, *unset})


def question_of(brief: Brief[Any], objections: Sequence[str]) -> dict[str, Any]:
    """Return the question for its ledger row. `objections`: the problems of earlier answers that it names.

    Without preferences, which the request of the run holds, and without what is empty: a third is left of a question.
    """
    data: Any = storable(_cut(keyed_data(brief) | {"preferences": None}))
    if len(json.dumps(data, ensure_ascii=False)) > MAX_QUESTION_LENGTH:
        data = None
    return {"role": str(brief.role), "objections": [_cut(one) for one in objections], "brief": data}


def _cut(value: Any) -> Any:
    """Leave out what is empty in a JSON value, cut its long texts, and say how much is missing."""
    match value:
        case str() if len(value) > MAX_TEXT_LENGTH:
            return f"{value[:MAX_TEXT_LENGTH]} … ({len(value) - MAX_TEXT_LENGTH:,} more characters)"
        case dict():
            return {name: _cut(part) for name, part in value.items() if part not in _EMPTY}
        case list():
            return [_cut(part) for part in value]
        case _:
            return value
