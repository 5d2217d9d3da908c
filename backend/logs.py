"""Logs of a server: one JSON document a line on stderr, secrets masked, never a learner's words."""

import logging
import sys
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict

from domain.secrets import redact

MAX_VALUE_LENGTH: Final = 20_000
"""Characters of one value of an entry: a traceback fits, a path as long as HTTP allows does not."""


def log_as_json(level: str) -> None:
    """`level` holds for our own entries; those of libraries are shown from `warning` on."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redacted,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler])


def _redacted(_logger: Any, _level: str, event: EventDict) -> EventDict:
    return {key: _redacted_value(value) for key, value in event.items()}


def _redacted_value(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value[:MAX_VALUE_LENGTH])
    if isinstance(value, Mapping):
        return {key: _redacted_value(inner) for key, inner in value.items()}
    return [_redacted_value(inner) for inner in value] if isinstance(value, list | tuple | set) else value
