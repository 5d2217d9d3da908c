"""Summaries of failed connections, and advice on what to do about them.

libpq gives no SQLSTATE for a failed connection, so the advice depends on the wording of the message; a message in
another language than English gets the general advice.
"""

import re
from typing import Final

_NOISE: Final = re.compile(
    r"connection (?:failed|is bad): |connection to server (?:at|on socket) \"[^\"]*\"(?:, port \d+)? failed: |FATAL: +"
    r"|Is the server running .*\?|This probably means .*request\.|\[Errno -?\d+\] "
)
_ADVICE: Final = {
    r"authentication failed|no password|pg_hba|role .* does not exist|to log in|password": (
        "put a user and a password that it accepts into ROADMAP_DATABASE_URL"
    ),
    r"database .* does not exist": "create it or name another in ROADMAP_DATABASE_URL, then run `roadmap db upgrade`",
    r"invalid response|expected authentication|lost synchron": (
        "the server there is not PostgreSQL, so correct host and port in ROADMAP_DATABASE_URL"
    ),
    r"SSL|TLS|certificate": "put an sslmode and an sslrootcert that match the server into ROADMAP_DATABASE_URL",
    r"resolve host|not known|host name|getaddrinfo|No address": "correct the host in ROADMAP_DATABASE_URL",
    r"closed the connection|connection_lost": (
        "check that PostgreSQL runs there, or correct host and port in ROADMAP_DATABASE_URL"
    ),
    r"starting up|shutting down|recovery|too many|slots": "it is busy, so try again in a moment",
    r"timeout|timed out|in time": (
        "check whether it is overloaded or behind a firewall, or correct ROADMAP_DATABASE_URL"
    ),
}
_GENERAL_ADVICE: Final = "start PostgreSQL there or correct ROADMAP_DATABASE_URL"


def summary(error: BaseException) -> str:
    """Return a driver's message about a failed connection in one line, without its boilerplate."""
    text = str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
    return re.sub(r"\(Background on this error .*\)", "", _NOISE.sub("", " ".join(text.split()))).strip(" .")


def advice(reason: str) -> str:
    """Return what a user can do about a failed connection, given its `summary`."""
    specific = next((advice for pattern, advice in _ADVICE.items() if re.search(pattern, reason)), _GENERAL_ADVICE)
    return f"{specific}; `roadmap doctor` tries again"
