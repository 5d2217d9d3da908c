"""Database URLs: libpq reads them, and both drivers connect with what it read, so that a URL means one thing.

psycopg is libpq. asyncpg has a reader of its own, which takes what it does not know for settings of the server, cuts
passwords elsewhere, and has one time limit for all hosts together; so it gets each host alone, as plain arguments.
"""

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from domain.errors import InvalidInput

CONNECT_TIMEOUT: Final = 10
"""Seconds for one host, unless the URL has a `connect_timeout`."""

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
"""What asyncpg understands as libpq does, in a URL of its own."""
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
"""What asyncpg does without: every statement of ours has a time limit in the client, which serves for keepalives."""
_CHOICES: Final = {
    "sslmode": {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"},
    "target_session_attrs": {"any", "read-write", "read-only", "primary", "standby", "prefer-standby"},
    # asyncpg cannot promise more
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
"""How libpq notices that the machine at the other end is gone."""


def read_url(url: str) -> dict[str, str]:
    """What libpq reads in a URL. Raises InvalidInput, in a line that holds nothing of a password."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if not url.startswith(_PREFIXES):
        raise InvalidInput("the database URL must begin with postgresql://")
    try:
        read = {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    except UnicodeEncodeError:  # bytes of the environment that are no UTF-8
        raise InvalidInput("the database URL is not UTF-8 (write %XX)") from None
    except ProgrammingError as error:
        # What libpq quotes may be a part of a password with characters that had to be escaped.
        said = re.sub('"[^"]*"', "...", " ".join(str(error).split()))
        raise InvalidInput(f"the database URL cannot be read: {said} (in a password, write %XX)") from None
    _check(read)
    return read


def _check(read: Mapping[str, str]) -> None:
    ports = read.get("port", "").split(",")
    if not all(not port or (port.isdecimal() and 0 < int(port) < 65536) for port in ports):
        raise InvalidInput("the database URL has a port that is no number from 1 to 65535 (in a password, write %XX)")
    if 1 < len(ports) != len(_hosts(read)):
        raise InvalidInput(f"the database URL has {len(ports)} ports for {len(_hosts(read))} hosts")
    for name, value in read.items():
        if name in _NUMBERS and not value.lstrip("-").isdecimal():
            raise InvalidInput(f"the database URL has a {name} that is no number")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise InvalidInput(f"the database URL may have a {name} of {', '.join(sorted(_CHOICES[name]))} only")
        if name in _FILES and value != "system" and not Path(value).is_file():
            raise InvalidInput(f"the {name} of the database URL is no file: {value}")
        if name not in _ARGUMENTS | _FOR_ASYNCPG | _LIBPQ_ONLY | set(_CHOICES):
            raise InvalidInput(f"the database URL has {name}, which the driver asyncpg cannot keep: leave it out")


def where(url: str) -> str:
    """The server that a URL names, without its password: for messages."""
    read = read_url(url)
    return f"{','.join(f'{host}:{port or 5432}' for host, port in _hosts(read))}/{read.get('dbname', '')}"


def _hosts(read: Mapping[str, str]) -> list[tuple[str, str]]:
    hosts = read.get("host", "localhost").split(",")
    ports = read.get("port", "").split(",")
    return list(zip(hosts, ports if len(ports) == len(hosts) else ports * len(hosts), strict=False))


def psycopg_arguments(url: str, *, application_name: str, settings: Mapping[str, object]) -> dict[str, Any]:
    """For `psycopg.connect`; `settings` of the server come after those that the URL has in `options`."""
    read = read_url(url)
    options = " ".join([read.get("options", ""), *(f"-c {name}={value}" for name, value in settings.items())])
    defaults = {"connect_timeout": CONNECT_TIMEOUT, "application_name": application_name, **_DEAD_PEER}
    return {**defaults, **read, "options": options.strip()}


def asyncpg_arguments(url: str, *, application_name: str, settings: Mapping[str, object]) -> list[dict[str, Any]]:
    """For `asyncpg.connect`, host by host, to be tried in turn."""
    read = read_url(url)
    server_settings = {"application_name": read.get("application_name", application_name)}
    if "options" in read:
        server_settings["options"] = read["options"]
    timeout = int(read.get("connect_timeout", CONNECT_TIMEOUT))
    common: dict[str, Any] = {
        "user": read.get("user"),
        "password": read.get("password"),
        "database": read.get("dbname"),
        "timeout": max(timeout, 2) if timeout > 0 else CONNECT_TIMEOUT,  # libpq's own least
        "server_settings": server_settings | {name: str(value) for name, value in settings.items()},
    }
    rest = {name: value for name, value in read.items() if name in _FOR_ASYNCPG}
    if rest.get("sslrootcert") == "system":
        common["ssl"] = _system_trust(rest)
    common["dsn"] = f"postgresql://?{urlencode(rest)}" if rest else None
    if "host" not in read:  # the defaults, of the environment or of the driver
        return [common | ({"port": int(read["port"])} if "port" in read else {})]
    return [common | {"host": host} | ({"port": int(port)} if port else {}) for host, port in _hosts(read)]


def _system_trust(rest: dict[str, str]) -> ssl.SSLContext:
    """sslrootcert=system, as libpq has it: the system's authorities, and the host must be the certificate's."""
    context = ssl.create_default_context()
    if "sslcert" in rest:
        context.load_cert_chain(rest["sslcert"], rest.get("sslkey"), rest.get("sslpassword"))
    for name in ("sslrootcert", "sslmode"):
        rest.pop(name, None)
    return context
