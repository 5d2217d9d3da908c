"""What a hostile receiver could do to who tells it."""

import asyncio
import socket

import pytest

from nodes.net.addresses import AllowList
from nodes.net.connect import FetchFailed, NetworkEnvironment, RequestTimeouts
from nodes.net.destinations import check_destination
from nodes.net.post import MAX_BODY_BYTES, Poster
from tests.support.limits import HANG_SECONDS
from tests.support.web_server import dripping, page, redirect, web_server

LOOPBACK = AllowList.read(["127.0.0.1"])


async def test_a_message_arrives_whole_with_its_headers() -> None:
    async with web_server({"/hook": page("thanks", headers={"Retry-After": "7"})}) as server:
        answer = await Poster(LOOPBACK).post(server.url("/hook?key=a"), {"webhook-id": "m"}, "学".encode())
    assert (answer.status, answer.beginning, answer.retry_after) == (200, b"thanks", 7.0)
    head, _, body = server.requests[0].partition("\r\n\r\n")
    assert head.startswith("POST /hook?key=a HTTP/1.1")
    assert "webhook-id: m" in head
    assert body == "学"


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with web_server({"/": endless}) as server, asyncio.timeout(HANG_SECONDS):
        answer = await Poster(LOOPBACK).post(server.url("/"), {}, b"{}")
    assert len(answer.beginning) == MAX_BODY_BYTES


async def test_a_receiver_that_trickles_is_given_up() -> None:
    async with web_server({"/": dripping()}) as server:
        with pytest.raises(FetchFailed, match="in time"):
            await Poster(LOOPBACK, limits=RequestTimeouts(total_seconds=0.4)).post(server.url("/"), {}, b"{}")


async def test_a_redirect_is_an_answer_like_any_other() -> None:
    async with web_server() as server:
        server.answers["/"] = redirect(server.url("/other"))
        assert (await Poster(LOOPBACK).post(server.url("/"), {}, b"{}")).status == 302
        assert server.asked == ["/"]


async def test_a_name_that_leads_into_the_private_network_is_not_told() -> None:
    async def private(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    with pytest.raises(FetchFailed, match="not public"):
        await Poster(LOOPBACK, NetworkEnvironment(private)).post("https://hooks.test/", {}, b"{}")


async def test_a_place_that_is_allowed_may_be_on_any_port() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        check_destination(url, LOOPBACK)
        with pytest.raises(FetchFailed, match="not a public address"):
            check_destination(url, AllowList())
        with pytest.raises(FetchFailed, match="refuses"):
            await Poster(LOOPBACK).post(url, {}, b"{}")


@pytest.mark.parametrize("value", ["soon", "-5", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 400, "1e3"])
async def test_a_wait_that_is_no_number_of_seconds_is_none(value: str) -> None:
    async with web_server({"/": page(status="503 Busy", headers={"Retry-After": value})}) as server:
        assert (await Poster(LOOPBACK).post(server.url("/"), {}, b"{}")).retry_after is None
