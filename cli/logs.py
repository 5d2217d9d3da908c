"""Logs of a command: on stderr, a line for each entry, tracebacks only at debug."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from domain.secrets import redact
from rendering.words import one_line


def log_to_stderr(level: str) -> None:
    """`level` holds for our own entries; those of libraries are shown from `warning` on."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    debugging = threshold <= logging.DEBUG
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(_Line(debugging))
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler])
    if not debugging:  # what it warns of (a broken connection is thrown away) is said by us in one line
        logging.getLogger("psycopg").setLevel(logging.ERROR)
    details: Processor = structlog.processors.format_exc_info if debugging else _without_details
    short: list[Processor] = [_without_reason] if threshold >= logging.WARNING else []
    structlog.configure(
        processors=[*short, details, _as_line],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=_logger,
        cache_logger_on_first_use=False,
    )


class _Stderr:
    """Whatever stderr is at the moment: while progress is drawn, that is a proxy that keeps the drawing whole."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Line(logging.Formatter):
    """Entries of libraries."""

    def __init__(self, debugging: bool) -> None:
        super().__init__()
        self._debugging = debugging

    def format(self, record: logging.LogRecord) -> str:
        line = one_line(redact(f"roadmap: {record.levelname.lower()}: {record.name}: {record.getMessage()}"))
        if record.exc_info and self._debugging:
            return f"{line}\n{redact(self.formatException(record.exc_info))}"
        return line


class _Writer:
    """Where structlog puts a finished line, at any level."""

    def __getattr__(self, level: str) -> Callable[[str], None]:
        return lambda line: print(line, file=sys.stderr, flush=True)


def _logger(*_: Any) -> _Writer:
    return _Writer()


def _without_reason(_logger: Any, _level: str, event: EventDict) -> EventDict:
    """A command that goes on says so in a short line; if it gives up, its error says why."""
    if event["event"] == "the database is away, reconnecting":
        event.pop("reason", None)
    return event


def _without_details(_logger: Any, _level: str, event: EventDict) -> EventDict:
    if event["event"] == "run failed":
        raise structlog.DropEvent  # the row holds the reason, and the command's summary shows it
    event.pop("exc_info", None)
    return event


def _as_line(_logger: Any, level: str, event: EventDict) -> str:
    trace = event.pop("exception", None)
    said = event.pop("event")
    details = " ".join(f"{name}={value}" for name, value in event.items())
    line = one_line(redact(f"roadmap: {level}: {said}{f' ({details})' if details else ''}"))
    return f"{line}\n{redact(trace)}" if trace else line
