"""A stream that goes on although its token opens nothing any more."""

import asyncio
import time
from collections.abc import Set
from typing import Final

import httpx
import jwt

from backend.auth import COOKIE
from backend.stream_access import StreamAccess
from domain.errors import DatabaseUnavailable
from domain.vocabulary import Role
from orchestrator.access.tokens import create_token, revoke_token
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.backend.test_streams import PATH, append
from tests.support.http_server import http_server, sse
from tests.support.limits import HANG_SECONDS
from tests.support.rows import started

INTERVAL: Final = 0.1
SECRET: Final = "a secret of at least thirty-two bytes"


async def _to_its_end(response: httpx.Response) -> list[int]:
    async with asyncio.timeout(HANG_SECONDS):
        return [event.id async for event in sse(response)]


async def test_a_revoked_token_ends_its_stream_and_no_other(settings: Settings, database: Database) -> None:
    await started(database)
    revoked = await create_token(database, "ann", Role.LEARNER)
    other = await create_token(database, "ann", Role.LEARNER)
    token_only = settings.model_copy(update={"auth": "token"})
    async with http_server(token_only, stream_check_interval=INTERVAL) as client:
        headers = [{"Authorization": f"Bearer {made.token}"} for made in (revoked, other)]
        async with (
            client.stream("GET", PATH, headers=headers[0]) as ending,
            client.stream("GET", PATH, headers=headers[1]) as going_on,
        ):
            await revoke_token(database, revoked.row.token_id)
            assert await _to_its_end(ending) == []
            await append(database, "one")
            assert (await asyncio.wait_for(anext(sse(going_on)), HANG_SECONDS)).id == 1
        assert (await client.get(PATH, headers=headers[0])).status_code == 401


async def test_an_expired_jwt_ends_its_stream(settings: Settings, database: Database) -> None:
    await started(database)
    signed = Settings.model_validate({**settings.model_dump(), "auth": "jwt", "jwt_key": SECRET})
    async with http_server(signed, stream_check_interval=INTERVAL) as client:
        for valid_seconds in (2, 4, 8, 16):  # on a busy machine a token may expire before its stream has begun
            token = jwt.encode({"sub": "ann", "exp": time.time() + valid_seconds}, SECRET, "HS256")
            async with client.stream("GET", PATH, headers={"Authorization": f"Bearer {token}"}) as response:
                if response.status_code == 200:
                    assert await _to_its_end(response) == []
                    return
        assert response.status_code == 200


async def test_signing_out_ends_the_streams_of_pages_and_no_programs(settings: Settings, database: Database) -> None:
    await started(database)
    token = (await create_token(database, "ann", Role.LEARNER)).token
    async with http_server(settings.model_copy(update={"auth": "token"}), stream_check_interval=INTERVAL) as client:
        form = {"csrf": "c" * 32}
        cookies = {"Cookie": f"{COOKIE}={token}; roadmap_form={form['csrf']}"}
        async with (
            client.stream("GET", PATH, headers=cookies) as page,
            client.stream("GET", PATH, headers={"Authorization": f"Bearer {token}"}) as program,
        ):
            assert page.status_code == program.status_code == 200
            assert (await client.post("/logout", data=form, headers=cookies)).status_code == 303
            assert await _to_its_end(page) == []
            await append(database, "one")
            assert (await asyncio.wait_for(anext(sse(program)), HANG_SECONDS)).id == 1


async def test_while_the_database_is_away_nothing_is_known_and_no_stream_ends() -> None:
    access = StreamAccess(0.01)
    looks: list[Set[str]] = []

    async def valid(tokens: Set[str]) -> Set[str]:
        looks.append(tokens)
        if len(looks) < 3:
            raise DatabaseUnavailable("away")
        return set()

    with access.watching("a token") as over:
        watching = asyncio.create_task(access.run(valid))
        async with asyncio.timeout(HANG_SECONDS):
            await over.wait()
        watching.cancel()
    assert looks == [{"a token"}] * 3
