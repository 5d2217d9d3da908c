"""Fetches the beginning of a page that somebody else named, without being led astray.

A host is resolved once per hop and connected to at that very address, so that a name which answers otherwise a moment
later gains nothing. Every hop is judged anew. No cookies, no credentials, no proxy; time, size and hops are bounded.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import httpcore
import httpx

from nodes.web.addresses import Address, AllowList, may_connect

MOST_HOPS: Final = 5
MOST_BYTES: Final = 262_144
"""Of a body, packed and unpacked: a title stands far ahead of that."""
_MOST_ADDRESSES: Final = 3
_HEADERS: Final[Sequence[tuple[bytes | str, bytes | str]]] = (
    ("User-Agent", "roadmap-orchestrator (link check)"),
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.5"),
    ("Accept-Encoding", "identity"),
)
_NOBODY: Final = AllowList()
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host; raises socket.gaierror."""


class FetchFailed(Exception):
    """Nothing was fetched.

    `lasting`: it will not be otherwise tomorrow. `offline`: it may be so because this machine has no network, or one
    that answers in place of everybody. `heard`: an earlier hop answered.
    """

    def __init__(self, reason: str, *, lasting: bool = False, offline: bool = False, heard: bool = False) -> None:
        super().__init__(reason)
        self.lasting = lasting
        self.offline = offline and not heard
        self.heard = heard


@dataclass(frozen=True, slots=True)
class Page:
    """The beginning of an answer, and where it was found after all redirects."""

    url: str
    status: int
    content_type: str
    body: bytes
    hops: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a page with all its hops, and for one connection."""

    total_seconds: float = 8.0
    connect_seconds: float = 3.0


class Fetcher:
    def __init__(
        self, allowed: AllowList = _NOBODY, outside: "Outside | None" = None, limits: Limits | None = None
    ) -> None:
        self._outside = outside or Outside()
        self._backend = _JudgingBackend(allowed, self._outside.resolve)
        self._limits = limits or Limits()

    async def fetch(self, url: str) -> Page:
        """Raises FetchFailed."""
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                return await self._follow(url)
        except TimeoutError:
            raise FetchFailed("it did not answer in time", offline=True) from None

    async def _follow(self, url: str) -> Page:
        for hop in range(MOST_HOPS + 1):
            try:
                parsed = readable(url)
                page, onward = await self._get(parsed, hop)
            except FetchFailed as failure:
                if not hop:
                    raise
                raise FetchFailed(str(failure), lasting=failure.lasting, heard=True) from None
            if onward is None:
                return page
            url = _joined(parsed, onward)
        raise FetchFailed("it redirects without end", heard=True)

    async def _get(self, url: httpx.URL, hop: int) -> tuple[Page, str | None]:
        """One hop: what stands there, or where it leads on to."""
        port = url.port or (443 if url.scheme == "https" else 80)
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path)
        headers: list[tuple[bytes | str, bytes | str]] = [("Host", url.netloc.decode("ascii")), *_HEADERS]
        total = self._limits.total_seconds
        timeout = {"connect": self._limits.connect_seconds, "read": total, "write": total, "pool": total}
        pool = httpcore.AsyncConnectionPool(
            ssl_context=self._outside.tls(),
            network_backend=self._backend,
            max_connections=1,
            max_keepalive_connections=0,
        )
        async with pool:
            try:
                async with pool.stream("GET", target, headers=headers, extensions={"timeout": timeout}) as response:
                    told = {name.lower(): value for name, value in response.headers}
                    onward = told.get(b"location")
                    if response.status in _REDIRECTS and onward is not None:
                        return Page("", response.status, "", b"", hop), onward.decode("utf-8", "replace")
                    body = await _beginning(response, told.get(b"content-encoding", b""))
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
                raise _failure(error) from None
        content_type = told.get(b"content-type", b"").decode("latin-1")
        return Page(str(url), response.status, content_type, body, hop), None


class _JudgingBackend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that it has judged, and to no other."""

    def __init__(self, allowed: AllowList, resolve: Resolver) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host, port, timeout)
        if not all(may_connect(host, address, port, self._allowed) for address in addresses):
            named = host != str(addresses[0])
            raise FetchFailed("it leads to a place that is not public", lasting=True, offline=named)
        for address in addresses[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._plain.connect_tcp(str(address), port, timeout, local_address, socket_options)
        return await self._plain.connect_tcp(str(addresses[-1]), port, timeout, local_address, socket_options)

    async def _addresses(self, host: str, port: int, timeout: float | None) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        try:
            async with asyncio.timeout(timeout):
                found = await self._resolve(host, port)
        except socket.gaierror as error:
            lasting = error.errno != socket.EAI_AGAIN
            raise FetchFailed("its host does not exist", lasting=lasting, offline=True) from None
        except TimeoutError:
            raise FetchFailed("its host could not be looked up in time", offline=True) from None
        if not found:
            raise FetchFailed("its host has no address", lasting=True, offline=True)
        return [ip_address(text) for text in dict.fromkeys(found)][:_MOST_ADDRESSES]


async def system_addresses(host: str, port: int) -> list[str]:
    """By the system's resolver, in a thread that nobody waits for: a lookup can hang longer than a run may end."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str], error: OSError | UnicodeError | None) -> None:
        if not found.done():
            found.set_result(addresses) if error is None else found.set_exception(error)

    def look() -> None:
        addresses: list[str] = []
        failure: OSError | UnicodeError | None = None
        try:
            addresses = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except UnicodeError:
            failure = socket.gaierror(socket.EAI_NONAME, "not a host name")
        except OSError as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is gone
            loop.call_soon_threadsafe(settle, addresses, failure)

    threading.Thread(target=look, daemon=True, name="look up a host").start()
    return await found


class Outside:
    """What a fetcher believes of the world: where hosts are, and whose certificates are good."""

    def __init__(self, resolve: Resolver = system_addresses, trusting: ssl.SSLContext | None = None) -> None:
        self.resolve = resolve
        self._trusting = trusting

    def tls(self) -> ssl.SSLContext:
        """Read from the disk once, when the first page is fetched."""
        if self._trusting is None:
            self._trusting = httpcore.default_ssl_context()
        return self._trusting


def readable(url: str) -> httpx.URL:
    """Raises FetchFailed for what no page can have."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise FetchFailed("it cannot be read", lasting=True) from None
    if parsed.scheme not in {"http", "https"} or not parsed.raw_host:
        raise FetchFailed("it does not lead to the web", lasting=True)
    if parsed.userinfo:
        raise FetchFailed("it holds a user name or a password", lasting=True)
    return parsed


def _joined(url: httpx.URL, onward: str) -> str:
    try:
        return str(url.join(onward))
    except (httpx.InvalidURL, UnicodeError):
        return ""


async def _beginning(response: httpcore.Response, encoding: bytes) -> bytes:
    """At most MOST_BYTES of the body; what was packed although nobody asked for that is unpacked no further either."""
    packed = bytearray()
    async for chunk in response.aiter_stream():
        packed += chunk
        if len(packed) >= MOST_BYTES:
            break
    raw = bytes(packed[:MOST_BYTES])
    match encoding.strip().lower():
        case b"" | b"identity":
            return raw
        case b"gzip" | b"x-gzip" | b"deflate":
            with contextlib.suppress(zlib.error):
                return zlib.decompressobj(wbits=47).decompress(raw, MOST_BYTES)
    return b""


def _failure(error: Exception) -> FetchFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchFailed("its certificate is not to be trusted", lasting=True, offline=True)
        if isinstance(cause, ConnectionRefusedError):
            return FetchFailed("it refuses connections", lasting=True, offline=True)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.ConnectTimeout | httpcore.ConnectError):
        return FetchFailed("it cannot be connected to", offline=True)
    if isinstance(error, httpcore.TimeoutException):
        return FetchFailed("it did not answer in time")
    return FetchFailed("it broke off the connection")
