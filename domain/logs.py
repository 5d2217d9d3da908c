"""Log entries of the library, through stdlib logging: silent until an application configures it.

Loggers are called `roadmap_orchestrator.<module>`. A record bears its fields as `record.fields`, and what happened,
without them, as `record.event`; its message holds both.
"""

import logging
from collections.abc import MutableMapping
from typing import Any, Final

from domain.text.secrets import redact

ROOT: Final = "roadmap_orchestrator"
_DRIVERS: Final = ("psycopg", "sqlalchemy", "pgqueuer")
"""They warn of what the library handles (a connection that broke); unheard, stdlib would put that on stderr."""
_OPTIONS: Final = frozenset({"exc_info", "stack_info", "stacklevel", "extra"})

for _name in (ROOT, *_DRIVERS):
    logging.getLogger(_name).addHandler(logging.NullHandler())


class Log(logging.LoggerAdapter[logging.Logger]):
    """Takes what happened, and the fields that say more as keyword arguments."""

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
    return Log(logging.getLogger(f"{ROOT}.{module}"), {})
