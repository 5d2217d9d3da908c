"""The page of operations and its forms."""

import httpx
import pytest

from tests.backend.pages.conftest import Post


@pytest.mark.parametrize("query", ["user=a%00b", "roadmap=%00", "user=" + "x" * 300])
async def test_a_filter_that_nothing_can_fit_is_refused_in_one_line(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/operations?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


async def test_filters_that_were_left_blank_show_everything(client: httpx.AsyncClient) -> None:
    assert (await client.get("/operations?user=&roadmap=&status=&type=")).status_code == 200


@pytest.mark.parametrize("named", ["task", "roadmap"])
async def test_an_id_that_cannot_exist_is_refused_in_one_line(
    client: httpx.AsyncClient, post: Post, named: str
) -> None:
    answer = await post(client, "/", f"/operations/{named}s", **{named: "a\x00b"})
    assert answer.status_code == 422


@pytest.mark.parametrize("named", ["task", "roadmap"])
async def test_a_form_that_did_not_do_all_that_it_says_is_answered_by_a_status_of_its_own(
    client: httpx.AsyncClient, post: Post, named: str
) -> None:
    nothing = await post(client, "/", f"/operations/{named}s", back="status=failed")
    assert (nothing.status_code, "Nothing was selected" in nothing.text) == (422, True)
    partly = await post(client, "/", f"/operations/{named}s", **{named: "unknown"})
    assert (partly.status_code, "0 of 1 succeeded" in partly.text) == (409, True)
