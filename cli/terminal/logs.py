"""Logs of a command: on stderr, a line for each entry, tracebacks only at debug."""

import logging
import sys
from typing import Final

from domain.logs import ROOT
from domain.text.secrets import redact
from rendering.text.text import one_line

_IN_SUMMARY: Final = "run failed"
"""The row holds the reason, and the command's summary shows it."""
_SHORT: Final = "the database is away, reconnecting"
"""A command that goes on says so in a short line; if it gives up, its error says why."""


def log_to_stderr(level: str) -> None:
    """`level` holds for our own entries; those of libraries are shown from `warning` on."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    debugging = threshold <= logging.DEBUG
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(_Line(debugging=debugging, short=threshold >= logging.WARNING))
    if not debugging:
        handler.addFilter(lambda record: getattr(record, "event", None) != _IN_SUMMARY)
        # what it warns of (a broken connection is thrown away) is said by us in one line
        logging.getLogger("psycopg").setLevel(logging.ERROR)
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler])
    logging.getLogger(ROOT).setLevel(threshold)


class _Stderr:
    """Whatever stderr is at the moment: while progress is drawn, that is a proxy that keeps the drawing whole."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Line(logging.Formatter):
    def __init__(self, *, debugging: bool, short: bool) -> None:
        super().__init__()
        self._debugging = debugging
        self._short = short

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        if not record.name.startswith(ROOT):
            said = f"{record.name}: {said}"
        elif self._short and getattr(record, "event", None) == _SHORT:
            said = _SHORT
        line = one_line(redact(f"roadmap: {record.levelname.lower()}: {said}"))
        if record.exc_info and self._debugging:
            return f"{line}\n{redact(self.formatException(record.exc_info))}"
        return line
