"""Words that the command line and the pages have in common: amounts, and text that is safe to show."""

import re
from collections.abc import Mapping
from typing import Any, Final

_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1 (some terminals read U+009B as ESC [)
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # separators, and overrides that turn what follows around
    "\u206a-\u206f\ufff9-\ufffb\ufffe\uffff"  # deprecated formats, annotations, and what is no character
    "\ud800-\udfff]"  # halves of characters, which no file can hold
)

BY_RULES: Final = "Plan and worksheets, written by rules: no model is configured."
"""Said of a roadmap, wherever it is read, that no model wrote."""
CONFIGURE: Final = "export ROADMAP_MODEL=openai:gpt-4.1-mini OPENAI_API_KEY=..."
"""The line that makes a model write the next one."""


def clean(text: str) -> str:
    """`text` without anything that a terminal would obey."""
    return _CONTROLS.sub("", text)


def shown(value: object) -> object:
    """Clean what a template puts out (`finalize` of every environment); HTML was cleaned where it was made."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def one_line(text: str, longest: int | None = None) -> str:
    """Cleaned, in one line, of at most `longest` characters."""
    line = clean(" ".join(text.split()))
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def counted(number: int, thing: str) -> str:
    """`1 stage`, `2 stages`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def hours(number: float) -> str:
    """`2.5 h`"""
    return f"{number:.1f}".removesuffix(".0") + " h"


def seconds(number: float) -> str:
    """`3.2 s`, `4 min 10 s`, `2 h 5 min`"""
    if number < 60:
        return f"{number:.1f} s"
    minutes, rest = divmod(round(number), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def dollars(cost: float, unpriced_calls: int = 0) -> str:
    """`$1.20`, `$0.0012`, `at least $1.20`; `unknown` where no call that cost something has a price."""
    if unpriced_calls and not cost:
        return "unknown"
    amount = f"${cost:,.2f}" if cost == 0 or cost >= 0.01 else f"${cost:.4f}"
    return f"at least {amount}" if unpriced_calls else amount


def tokens(number: int, estimated_calls: int = 0) -> str:
    """`1,650`, or `about 1,650` where some of them are an estimate."""
    return f"about {number:,}" if estimated_calls else f"{number:,}"


def time_taken(summary: Mapping[str, Any]) -> str:
    """Of the `execution_summary` of a run: `3.2 s`, `3.2 s, beside 2 h 5 min in review`."""
    worked, waited = seconds(summary.get("seconds") or 0), summary.get("waited") or 0
    return f"{worked}, beside {seconds(waited)} in review" if waited else worked
