"""Formatting that the command line and the pages share: text that is safe to show, and amounts."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.authors import kind_of
from rendering.languages.translation import N_, _, ngettext, nN_

_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1 (some terminals read U+009B as ESC [)
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # line separators, and overrides of the text direction
    "\u206a-\u206f\ufff9-\ufffb\ufffe\uffff"  # deprecated format characters, annotations, noncharacters
    "\ud800-\udfff]"  # lone surrogates, which cannot be encoded
)

BY_RULES: Final = N_("Plan and worksheets, written by rules: no model is configured.")
"""Said of a roadmap, wherever it is read, that no model wrote."""
_PLAYED_BACK: Final = N_("{author}, and played back: no model was asked.")
CONFIGURE: Final = "export ROADMAP_MODEL=openai:gpt-4.1-mini OPENAI_API_KEY=..."
"""The line that makes a model write the next one."""


def origin_note(author: str | None) -> str:
    """Return what is said of texts that no model wrote here: rules did, or they are a recording."""
    if author is None or kind_of(author) != "recording":
        return _(BY_RULES)
    return _(_PLAYED_BACK, author=f"{author[:1].upper()}{author[1:]}")


def no_model_note(goals: Sequence[str]) -> str:
    """Return what a program without a model writes. `goals`: examples of those that it has recorded courses for."""
    return _(
        "No model is configured. Recorded courses are played for {goals}; any other goal gets a plan and worksheets, "
        "written by rules.",
        goals=_(", ").join(f"“{goal}”" for goal in goals),
    )


def clean(text: str) -> str:
    """Return `text` without control characters and characters that change the direction of text."""
    return _CONTROLS.sub("", text)


def shown(value: object) -> object:
    """Clean a value that a template inserts (`finalize` of every environment). HTML is already clean."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def one_line(text: str, max_length: int | None = None) -> str:
    """Return `text` cleaned, in one line, of at most `max_length` characters."""
    line = clean(" ".join(text.split()))
    return line if max_length is None or len(line) <= max_length else f"{line[: max_length - 1].rstrip()}…"


_COUNTED: Final = (
    nN_("{number} stage", "{number} stages"),
    nN_("{number} module", "{number} modules"),
    nN_("{number} concept", "{number} concepts"),
    nN_("{number} content", "{number} contents"),
    nN_("{number} lesson", "{number} lessons"),
    nN_("{number} question", "{number} questions"),
    nN_("{number} term", "{number} terms"),
    nN_("{number} call", "{number} calls"),
    nN_("{number} attempt", "{number} attempts"),
    nN_("{number} change", "{number} changes"),
    nN_("{number} warning", "{number} warnings"),
    nN_("{number} minute", "{number} minutes"),
    nN_("{number} day", "{number} days"),
    nN_("{number} week", "{number} weeks"),
)
"""What readers of pages see counted; other nouns are counted in English."""


def counted(number: int, noun: str) -> str:
    """Return `1 stage`, `2 stages`."""
    return ngettext(f"{{number}} {noun}", f"{{number}} {noun}s", number)


def hours(number: float) -> str:
    """Return `2.5 h`."""
    return _("{hours} h", hours=f"{number:.1f}".removesuffix(".0"))


def seconds(number: float) -> str:
    """Return `3.2 s`, `4 min 10 s`, `2 h 5 min`."""
    if number < 60:
        return _("{seconds} s", seconds=f"{number:.1f}")
    minutes, rest = divmod(round(number), 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    return _("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)


def dollars(cost: float, unpriced_calls: int = 0) -> str:
    """Return `$1.20`, `$0.0012`, or `at least $1.20` if some calls have no price; `unknown` if none has one."""
    if unpriced_calls and not cost:
        return _("unknown")
    amount = f"${cost:,.2f}" if cost == 0 or cost >= 0.01 else f"${cost:.4f}"
    return _("at least {amount}", amount=amount) if unpriced_calls else amount


def tokens(number: int, estimated_calls: int = 0) -> str:
    """Return `1,650`, or `about 1,650` if some calls have estimated numbers."""
    return _("about {number}", number=f"{number:,}") if estimated_calls else f"{number:,}"


def time_taken(summary: Mapping[str, Any]) -> str:
    """Return the time of an `execution_summary`: `3.2 s`, `3.2 s, plus 2 h 5 min in review`."""
    worked, waited = seconds(summary.get("seconds") or 0), summary.get("waited") or 0
    return _("{worked}, plus {waited} in review", worked=worked, waited=seconds(waited)) if waited else worked


def warnings_in_words(summary: Mapping[str, Any]) -> list[str]:
    """Return a line for each warning in the summary of a run: what is wrong, and what to do."""
    return [f"{found['issue'].rstrip('.')}. {found['suggestion']}" for found in summary.get("warnings", [])]
