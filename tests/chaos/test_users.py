"""Users are shown wrong answers, each of which they must call a loss, and right ones that look like them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import httpx
import pytest

from tests.chaos_program.users import User

Answers = Mapping[str, Any]
"""Path behind /api/v1 -> the body of the answer."""

_SOME_REQUESTS: Final = 12
"""With this seed some of them are made twice at once."""


def _user(answer: Callable[[httpx.Request], httpx.Response]) -> User:
    user = User("ann", "http://nowhere", 1, httpx.MockTransport(answer))
    user.roadmaps["r-1"] = 0
    return user


def _told(answers: Answers) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(200, json=answers[request.url.path.removeprefix("/api/v1")])


def _seen(*, stale: bool = False, live: bool = False, ended: timedelta | None = None) -> Answers:
    """What a look at the roadmap is answered; `ended`: since when the task that is called active is final."""
    return {
        "/roadmaps/r-1/status-check": {"has_active_task": live, "stale_concepts": ["c-1"] if stale else []},
        "/roadmaps/r-1/active-task": {"has_active_task": ended is not None, "task_id": "t-1"},
        "/tasks/t-1": {"completed_at": None if ended is None else (datetime.now(UTC) - ended).isoformat()},
    }


async def test_stale_contents_beside_a_live_task_are_a_loss() -> None:
    user = _user(_told(_seen(stale=True, live=True)))
    await user.look()
    assert [loss.partition(":")[0] for loss in user.losses] == ["stale beside live"]


async def test_a_dead_run_that_is_called_active_is_a_loss() -> None:
    user = _user(_told(_seen(ended=timedelta(seconds=5))))
    await user.look()
    assert [loss.partition(" at")[0] for loss in user.losses] == ["called active"]


@pytest.mark.parametrize("ended", [None, timedelta(seconds=-60)])
@pytest.mark.parametrize(("stale", "live"), [(True, False), (False, True)])
async def test_what_may_be_seen_at_any_moment_is_no_loss(*, stale: bool, live: bool, ended: timedelta | None) -> None:
    """Also a run that ended after the user had asked which is active."""
    user = _user(_told(_seen(stale=stale, live=live, ended=ended)))
    await user.look()
    assert user.losses == []


def _accepted(task_id: str) -> httpx.Response:
    return httpx.Response(202, json={"task_id": task_id, "task_type": "creation", "roadmap_id": "r-1"})


async def test_one_request_that_became_two_runs_is_a_loss() -> None:
    numbers = count(1)
    user = _user(lambda _: _accepted(f"t-{next(numbers)}"))
    for _ in range(_SOME_REQUESTS):
        await user.start("/roadmaps/generate", {})
    assert user.losses
    assert all(loss.startswith("one request of ann became 2 runs") for loss in user.losses)


async def test_a_request_that_is_made_twice_at_once_and_becomes_one_run_is_no_loss() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Idempotency-Key"])
        return _accepted("t-1") if len(asked) > 1 else httpx.Response(503, json={})

    user = _user(answer)
    for _ in range(_SOME_REQUESTS):
        await user.start("/roadmaps/generate", {})
    assert len(asked) > _SOME_REQUESTS + 1
    assert (user.losses, user.told) == ([], {"t-1": "creation"})


@pytest.mark.parametrize("status", [200, 400, 403, 422, 500])
async def test_a_status_that_no_request_for_a_run_has_earned_is_a_loss(status: int) -> None:
    user = _user(lambda _: httpx.Response(status, json={"detail": "no"}))
    await user.start("/roadmaps/generate", {})
    assert any(f"was answered {status}" in loss for loss in user.losses)


@pytest.mark.parametrize("status", [404, 409])
async def test_a_refusal_is_no_loss_and_no_run(status: int) -> None:
    user = _user(lambda _: httpx.Response(status, json={"detail": "no"}))
    await user.start("/roadmaps/generate", {})
    assert (user.losses, user.told) == ([], {})
