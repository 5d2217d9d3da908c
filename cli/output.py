"""What goes to the terminal: one JSON document or something to read on stdout, everything else on stderr.

Whatever a learner or an author wrote passes through `clean` first: it may hold control sequences, and must be text.
"""

import json
import os
import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from rendering.words import clean, one_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_UNREADABLE: Final = re.compile("[\x7f-\x9f]")
_PIPE_WIDTH: Final = 10_000
"""A pipe has no edge: nothing is cut or folded for it."""


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
