"""What goes to the terminal: one JSON document or something to read on stdout, everything else on stderr.

Whatever a learner or an author wrote passes through `clean` first: it may hold control sequences, and must be text.
"""

import json
import os
import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1 (some terminals read U+009B as ESC [)
    "\u2028\u2029\u202a-\u202e\u2066-\u2069]"  # separators, and overrides that turn what follows around
)
_UNREADABLE: Final = re.compile("[\x7f-\x9f]")
_PIPE_WIDTH: Final = 10_000
"""A pipe has no edge: nothing is cut or folded for it."""


def clean(text: str) -> str:
    """`text` without anything that a terminal would obey."""
    return _CONTROLS.sub("", text)


def one_line(text: str, longest: int | None = None) -> str:
    """Cleaned, in one line, of at most `longest` characters."""
    line = clean(" ".join(text.split()))
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def complain(line: str) -> None:
    """An error or a warning: one line on stderr."""
    tell(f"roadmap: {one_line(line)}")


def tell(line: str = "") -> None:
    """A line on stderr. Nobody reading there is no reason to fail."""
    try:
        print(clean(line), file=sys.stderr, flush=True)
    except OSError:  # a pipe without a reader, or a terminal that was closed
        deafen()


def deafen() -> None:
    """Nobody hears stderr any more: what is still to be said goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def print_json(document: Any) -> None:
    """The one document on stdout. Times read as in the API."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, ensure_ascii=not utf8, indent=2, default=_as_json)
    print(_UNREADABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _as_json(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"no JSON for {type(value).__name__}")


def print_text(text: str) -> None:
    """Lines on stdout, cleaned."""
    print(clean(text))


def console(*, stderr: bool = False) -> "Console":
    """A console that takes what it prints literally."""
    from rich.console import Console

    made = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = _PIPE_WIDTH
    return made


def print_rich(*renderables: "RenderableType") -> None:
    """Tables and trees on stdout; in a pipe without colours and without the blanks that fill up a line."""
    out = console()
    if out.is_terminal:
        out.print(*renderables, sep="\n")
        return
    with out.capture() as captured:
        out.print(*renderables, sep="\n")
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def styled(text: str, style: str = "") -> "Text":
    """Cleaned text as it stands, whatever markup it seems to hold."""
    from rich.text import Text

    return Text(clean(text), style=style)


def is_wide() -> bool:
    """Whether records fit in one line each."""
    return console().width >= 150


def when(moment: datetime) -> str:
    """In the reader's own time zone."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


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
