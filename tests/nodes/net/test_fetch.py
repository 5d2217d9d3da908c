"""What a hostile page or name could do to who fetches it."""

import asyncio
import gzip
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence

import pytest

from nodes.net.addresses import AllowList
from nodes.net.connect import FetchFailed, NetworkEnvironment, RequestTimeouts, Resolver, system_addresses
from nodes.net.fetch import MAX_BODY_BYTES, Fetcher
from tests.support.limits import HANG_SECONDS
from tests.support.web_server import CERTIFICATE, page, redirect, web_server

LOOPBACK = AllowList.read(["127.0.0.1"])


class Names:
    """A resolver of our own: each lookup of a host gives the next of its answers, the last one again and again."""

    def __init__(self, answers: Mapping[str, Sequence[list[str]]]) -> None:
        self._answers = {host: list(lists) for host, lists in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        lists = self._answers.get(host)
        if not lists:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return lists.pop(0) if len(lists) > 1 else lists[0]


def fetcher(allowed: AllowList = LOOPBACK, resolve: Resolver | None = None, **limits: float) -> Fetcher:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    return Fetcher(allowed, NetworkEnvironment(resolve or system_addresses, trusting), RequestTimeouts(**limits))


async def reason(url: str, by: Fetcher | None = None) -> str:
    with pytest.raises(FetchFailed) as caught:
        await (by or fetcher()).fetch(url)
    return str(caught.value)


async def test_a_page_is_fetched_and_redirects_are_followed() -> None:
    async with web_server({"/a": redirect("/b"), "/b": page(title="Here")}) as server:
        found = await fetcher().fetch(server.url("/a"))
    assert (found.url, found.status, found.hops) == (server.url("/b"), 200, 1)
    assert b"Here" in found.body


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://127.1:{port}/",
        "http://0:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://[2002:7f00:1::]:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
    ],
)
async def test_a_link_into_this_machine_is_not_followed(url: str) -> None:
    async with web_server({"/": page(title="secret")}) as server:
        assert "not public" in await reason(url.format(port=server.port), fetcher(AllowList()))
        assert server.asked == []


@pytest.mark.parametrize(
    "to", ["http://10.0.0.1/", "http://localhost:{port}/x", "//[::1]:{port}/x", "http://169.254.169.254/"]
)
async def test_a_redirect_into_the_private_network_is_not_followed(to: str) -> None:
    async with web_server() as server:
        server.answers["/"] = redirect(to.format(port=server.port))
        names = Names({"site.test": [["127.0.0.1"]], "localhost": [["127.0.0.1"]]})
        by = fetcher(AllowList.read(["site.test"]), names)
        assert "not public" in await reason(server.url("/", "site.test"), by)
        assert server.asked == ["/"]


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "gopher://x/",
        "ftp://127.0.0.1/",
        "http://１２７.0.0.1/",
        "http://a:b@127.0.0.1/",
        "http://[x",
    ],
)
async def test_a_redirect_out_of_the_web_is_not_followed(to: str) -> None:
    async with web_server({"/": redirect(to)}) as server:
        assert await reason(server.url("/"))
        assert server.asked == ["/"]


async def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    """DNS rebinding: what was judged is what is connected to, and each hop is judged by its own lookup."""
    names = Names({"rebind.test": [["127.0.0.1"], ["10.0.0.1"]]})
    async with web_server({"/": redirect("/again"), "/again": page(title="x")}) as server:
        assert "not public" in await reason(server.url("/", "rebind.test"), fetcher(resolve=names))
        assert server.asked == ["/"]
    assert names.asked == ["rebind.test"] * 2, "one lookup a hop"


async def test_a_name_with_one_inner_address_among_public_ones_is_refused() -> None:
    names = Names({"mixed.test": [["93.184.216.34", "192.168.0.1"]]})
    assert "not public" in await reason("http://mixed.test/", fetcher(resolve=names))


async def test_an_address_that_does_not_answer_is_not_the_last_word() -> None:
    names = Names({"two.test": [["127.0.0.2", "127.0.0.1"]]})
    async with web_server({"/": page(title="x")}) as server:
        by = fetcher(AllowList.read(["127.0.0.0/8"]), names)
        assert (await by.fetch(server.url("/", "two.test"))).status == 200


async def test_redirects_end() -> None:
    async with web_server({"/": redirect("/")}) as server:
        assert "without end" in await reason(server.url("/"))
        assert len(server.asked) == 6


async def test_a_huge_body_is_not_read_to_its_end() -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Big</title>")
        while sent < 200_000_000:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    async with web_server({"/": endless}) as server:
        found = await fetcher().fetch(server.url("/"))
    assert len(found.body) == MAX_BODY_BYTES
    assert sent < 50_000_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_decompression_bomb_does_not_go_off(encoding: str) -> None:
    bomb = gzip.compress(b"<title>Bomb</title>" + b"\0" * 100_000_000)
    async with web_server({"/": page(bomb, headers={"Content-Encoding": encoding})}) as server:
        found = await fetcher().fetch(server.url("/"))
    assert len(found.body) <= MAX_BODY_BYTES
    assert "accept-encoding: identity" in server.requests[0].lower()


@pytest.mark.parametrize("slow", ["connect", "head", "body"])
async def test_a_slow_page_is_given_up(slow: str) -> None:
    async def trickle(writer: asyncio.StreamWriter) -> None:
        if slow == "body":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while slow != "connect":
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)
        await asyncio.sleep(10 * HANG_SECONDS)

    async with web_server({"/": trickle}) as server, asyncio.timeout(HANG_SECONDS):
        assert "in time" in await reason(server.url("/"), fetcher(total_seconds=0.3))


async def test_a_certificate_of_another_or_of_nobody_is_not_trusted() -> None:
    async with web_server({"/": page(title="x")}, tls=True) as server:
        names = Names({"site.test": [["127.0.0.1"]], "other.test": [["127.0.0.1"]]})
        by = fetcher(resolve=names)
        assert (await by.fetch(server.url("/", "site.test", "https"))).status == 200
        assert "certificate" in await reason(server.url("/", "other.test", "https"), by)
        assert "certificate" in await reason(server.url("/", scheme="https"), Fetcher(LOOPBACK))
        assert server.asked == ["/"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/"])
async def test_a_server_that_speaks_nonsense_is_no_crash(url: str) -> None:
    async def nonsense(writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.test ESMTP\r\n")

    async with web_server({"/": nonsense}) as server:
        assert await reason(url.format(port=server.port), fetcher(connect_seconds=0.3))
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            assert "refuses" in await reason(url.format(port=closed.getsockname()[1]))


async def test_no_cookie_and_no_credential_is_sent_or_kept() -> None:
    told = redirect("/b").replace(b"Location", b"Set-Cookie: a=b\r\nLocation")
    async with web_server({"/": told, "/b": page(title="x")}) as server:
        await fetcher().fetch(server.url("/"))
        assert not any("cookie" in request.lower() or "authorization" in request.lower() for request in server.requests)
        assert "user name" in await reason(f"http://me:secret@127.0.0.1:{server.port}/")


async def test_a_name_that_does_not_exist_says_so() -> None:
    with pytest.raises(FetchFailed, match="does not exist") as caught:
        await fetcher(resolve=Names({})).fetch("https://nowhere.test/")
    assert caught.value.lasting
    assert caught.value.offline


async def test_a_lookup_that_hangs_is_not_waited_for() -> None:
    async def hang(host: str, port: int) -> list[str]:
        await asyncio.sleep(10 * HANG_SECONDS)
        return []

    async with asyncio.timeout(HANG_SECONDS):
        assert "looked up in time" in await reason("http://slow.test/", fetcher(resolve=hang, connect_seconds=0.1))


@pytest.mark.parametrize("host", ["localhost", "a..b", "x" * 70 + ".test"])
async def test_the_systems_resolver_answers_or_says_that_it_cannot(host: str) -> None:
    if host == "localhost":
        assert set(await system_addresses(host, 80)) <= {"127.0.0.1", "::1"}
    else:
        with pytest.raises(socket.gaierror):
            await system_addresses(host, 80)
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "look up a host")
