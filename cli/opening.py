"""Opening the orchestrator for one command: settings, logs on stderr, one event loop."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from cli.output import clean

if TYPE_CHECKING:
    from structlog.typing import EventDict

    from orchestrator import Orchestrator
    from orchestrator.settings import Settings

T = TypeVar("T")


def read_settings() -> "Settings":
    """The effective settings; from here on logs go to stderr. Raises InvalidInput."""
    from orchestrator.settings import load_settings

    settings = load_settings()
    _log_to_stderr(settings.log_level)
    return settings


def ask(question: "Callable[[Orchestrator], Awaitable[T]]") -> T:
    """The answer of an orchestrator that only reads."""
    from nodes.authors.offline import OfflineAuthor
    from orchestrator import Orchestrator

    settings = read_settings()

    async def answer() -> T:
        # Readers need no author: a model that cannot be used must not keep anybody from reading.
        async with Orchestrator.open(settings, author=OfflineAuthor()) as orchestrator:
            return await question(orchestrator)

    return asyncio.run(answer())


def _log_to_stderr(level: str) -> None:
    """One line for each entry, a traceback only at debug."""
    import structlog

    threshold = logging.getLevelNamesMapping()[level.upper()]
    debugging = threshold <= logging.DEBUG
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(_Line(debugging))
    logging.basicConfig(level=threshold if debugging else max(threshold, logging.WARNING), handlers=[handler])
    structlog.configure(
        processors=[_level, structlog.processors.format_exc_info, _as_line] if debugging else [_level, _quietly, _as_line],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: structlog.PrintLogger(_Stderr()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )


class _Stderr:
    """Whatever stderr is at the moment: while progress is drawn, that is a proxy that keeps the drawing whole."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Line(logging.Formatter):
    def __init__(self, debugging: bool) -> None:
        super().__init__("roadmap: %(levelname)s: %(name)s: %(message)s")
        self._debugging = debugging

    def format(self, record: logging.LogRecord) -> str:
        if not self._debugging:
            record = logging.makeLogRecord(record.__dict__ | {"exc_info": None, "exc_text": None, "stack_info": None})
        return super().format(record)


def _level(_logger: Any, level: str, event: "EventDict") -> "EventDict":
    return event | {"level": level}


def _quietly(_logger: Any, _level: str, event: "EventDict") -> "EventDict":
    import structlog

    if event["event"] == "run failed":
        raise structlog.DropEvent  # the row holds the reason, and the command's summary shows it
    event.pop("exc_info", None)
    return event


def _as_line(_logger: Any, _level: str, event: "EventDict") -> str:
    trace = event.pop("exception", None)
    level, said = event.pop("level"), event.pop("event")
    details = " ".join(f"{name}={value}" for name, value in event.items())
    line = clean(f"roadmap: {level}: {said}{f' ({details})' if details else ''}")
    return f"{line}\n{trace}" if trace else line
