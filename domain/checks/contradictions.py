"""The rule that the explanation of a question does not arrive at another option than its key."""

import re
from typing import Final

from domain.contents import Question

_MARKS: Final = re.compile(r"[\s$`*\\]")
_BRACKETS: Final = re.compile(r"[()]")
_ARRIVES: Final = r"(?:[=≈→⇒]|gives|prints|returns|equals|yields)"
_ENDS: Final = r"(?![\w^(\[+/-]|[.,]\d)"
"""What follows is no part of the same value: `6x` does not arrive at 6."""
_MAX_OPTION_LENGTH: Final = 60


def contradicted_by(question: Question) -> str | None:
    """Return the wrong option that the explanation arrives at, as in `= 6`; None where it does not.

    An explanation that holds the key is passed: it may say why the others are wrong.
    """
    if question.question_type != "single_choice" or len(question.correct_answer) != 1:
        return None
    key = question.correct_answer[0]
    options = [_MARKS.sub("", option) for option in question.options]
    explanation = _MARKS.sub("", question.explanation)
    if not 0 <= key < len(options) or _BRACKETS.sub("", options[key]) in _BRACKETS.sub("", explanation):
        return None
    for number, option in enumerate(options):
        if number == key or not 0 < len(option) <= _MAX_OPTION_LENGTH:
            continue
        value = re.escape(option)
        if re.search(rf"{_ARRIVES}(?:{value}{_ENDS}|\({value}\))", explanation):
            return question.options[number]
    return None
