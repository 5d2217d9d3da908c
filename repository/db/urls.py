"""Database URLs: parsed by libpq for both drivers, so that a URL has one meaning.

psycopg uses libpq. asyncpg has a parser of its own, which takes unknown parameters for server settings, splits
passwords differently, and has one timeout for all hosts together. So asyncpg gets each host separately, as arguments.
"""

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from domain.errors import InvalidInput

CONNECT_TIMEOUT_SECONDS: Final = 10
"""For each host, unless the URL has a `connect_timeout`."""

_PREFIXES: Final = ("postgresql://", "postgres://")
_ARGUMENTS: Final = {"user", "password", "dbname", "host", "port", "options", "application_name", "connect_timeout"}
_FILES: Final = {"sslrootcert", "sslcert", "sslkey", "sslcrl"}
_FOR_ASYNCPG: Final = _FILES | {
    "sslmode",
    "sslpassword",
    "sslnegotiation",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "target_session_attrs",
    "passfile",
    "service",
    "krbsrvname",
    "gsslib",
}
"""Parameters that asyncpg interprets like libpq when they are in its own URL."""
_NUMBERS: Final = {
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
}
_LIBPQ_ONLY: Final = _NUMBERS | {
    "client_encoding",
    "fallback_application_name",
    "gssdelegation",
    "load_balance_hosts",
    "sslcompression",
    "sslsni",
}
"""Parameters that asyncpg does not need: our client-side timeouts of statements replace keepalives."""
_CHOICES: Final = {
    "sslmode": {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"},
    "target_session_attrs": {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"},
    # asyncpg does not support the other values
    "channel_binding": {"disable", "prefer"},
    "gssencmode": {"disable", "prefer"},
    "sslcertmode": {"allow"},
}
_DEAD_PEER: Final = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""Settings by which libpq detects that the other machine is gone."""


def read_url(url: str) -> dict[str, str]:
    """Parse a URL with libpq. Raises InvalidInput with a message that contains no part of a password."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if not url.startswith(_PREFIXES):
        raise InvalidInput("the database URL must begin with postgresql://")
    try:
        read = {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    except UnicodeError:  # bytes of the environment, or escapes, that are not UTF-8
        raise InvalidInput("the database URL is not UTF-8 (write %XX)") from None
    except ProgrammingError as error:
        # libpq may quote a part of a password whose special characters were not escaped.
        message = re.sub('"[^"]*"', "...", " ".join(str(error).split()))
        raise InvalidInput(f"the database URL cannot be parsed: {message} (in a password, write %XX)") from None
    _check(read)
    return read


def _check(read: Mapping[str, str]) -> None:
    ports = read.get("port", "").split(",")
    if not all(not port or (port.isdecimal() and 0 < int(port) < 65536) for port in ports):
        raise InvalidInput("the port in the database URL is not a number from 1 to 65535 (in a password, write %XX)")
    if 1 < len(ports) != len(_hosts(read)):
        raise InvalidInput(f"the database URL has {len(ports)} ports for {len(_hosts(read))} hosts")
    for name, value in read.items():
        if name in _NUMBERS and not value.lstrip("-").isdecimal():
            raise InvalidInput(f"{name} in the database URL is not a number")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise InvalidInput(f"{name} in the database URL must be one of {', '.join(sorted(_CHOICES[name]))}")
        if name in _FILES and value != "system" and not Path(value).is_file():
            raise InvalidInput(f"{name} in the database URL is not a file: {value}")
        if name not in _ARGUMENTS | _FOR_ASYNCPG | _LIBPQ_ONLY | set(_CHOICES):
            raise InvalidInput(f"the database URL has {name}, which the driver asyncpg does not support: leave it out")


def where(url: str) -> str:
    """Return the hosts and database of a URL without user and password, for messages."""
    read = read_url(url)
    return f"{','.join(f'{host}:{port or 5432}' for host, port in _hosts(read))}/{read.get('dbname', '')}"


def _hosts(read: Mapping[str, str]) -> list[tuple[str, str]]:
    hosts = read.get("host", "localhost").split(",")
    ports = read.get("port", "").split(",")
    return list(zip(hosts, ports if len(ports) == len(hosts) else ports * len(hosts), strict=False))


def psycopg_arguments(url: str, *, application_name: str, settings: Mapping[str, object]) -> dict[str, Any]:
    """Return arguments for `psycopg.connect`; server `settings` are added to the `options` of the URL."""
    read = read_url(url)
    options = " ".join([read.get("options", ""), *(f"-c {name}={value}" for name, value in settings.items())])
    defaults = {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": application_name, **_DEAD_PEER}
    return {**defaults, **read, "options": options.strip()}


def asyncpg_arguments(url: str, *, application_name: str, settings: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return arguments for `asyncpg.connect` for each host, to be tried in this order."""
    read = read_url(url)
    server_settings = {"application_name": read.get("application_name", application_name)}
    if "options" in read:
        server_settings["options"] = read["options"]
    timeout = int(read.get("connect_timeout", CONNECT_TIMEOUT_SECONDS))
    common: dict[str, Any] = {
        "user": read.get("user"),
        "password": read.get("password"),
        "database": read.get("dbname"),
        "timeout": max(timeout, 2) if timeout > 0 else CONNECT_TIMEOUT_SECONDS,  # like libpq, at least 2
        "server_settings": server_settings | {name: str(value) for name, value in settings.items()},
    }
    rest = {name: value for name, value in read.items() if name in _FOR_ASYNCPG}
    if rest.get("sslrootcert") == "system":
        common["ssl"] = _system_trust(rest)
    common["dsn"] = f"postgresql://?{urlencode(rest)}" if rest else None
    if "host" not in read:  # defaults of the environment or of the driver
        return [common | ({"port": int(read["port"])} if "port" in read else {})]
    return [common | {"host": host} | ({"port": int(port)} if port else {}) for host, port in _hosts(read)]


def _system_trust(rest: dict[str, str]) -> ssl.SSLContext:
    """Return the context for sslrootcert=system: trust the system's authorities and verify the host name."""
    context = ssl.create_default_context()
    if "sslcert" in rest:
        context.load_cert_chain(rest["sslcert"], rest.get("sslkey"), rest.get("sslpassword"))
    for name in ("sslrootcert", "sslmode"):
        rest.pop(name, None)
    return context
