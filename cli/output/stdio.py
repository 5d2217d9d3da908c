"""What goes to the terminal: one JSON document or something to read on stdout, everything else on stderr.

Whatever a learner or an author wrote passes through `clean` first: it may hold control sequences, and must be text.
"""

import json
import os
import re
import shlex
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from rendering.text.text import clean, one_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_UNREADABLE: Final = re.compile("[\x7f-\x9f]")
_PIPE_WIDTH: Final = 10_000
"""A pipe has no edge: nothing is cut or folded for it."""


def print_error(line: str) -> None:
    """An error or a warning: one line on stderr."""
    echo_err(f"roadmap: {one_line(line)}")


def echo_err(line: str = "") -> None:
    """A line on stderr. Nobody reading there is no reason to fail."""
    try:
        print(clean(line), file=sys.stderr, flush=True)
    except OSError:  # a pipe without a reader, or a terminal that was closed
        silence_stderr()


def silence_stderr() -> None:
    """Nobody hears stderr any more: what is still to be said goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def command_line(words: Iterable[str]) -> str:
    """Quote a command so that it can be pasted into a shell as it is shown."""
    return " ".join(shlex.quote(word) if word.isprintable() else _ansi_c_quoted(word) for word in words)


def _ansi_c_quoted(word: str) -> str:
    """`$'...'`, for words with characters that a terminal must not be sent."""
    shown = (char if char.isprintable() and char not in "\\'" else f"\\U{ord(char):08x}" for char in word)
    return f"$'{''.join(shown)}'"


def print_json(document: Any) -> None:
    """The one document on stdout. Times read as in the API."""
    print(_json(document, indent=2))


def print_json_line(document: Any) -> None:
    """One document on a line of its own (JSON Lines), on stdout at once."""
    print(_json(document), flush=True)


def _json(document: Any, indent: int | None = None) -> str:
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, ensure_ascii=not utf8, indent=indent, default=_as_json)
    return _UNREADABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _as_json(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"no JSON for {type(value).__name__}")


def print_text(text: str, *, flush: bool = False) -> None:
    """Lines on stdout, cleaned."""
    print(clean(text), flush=flush)


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
