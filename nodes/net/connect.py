"""Connect safely to URLs that others named (protection against server-side request forgery).

A host is resolved once per request, and the connection goes to that address, which defeats DNS rebinding. There are no
cookies, credentials or proxies, and time is limited.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import httpcore
import httpx

from nodes.net.addresses import Address, AllowList, is_public, may_connect

_MAX_ADDRESSES: Final = 3

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a host; raises socket.gaierror."""
Headers = Sequence[tuple[bytes | str, bytes | str]]


class FetchFailed(Exception):
    """A request failed.

    `lasting`: a later try will fail too. `offline`: the cause may be a missing network, or one that answers for every
    host. `heard`: an earlier hop answered. `internal`: the reason reveals names or addresses inside a network, so only
    operators may see it.
    """

    def __init__(
        self,
        reason: str,
        *,
        lasting: bool = False,
        offline: bool = False,
        heard: bool = False,
        internal: bool = False,
    ) -> None:
        super().__init__(reason)
        self.internal = internal
        self.lasting = lasting
        self.offline = offline and not heard
        self.heard = heard


@dataclass(frozen=True, slots=True)
class RequestTimeouts:
    """Time limits in seconds: for a request with all its hops, and for one connection."""

    total_seconds: float = 8.0
    connect_seconds: float = 3.0


class Connector:
    """Makes requests, each on its own connection to an address that was checked."""

    def __init__(self, allowed: AllowList, outside: "NetworkEnvironment", limits: RequestTimeouts) -> None:
        self._outside = outside
        self._backend = _JudgingBackend(allowed, outside.resolve)
        self._limits = limits

    @contextlib.asynccontextmanager
    async def request(
        self, method: str, url: httpx.URL, headers: Headers, content: bytes | None = None
    ) -> AsyncIterator[httpcore.Response]:
        """Open a request and yield its response. Raises FetchFailed, as does reading the response."""
        port = port_of(url)
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path)
        total = self._limits.total_seconds
        timeout = {"connect": self._limits.connect_seconds, "read": total, "write": total, "pool": total}
        pool = httpcore.AsyncConnectionPool(
            ssl_context=self._outside.tls(),
            network_backend=self._backend,
            max_connections=1,
            max_keepalive_connections=0,
        )
        sent: Headers = [("Host", url.netloc.decode("ascii")), *headers]
        async with pool:
            try:
                async with pool.stream(
                    method, target, headers=sent, content=content, extensions={"timeout": timeout}
                ) as response:
                    yield response
            except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
                raise _failure(error) from None


class _JudgingBackend(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that it has checked."""

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
            raise FetchFailed("it leads to a place that is not public", lasting=True, offline=named, internal=True)
        for address in addresses[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._plain.connect_tcp(str(address), port, timeout, local_address, socket_options)
        try:
            return await self._plain.connect_tcp(str(addresses[-1]), port, timeout, local_address, socket_options)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise _failure(error, internal=not all(map(is_public, addresses))) from None

    async def _addresses(self, host: str, port: int, timeout: float | None) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        try:
            async with asyncio.timeout(timeout):
                texts = await self._resolve(host, port)
        except socket.gaierror as error:
            lasting = error.errno != socket.EAI_AGAIN
            raise FetchFailed("its host does not exist", lasting=lasting, offline=True, internal=True) from None
        except TimeoutError:
            raise FetchFailed("its host could not be looked up in time", offline=True, internal=True) from None
        if not texts:
            raise FetchFailed("its host has no address", lasting=True, offline=True, internal=True)
        return [ip_address(text) for text in dict.fromkeys(texts)][:_MAX_ADDRESSES]


async def system_addresses(host: str, port: int) -> list[str]:
    """Resolve by the system, in a daemon thread, since a lookup can hang longer than a process may take to exit."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str], error: OSError | UnicodeError | None) -> None:
        if not result.done():
            result.set_result(addresses) if error is None else result.set_exception(error)

    def look() -> None:
        addresses: list[str] = []
        failure: OSError | UnicodeError | None = None
        try:
            addresses = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except UnicodeError:
            failure = socket.gaierror(socket.EAI_NONAME, "not a host name")
        except OSError as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, addresses, failure)

    threading.Thread(target=look, daemon=True, name="look up a host").start()
    return await result


class NetworkEnvironment:
    """The resolver and the trusted certificates of a process."""

    def __init__(self, resolve: Resolver = system_addresses, trusting: ssl.SSLContext | None = None) -> None:
        self.resolve = resolve
        self._trusting = trusting

    def tls(self) -> ssl.SSLContext:
        """Return the TLS context; certificates are read from the disk once, for the first request."""
        if self._trusting is None:
            self._trusting = httpcore.default_ssl_context()
        return self._trusting


def readable(url: str) -> httpx.URL:
    """Parse a URL. Raises FetchFailed for one that no request can be made to."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        by_host = str(error).startswith(("Invalid IDNA", "Invalid IPv"))
        reason = "its host is not a valid name or address" if by_host else "it cannot be read as a URL"
        raise FetchFailed(reason, lasting=True) from None
    if parsed.scheme not in {"http", "https"} or not parsed.raw_host:
        raise FetchFailed("it does not begin with http:// or https:// and a host", lasting=True)
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise FetchFailed("its port is not a number from 1 to 65535", lasting=True)
    if parsed.userinfo:
        raise FetchFailed("it holds a user name or a password", lasting=True)
    return parsed


def port_of(url: httpx.URL) -> int:
    """Return the port that a URL names, or the usual one of its scheme."""
    return url.port or (443 if url.scheme == "https" else 80)


def _failure(error: Exception, *, internal: bool = False) -> FetchFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchFailed("its certificate is not to be trusted", lasting=True, offline=True)
        if isinstance(cause, ConnectionRefusedError):
            return FetchFailed("it refuses connections", lasting=True, offline=True, internal=internal)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.ConnectTimeout | httpcore.ConnectError):
        return FetchFailed("it cannot be connected to", offline=True, internal=internal)
    if isinstance(error, httpcore.TimeoutException):
        return FetchFailed("it did not answer in time")
    return FetchFailed("it broke off the connection")
