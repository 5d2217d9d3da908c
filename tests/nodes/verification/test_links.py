import asyncio
import socket

import pytest

from domain.contents import Resource
from nodes.net.addresses import AllowList
from nodes.net.connect import NetworkEnvironment, RequestTimeouts, Resolver, system_addresses
from nodes.net.fetch import Fetcher
from nodes.verification.links import LinkChecker, LinkFinding
from tests.support.limits import HANG_SECONDS
from tests.support.web_server import page, redirect, web_server

LOOPBACK = AllowList.read(["127.0.0.1"])


def resource(url: str, title: str = "The Go tour") -> Resource:
    return Resource(title=title, url=url, type="docs", description="", relevance_score=1, language="en")


def checker(
    resolve: Resolver | None = None, *, list_seconds: float = HANG_SECONDS, seconds: float = HANG_SECONDS
) -> LinkChecker:
    fetcher = Fetcher(LOOPBACK, NetworkEnvironment(resolve or system_addresses), RequestTimeouts(seconds, seconds))
    return LinkChecker(fetcher, list_seconds=list_seconds)


async def look(links: LinkChecker, *urls: str, title: str = "The Go tour") -> list[LinkFinding]:
    return (await links.look_at([resource(url, title) for url in urls])).findings


async def nowhere(host: str, port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def test_an_empty_list_has_nothing_to_look_at() -> None:
    assert await look(checker()) == []


@pytest.mark.parametrize(
    ("answer", "verification", "dead"),
    [
        (page(title="A Tour of Go"), "verified", False),
        (page("plain words", headers={"Content-Type": "text/plain"}), "verified", False),
        (page("%PDF", headers={"Content-Type": "application/pdf"}), "verified", False),
        (page("MZ", headers={"Content-Type": "application/x-msdownload"}), "unchecked", False),
        (page(title="Cooking for two"), "unchecked", False),
        (page(title="Page not found - Go"), "unreachable", True),
        (page("x", status="404 Not Found"), "unreachable", True),
        (page("x", status="410 Gone"), "unreachable", True),
        (page("x", status="403 Forbidden"), "unchecked", False),
        (page("x", status="429 Too Many Requests"), "unchecked", False),
        (page("x", status="503 Service Unavailable"), "unreachable", False),
        (redirect("/home"), "verified", False),
        (redirect("/"), "unreachable", True),
        (redirect("http://10.0.0.1/"), "unreachable", True),
    ],
)
async def test_a_link_is_marked_by_what_stands_behind_it(answer: bytes, verification: str, dead: bool) -> None:
    home, front = page(title="Tour"), page(title="Buy this domain")
    async with web_server({"/x": answer, "/home": home, "/": front}) as server:
        (finding,) = await look(checker(), server.url("/x"))
    assert (finding.verification, finding.dead) == (verification, dead), finding.reason
    assert finding.checked_at is not None
    assert finding.checked_at.tzinfo is not None


async def test_without_a_network_nothing_is_called_dead() -> None:
    links = checker(nowhere)
    for number in range(200):
        for finding in await look(links, *(f"https://host{number}-{n}.test/" for n in range(6))):
            assert (finding.verification, finding.dead, finding.checked_at) == ("unchecked", False, None)


async def test_a_network_that_does_not_answer_delays_only_the_first_lists() -> None:
    asked: list[str] = []

    async def hang(host: str, port: int) -> list[str]:
        asked.append(host)
        await asyncio.sleep(10 * HANG_SECONDS)
        return []

    links = checker(hang, seconds=0.2)
    for number in range(20):
        findings = await look(links, *(f"https://host{number}-{n}.test/" for n in range(6)))
        assert {finding.verification for finding in findings} == {"unchecked"}
    assert len(asked) < 20 * 6 / 2, "later lists asked for nothing and so waited for nothing"


async def test_an_invented_host_is_dead_where_the_network_works() -> None:
    async with web_server({"/x": page(title="Go tour")}) as server:
        findings = await look(checker(nowhere), server.url("/x"), "https://invented.test/")
    assert [finding.verification for finding in findings] == ["verified", "unreachable"]
    assert findings[1].dead


async def test_a_list_is_not_held_up_by_its_slowest_link() -> None:
    async def never(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(10 * HANG_SECONDS)

    async with web_server({"/x": page(title="Go tour"), "/slow": never}) as server, asyncio.timeout(HANG_SECONDS):
        for list_seconds in (1, 4, 16, 64):  # a busy machine may not come to the quick one within the first
            patient = checker(list_seconds=list_seconds, seconds=10 * HANG_SECONDS)
            findings = await look(patient, server.url("/slow"), server.url("/x"))
            if findings[1].verification == "verified":
                break
    assert [finding.verification for finding in findings] == ["unchecked", "verified"]


async def test_a_link_that_many_concepts_name_is_asked_for_once() -> None:
    async with web_server({"/x": page(title="Go tour")}) as server:
        links = checker()
        for _ in range(5):
            await look(links, server.url("/x"))
        assert server.asked == ["/x"]
        (finding,) = await look(links, server.url("/x"), title="Kneading dough")
        assert finding.verification == "unchecked", "another title is another claim"


async def test_a_run_that_is_cancelled_leaves_no_look_behind() -> None:
    async def never(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with web_server({"/slow": never}) as server:
        before = asyncio.all_tasks()
        looking = asyncio.ensure_future(look(checker(), server.url("/slow")))
        await asyncio.sleep(0.1)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        left = {task for task in asyncio.all_tasks() - before if "serve" not in repr(task)}
        assert not left
