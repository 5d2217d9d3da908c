"""Check the URL of a webhook when the webhook is made, without resolving its host.

A URL that passes may still be unreachable: the host is resolved and its addresses are checked at each attempt
(connect.py).
"""

import re
from ipaddress import ip_address
from typing import Final

import httpx

from nodes.net.addresses import BLOCKED_PORTS, PUBLIC_PORTS, Address, AllowList, is_public
from nodes.net.connect import FetchFailed, port_of, readable

MAX_HOST_LENGTH: Final = 253
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INTERNAL_DOMAINS: Final = frozenset(
    {"localhost", "local", "internal", "home.arpa", "test", "invalid", "onion", "alt", "localdomain"}
)
"""Reserved (RFC 2606, 6761, 6762, 7686, 8375, 9476; ICANN's `internal`): no public host has such a name."""
_LOOPBACK: Final = (ip_address("127.0.0.1"), ip_address("::1"))


def check_destination(url: str, allowed: AllowList) -> None:
    """Raise FetchFailed with the reason where a message to `url` could never arrive."""
    parsed = readable(url)
    host, address = _host_of(parsed)
    if address is None:
        _check_name(host)
        listed = bool(allowed.networks) or host in allowed.hosts
        public = not _is_internal(host) or _may_be_allowed(host, allowed)
    else:
        listed = allowed.names(host, address)
        public = listed or is_public(address)
    if not public:
        kind = "host name" if address is None else "address"
        raise FetchFailed(f"“{host}” is not a public {kind}", lasting=True)
    port = port_of(parsed)
    if port in BLOCKED_PORTS or (port not in PUBLIC_PORTS and not listed):
        ports = ", ".join(map(str, sorted(PUBLIC_PORTS)))
        raise FetchFailed(f"port {port} is not allowed (use one of {ports})", lasting=True)


def _host_of(parsed: httpx.URL) -> tuple[str, Address | None]:
    """Return the host as it would be looked up, in lower-case ASCII, and the address if it is one."""
    host = parsed.raw_host.decode("ascii").lower()
    try:
        readable_host = parsed.host  # decodes xn--
    except UnicodeError:
        raise FetchFailed(f"“{host}” is not a valid internationalized host name", lasting=True) from None
    try:
        return host, ip_address(readable_host)
    except ValueError:
        return host, None


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(host) > MAX_HOST_LENGTH or any(len(label) > 63 for label in labels):
        raise FetchFailed("its host name is too long (at most 63 characters between dots, 253 in all)", lasting=True)
    if host.endswith("."):
        raise FetchFailed(f"“{host}” ends with a dot: leave it out", lasting=True)
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise FetchFailed(f"“{host}” is not a valid host name", lasting=True)
    if _NUMBER.fullmatch(labels[-1]):  # a resolver reads 2130706433, 127.1 and 0x7f.1 as 127.0.0.1
        raise FetchFailed(f"“{host}” is not an IPv4 address of four decimal numbers", lasting=True)


def _is_internal(host: str) -> bool:
    return "." not in host or any(host == domain or host.endswith(f".{domain}") for domain in _INTERNAL_DOMAINS)


def _may_be_allowed(host: str, allowed: AllowList) -> bool:
    """Whether the allow-list names an internal host, or may name the address that it is going to have."""
    if host == "localhost" or host.endswith(".localhost"):
        return any(allowed.names(host, address) for address in _LOOPBACK)
    return host in allowed.hosts or bool(allowed.networks)
