"""Log to stderr, one line per entry; tracebacks only at level debug."""

import logging
import sys
from typing import Final

from domain.logs import ROOT
from domain.text.secrets import redact
from rendering.text.text import one_line

_IN_SUMMARY: Final = "run failed"
"""Not logged: the row has the reason, and the summary of the command prints it."""
_SHORT: Final = "the database is away, reconnecting"
"""Logged without its fields: if the command gives up later, its error has the reason."""


def log_to_stderr(level: str) -> None:
    """Set up logging at `level`; entries of libraries are logged from `warning` on."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    debugging = threshold <= logging.DEBUG
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(_Line(debugging=debugging, short=threshold >= logging.WARNING))
    if not debugging:
        handler.addFilter(lambda record: getattr(record, "event", None) != _IN_SUMMARY)
        # it warns of discarded connections, which our own entry reports in one line
        logging.getLogger("psycopg").setLevel(logging.ERROR)
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler])
    logging.getLogger(ROOT).setLevel(threshold)


class _Stderr:
    """Write to the current sys.stderr: while a progress bar is drawn, rich replaces it by a proxy."""

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
        message = record.getMessage()
        if not record.name.startswith(ROOT):
            message = f"{record.name}: {message}"
        elif self._short and getattr(record, "event", None) == _SHORT:
            message = _SHORT
        line = one_line(redact(f"roadmap: {record.levelname.lower()}: {message}"))
        if record.exc_info and self._debugging:
            return f"{line}\n{redact(self.formatException(record.exc_info))}"
        return line
