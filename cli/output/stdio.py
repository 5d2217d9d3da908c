"""Print to stdout and stderr: the result (text or one JSON document) on stdout, everything else on stderr.

Texts of users and models pass through `clean` first, since they may contain control sequences.
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
"""Width of output that is not a terminal: nothing is cut or folded."""


def print_error(line: str) -> None:
    """Print an error or a warning as one line on stderr."""
    echo_err(f"roadmap: {one_line(line)}")


def echo_err(line: str = "") -> None:
    """Print a line on stderr; do nothing if stderr is closed."""
    try:
        print(clean(line), file=sys.stderr, flush=True)
    except OSError:  # closed pipe or terminal
        silence_stderr()


def silence_stderr() -> None:
    """Redirect stderr to /dev/null."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def command_line(words: Iterable[str]) -> str:
    """Quote the words of a command so that it can be pasted into a shell."""
    return " ".join(shlex.quote(word) if word.isprintable() else _ansi_c_quoted(word) for word in words)


def _ansi_c_quoted(word: str) -> str:
    """Quote a word with control characters as `$'...'`."""
    shown = (char if char.isprintable() and char not in "\\'" else f"\\U{ord(char):08x}" for char in word)
    return f"$'{''.join(shown)}'"


def print_json(document: Any) -> None:
    """Print an indented JSON document on stdout, with times as in the HTTP API."""
    print(_json(document, indent=2))


def print_json_line(document: Any) -> None:
    """Print a document as one line (JSON Lines) on stdout and flush."""
    print(_json(document), flush=True)


def _json(document: Any, indent: int | None = None) -> str:
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(document, ensure_ascii=not utf8, indent=indent, default=_as_json)
    return _UNREADABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _as_json(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"no JSON for {type(value).__name__}")


def print_text(text: str, *, flush: bool = False) -> None:
    """Print cleaned text on stdout."""
    print(clean(text), flush=flush)


def console(*, stderr: bool = False) -> "Console":
    """Create a rich console that interprets no markup, emoji codes or highlighting."""
    from rich.console import Console

    created = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not created.is_terminal and "COLUMNS" not in os.environ:
        created.width = _PIPE_WIDTH
    return created


def print_markdown(document: str, *, rendered: bool = True) -> None:
    """Print Markdown on stdout; `rendered`: laid out, if stdout is a terminal."""
    out = console()
    if rendered and out.is_terminal:
        from rich.markdown import Markdown

        out.print(Markdown(document, hyperlinks=False), width=min(out.width, 100))
    else:
        print_text(document.rstrip("\n"))


def print_rich(*renderables: "RenderableType") -> None:
    """Print tables and trees on stdout; without colours and trailing blanks if stdout is not a terminal."""
    out = console()
    if out.is_terminal:
        out.print(*renderables, sep="\n")
        return
    with out.capture() as captured:
        out.print(*renderables, sep="\n")
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def styled(text: str, style: str = "") -> "Text":
    """Create cleaned text whose markup is not interpreted."""
    from rich.text import Text

    return Text(clean(text), style=style)


def is_wide() -> bool:
    """Return whether the terminal is wide enough for one line per entry."""
    return console().width >= 150


def when(moment: datetime) -> str:
    """Format a time in the local time zone."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
