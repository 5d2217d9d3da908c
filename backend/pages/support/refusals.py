"""Messages of deeper layers, which are in English, in the language of the reader: each is recognised by its pattern."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from rendering.languages.translation import ENGLISH, N_, _, language

PATTERNS: Final = (
    # what does not exist
    N_("There is no roadmap {name}."),
    N_("There is no task {name}."),
    N_("This roadmap has no concept {name}."),
    N_("This content has no version {number}."),
    N_("This roadmap has no version {number}."),
    N_("There is no such part of the course book."),
    N_("There is no such file."),
    N_("There is no such answer."),
    N_("Stage {stage} of {roadmap} has no test: none of its quizzes is written yet."),
    # what is not possible now
    N_("A conflicting run has just ended; try again."),
    N_("The run is already {status}; there is nothing to cancel."),
    N_("The run is completed."),
    N_("The run is running."),
    N_("The run waits for a review."),
    N_("The run waits for no review; it is {status}."),
    N_("The run waits for no review; it is {status}. Its last review was {verdict}."),
    N_("The review of the run is in round {number}."),
    N_("The review of the run is in round {number}; the one before was {verdict}."),
    N_("This roadmap is in the bin; restore it first."),
    N_("This roadmap already exists."),
    N_("A run of this roadmap has just begun: cancel it first, or wait for its end."),
    N_("This roadmap has no accepted framework yet: the run that should create it has ended."),
    N_("This roadmap has no accepted framework yet: the run is creating it."),
    N_(
        "The {content_type} of {concepts} is made from the lesson, which has not been written yet: "
        "retry the tutorial first."
    ),
    N_("The note was changed meanwhile, perhaps in another window: read it, then save again."),
    # limits
    N_("{number} runs are active, and the limit is {limit}: wait for one to end, or cancel one."),
    N_("More than {number} requests in a minute: try again later."),
    # input
    N_("At most {limit} characters."),
    N_("At most {limit} characters; this one has {number}."),
    N_("Must not be blank."),
    N_("Hours a week: must be from {least} to {most}."),
    N_("The deadline {words} was {day}, which is past; give a later one."),
    N_("The deadline {words} is more than {years} years away; give an earlier one."),
    N_("The course book cannot be used: {problem}."),
    N_("The form is too large: at most {limit} KB are allowed."),
    N_("The form is not valid: reload the page and try again."),
    N_("A test without answers cannot be graded."),
    N_("A question is answered more than once."),
    # access
    N_("This requires the role admin."),
    N_("The token is unknown, expired or revoked."),
    N_("The token is too long."),
    N_("The token has expired."),
    N_("This server does not accept the token."),
    # the server
    N_("The service is unavailable. Try again later."),
    N_("The database is unavailable. Try again later."),
    N_("Another transaction held a lock for too long. Try again."),
    N_("The server is not configured correctly; its log has the details."),
    N_("Internal error; the server's log has the details."),
)


def in_reader_words(message: str) -> str:
    """Return a message in the language of the reader; as it is if its pattern is not known."""
    if language() == ENGLISH:
        return message
    for pattern, expression in _expressions():
        if found := expression.fullmatch(message):
            return _(pattern, **{name: _known(value) for name, value in found.groupdict().items()})
    return message


def _known(value: str) -> str:
    """Return a value in the language of the reader if it is a word of ours, such as a status."""
    return _(value) if value.isalpha() and value.islower() else value


@cache
def _expressions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((pattern, re.compile("".join(_parts(pattern)), re.DOTALL)) for pattern in PATTERNS)


def _parts(pattern: str) -> Iterator[str]:
    """Yield a pattern as parts of a regular expression. A sentence may lack the end that is advice for terminals."""
    for literal, name in re.findall(r"([^{]*)(?:\{(\w+)\})?", pattern):
        yield re.escape(literal)
        if name:
            yield f"(?P<{name}>.+?)"
