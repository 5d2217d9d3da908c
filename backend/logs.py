"""Logs of a server: one JSON document a line on stderr, secrets masked, never a learner's words."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict

from domain.logs import ROOT
from domain.secrets import redact


def log_as_json(level: str) -> None:
    """`level` holds for our own entries; those of libraries are shown from `warning` on."""
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
    """Each field of an entry of ours as a member of its own."""
    record = event["_record"]
    if hasattr(record, "fields"):
        event.update(record.fields, event=record.event)
    return event


def _redacted(_logger: Any, _level: str, event: EventDict) -> EventDict:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}
