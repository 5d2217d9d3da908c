"""Logs of a server: one JSON document per line on stderr, with secrets masked."""

import logging
import sys
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict

from domain.logs import ROOT
from domain.text.secrets import redact

MAX_VALUE_LENGTH: Final = 20_000
"""Characters of one value: long enough for a traceback, shorter than the longest path that HTTP allows."""


def log_as_json(level: str) -> None:
    """Log as JSON on stderr. `level` is for our own entries; libraries log from `warning` on."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                _with_fields,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                _redacted,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler])
    logging.getLogger(ROOT).setLevel(threshold)


def _with_fields(_logger: Any, _level: str, event: EventDict) -> EventDict:
    """Add the fields of one of our entries as members of the document."""
    record = event["_record"]
    if hasattr(record, "fields"):
        event.update(record.fields, event=record.event)
    return event


def _redacted(_logger: Any, _level: str, event: EventDict) -> EventDict:
    return {key: _redacted_value(value) for key, value in event.items()}


def _redacted_value(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value[:MAX_VALUE_LENGTH])
    if isinstance(value, Mapping):
        return {key: _redacted_value(inner) for key, inner in value.items()}
    return [_redacted_value(inner) for inner in value] if isinstance(value, list | tuple | set) else value
