"""One round on one database: users work while processes die, then everything settles and is checked."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from tests.chaos_program.disturbances import FELL, FILL, Disturbances
from tests.chaos_program.fleet import Fleet
from tests.chaos_program.losses import fingerprint, losses_of, unfinished
from tests.chaos_program.messages import Mailbox, untold, waiting
from tests.chaos_program.oracle import bought_again, provider
from tests.chaos_program.servers import postgres
from tests.chaos_program.users import User
from tests.support.web_server import web_server

USERS: Final = ("ann", "bob", "cyd", "dan")
BYSTANDER: Final = "eve"
TIME_TO_SETTLE: Final = 60.0
"""Seconds for all runs to become final, and to be told, once nothing disturbs them any more."""


@dataclass
class Score:
    """Counts of what happened in a round, and the losses that were found."""

    counts: Counter[str] = field(default_factory=Counter)
    """kills, stops, restarts, fills, falls, sessions, calls, messages."""
    runs: Counter[str] = field(default_factory=Counter)
    """Runs by status."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Error messages of failed runs."""
    losses: list[str] = field(default_factory=list)
    left_out: str = ""
    """Reason for a disturbance that this machine does not allow."""

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.counts + other.counts,
            self.runs + other.runs,
            self.reasons + other.reasons,
            self.losses + other.losses,
            self.left_out or other.left_out,
        )

    def __str__(self) -> str:
        runs = ", ".join(f"{count} {status}" for status, count in self.runs.most_common())
        left_out = f"; {self.left_out}" if self.left_out else ""
        count = self.counts
        return (
            f"{count['kills']} kills, {count['stops']} stops, {count['restarts']} restarts of the database,"
            f" {count['fills']} times its disk full ({count['falls']} falls), {count['sessions']} times sessions cut;"
            f" {self.runs.total()} runs ({runs}), {count['calls']} calls to the model,"
            f" {count['messages']} messages to webhooks{left_out}"
        )


async def round_of(kind: str, seed: int, seconds: float, logs: Path) -> Score:
    asked = provider(seed)
    with postgres(kind) as database, asked.serving():
        fleet = Fleet(database.settings, asked.url, logs)
        keeping = asyncio.create_task(fleet.keep())
        http = f"http://127.0.0.1:{fleet.port}"
        everybody = [User(name, http, seed) for name in (*USERS, BYSTANDER)]
        try:
            async with web_server() as receiver:
                await _bystander(everybody[-1])
                before = fingerprint(database.url, BYSTANDER)
                mailboxes = [Mailbox(user, receiver) for user in everybody[:-1]]
                for mailbox in mailboxes:
                    await mailbox.subscribe()
                disturbances = Disturbances(fleet, database, random.Random(f"{seed} {kind}"))
                losses = await _storm(everybody[:-1], disturbances, seconds)
                await asyncio.to_thread(database.mend)
                losses += await _settled(database.url)
            losses += await losses_of(everybody, database.url, http)
            losses += bought_again(database.url, asked.log, fleet.stopped)
            for mailbox in mailboxes:
                losses += untold(database.url, mailbox.user.name, mailbox.received)
            after = fingerprint(database.url, BYSTANDER)
            changed = [
                f"{table} {before[table]} -> {after[table]}" for table in before if after[table] != before[table]
            ]
            if changed:
                losses.append(f"rows of {BYSTANDER}, who did nothing, have changed: {', '.join(changed)}")
            counts = _counts(fleet, disturbances)
            counts.update(calls=len(asked.log), messages=sum(len(mailbox.received) for mailbox in mailboxes))
            return _score(database.url, counts, losses, database.left_out)
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            for user in everybody:
                await user.close()
            await asyncio.to_thread(fleet.close)


async def _bystander(eve: User) -> None:
    """One roadmap of hers is finished before anything happens."""
    wanted = {"learning_goal": "learn to keep quiet", "motivation": "eve's"}
    await eve.start("/roadmaps/generate", {"preferences": wanted})

    async def is_final() -> bool:
        return all(task["completed_at"] for task in await eve.tasks())

    assert await _eventually(is_final, TIME_TO_SETTLE), "the first run does not end"


async def _storm(users: list[User], disturbances: Disturbances, seconds: float) -> list[str]:
    """Ends when all have their last answers, for which the disturbances stop."""
    until = time.monotonic() + seconds
    disturbing = asyncio.create_task(disturbances.go_on())
    working = [asyncio.create_task(user.go_on(until)) for user in users]
    await asyncio.wait([disturbing], timeout=seconds)
    disturbing.cancel()
    ended = await asyncio.gather(disturbing, *working, return_exceptions=True)
    return [f"{type(one).__name__}: {one}" for one in ended if isinstance(one, Exception)]


async def _settled(url: str) -> list[str]:
    async def is_quiet() -> bool:
        return not unfinished(url) and not waiting(url)

    if await _eventually(is_quiet, TIME_TO_SETTLE):
        return []
    late = f"{TIME_TO_SETTLE:g} s after the last disturbance"
    return [
        *(f"not final {late}: {task}" for task in unfinished(url)),
        *(f"not told {late}: {message}" for message in waiting(url)),
    ]


async def _eventually(seen: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not await seen():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.5)
    return True


def _counts(fleet: Fleet, disturbances: Disturbances) -> Counter[str]:
    done = disturbances.done
    return Counter(
        kills=fleet.kills,
        stops=fleet.stops,
        restarts=sum(number for what, number in done.items() if what.startswith("restart")),
        fills=done[FILL],
        falls=done[FELL],
        sessions=done["end sessions"] + done["storm"],
    )


def _score(url: str, counts: Counter[str], losses: list[str], left_out: str) -> Score:
    with psycopg.connect(url) as connection:
        runs = connection.execute("SELECT status, count(*) FROM roadmap_tasks GROUP BY 1").fetchall()
        reasons = connection.execute(
            "SELECT task_type || ': ' || coalesce(error_message, '(none)'), count(*) FROM roadmap_tasks"
            " WHERE status IN ('failed', 'partial_failure') GROUP BY 1"
        ).fetchall()
    return Score(
        counts,
        Counter({str(status): int(count) for status, count in runs}),
        Counter({str(reason): int(count) for reason, count in reasons}),
        losses,
        left_out,
    )
