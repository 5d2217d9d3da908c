"""What to do about a server that cannot be connected to. One table, from what drivers and servers say.

A connection that fails has no SQLSTATE in libpq, so words have to do; where a server speaks another language than
English, the general advice is given.
"""

import re
from typing import Final

_NOISE: Final = re.compile(
    r"connection (?:failed|is bad): |connection to server (?:at|on socket) \"[^\"]*\"(?:, port \d+)? failed: |FATAL: +"
    r"|Is the server running .*\?|This probably means .*request\.|\[Errno -?\d+\] "
)
_TO_DO: Final = {
    r"authentication failed|no password|pg_hba|role .* does not exist|to log in|password": (
        "put a user and a password that it lets in into ROADMAP_DATABASE_URL"
    ),
    r"database .* does not exist": "create it or name another in ROADMAP_DATABASE_URL, then run `roadmap db upgrade`",
    r"invalid response|expected authentication|lost synchron": (
        "what listens there is no PostgreSQL, so correct host and port in ROADMAP_DATABASE_URL"
    ),
    r"SSL|TLS|certificate": "put an sslmode and an sslrootcert that fit the server into ROADMAP_DATABASE_URL",
    r"resolve host|not known|host name|getaddrinfo|No address": "correct the host in ROADMAP_DATABASE_URL",
    r"closed the connection|connection_lost": (
        "see that PostgreSQL runs there, or correct host and port in ROADMAP_DATABASE_URL"
    ),
    r"starting up|shutting down|recovery|too many|slots": "it is busy, so try again in a moment",
    r"timeout|timed out|in time": "see whether it is overloaded or behind a firewall, or correct ROADMAP_DATABASE_URL",
}
_ELSE: Final = "start PostgreSQL there or correct ROADMAP_DATABASE_URL"


def said(error: BaseException) -> str:
    """What a driver says about a failed connection, in one line and without its padding."""
    text = str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
    return re.sub(r"\(Background on this error .*\)", "", _NOISE.sub("", " ".join(text.split()))).strip(" .")


def to_do(reason: str) -> str:
    """What to do about it."""
    found = next((advice for pattern, advice in _TO_DO.items() if re.search(pattern, reason)), _ELSE)
    return f"{found}; `roadmap doctor` tries again"
