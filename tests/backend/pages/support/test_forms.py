"""A form counts only if a page of ours was asked for it first."""

import httpx
import pytest

from backend.pages.support.forms import MAX_FORM_BYTES
from tests.backend.pages.conftest import Post

GOAL = {"learning_goal": "learn chess", "current_level": "beginner", "available_hours_per_week": "5"}


async def _roadmaps(client: httpx.AsyncClient) -> int:
    return len((await client.get("/api/v1/roadmaps")).json()["roadmaps"])


async def test_a_form_without_the_token_of_its_page_is_refused(client: httpx.AsyncClient) -> None:
    await client.get("/")
    for fields in ({}, {"csrf": ""}, {"csrf": "x" * 32}):
        answer = await client.post("/", data={**GOAL, **fields})
        assert answer.status_code == 403
        assert "did not come from a page of this site" in answer.text
    assert await _roadmaps(client) == 0


async def test_a_token_that_the_sender_made_up_for_cookie_and_form_is_of_no_use_from_elsewhere(
    client: httpx.AsyncClient,
) -> None:
    forged = {"csrf": "y" * 32, **GOAL}
    client.cookies.set("roadmap_form", "y" * 32)
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        assert (await client.post("/", data=forged, headers=headers)).status_code == 403
    assert await _roadmaps(client) == 0


async def test_a_form_of_a_page_of_ours_is_taken_once_and_answered_with_a_new_address(
    client: httpx.AsyncClient, post: Post
) -> None:
    answer = await post(client, "/", "/", **GOAL)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/roadmaps/learn-chess-")
    assert await _roadmaps(client) == 1


async def test_the_cookie_of_forms_is_out_of_reach_of_scripts_and_other_sites(client: httpx.AsyncClient) -> None:
    cookie = (await client.get("/")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_a_form_that_is_too_large_or_no_text_is_refused_in_one_line(client: httpx.AsyncClient) -> None:
    await client.get("/")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    huge = await client.post("/", content=b"a=" + b"x" * MAX_FORM_BYTES, headers=headers)
    assert (huge.status_code, f"at most {MAX_FORM_BYTES // 1000} KB" in huge.text) == (422, True)
    assert (await client.post("/", content=b"\xff\xfe=1", headers=headers)).status_code == 422
    assert (await client.post("/", content=b"a&" * 3000, headers=headers)).status_code == 422


async def test_what_cannot_be_used_is_marked_and_what_was_typed_stays(
    client: httpx.AsyncClient, post: Post, subtests: pytest.Subtests
) -> None:
    for field, text in [
        ("learning_goal", ""),
        ("learning_goal", "x" * 2001),
        ("learning_goal", "a\x00b"),
        ("available_hours_per_week", "0"),
        ("available_hours_per_week", "nan"),
        ("current_level", "wizard"),
        ("primary_language", "English!"),
        ("target_deadline", "x" * 201),
    ]:
        with subtests.test(field=field, text=text):
            typed = {**GOAL, "career_background": "ten years of cooking", field: text}
            answer = await post(client, "/", "/", **typed)
            assert answer.status_code == 422
            assert f'id="error-{field}"' in answer.text
            assert "ten years of cooking" in answer.text
            assert await _roadmaps(client) == 0
