"""Logging of the library through the standard library, silent until an application configures it.

Loggers are named `roadmap_orchestrator.<module>`. A record has its event as `record.event` and its fields as
`record.fields`; its message contains both.
"""

import logging
from collections.abc import MutableMapping
from typing import Any, Final

from domain.text.secrets import redact

ROOT: Final = "roadmap_orchestrator"
_DRIVERS: Final = ("psycopg", "sqlalchemy")
"""They log warnings about errors that are handled here; without a handler, stdlib would print them on stderr."""
_OPTIONS: Final = frozenset({"exc_info", "stack_info", "stacklevel", "extra"})

for _name in (ROOT, *_DRIVERS):
    logging.getLogger(_name).addHandler(logging.NullHandler())


class Log(logging.LoggerAdapter[logging.Logger]):
    """A logger that takes an event, and fields as keyword arguments; secrets in fields are masked."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        options = {name: value for name, value in kwargs.items() if name in _OPTIONS}
        fields = {
            name: redact(value) if isinstance(value, str) else value
            for name, value in kwargs.items()
            if name not in _OPTIONS
        }
        details = " ".join(f"{name}={value}" for name, value in fields.items())
        text = f"{msg} ({details})" if details else str(msg)
        return text, {**options, "extra": {"event": msg, "fields": fields}}


def get_log(module: str) -> Log:
    """Return the logger of a module."""
    return Log(logging.getLogger(f"{ROOT}.{module}"), {})
