"""The page of operations and its forms."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from domain.vocabulary import Role
from repository.db.database import Database, execute
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.pages.test_every_button import Bearer

INSERT = """
    INSERT INTO roadmap_tasks (task_id, user_id, task_type, status, error_message, execution_summary, created_at)
    VALUES (:task_id, :user_id, 'retry_batch', :status, :reason, CAST(:summary AS jsonb),
        now() - make_interval(secs => :age))"""


async def run(
    database: Database,
    task_id: str,
    status: str,
    *,
    age: float = 60,
    user_id: str = "ann",
    reason: str = "",
    summary: str = "null",
) -> None:
    values = {"task_id": task_id, "status": status, "age": age, "user_id": user_id, "reason": reason}
    async with database.transaction() as session:
        await execute(session, text(INSERT), {**values, "summary": summary})


async def statuses(database: Database) -> dict[str, str]:
    async with database.transaction() as session:
        rows = await execute(session, text("SELECT task_id, status FROM roadmap_tasks"), {})
        return {row.task_id: row.status for row in rows}


def shown(page: httpx.Response) -> list[str]:
    return re.findall('name="task" value="([^"]+)"', page.text)


async def confirmed(client: httpx.AsyncClient, post: Post, do: str, **filters: str) -> httpx.Response:
    """Press the button of the page that asks whether the action is meant."""
    asked = await client.get("/operations/matching", params={"do": do, **filters})
    assert asked.status_code == 200
    hidden = dict(re.findall('type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    hidden.pop("csrf")
    answer: httpx.Response = await post(client, "/", "/operations/matching", **hidden)
    return answer


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
async def test_a_form_says_what_of_a_selection_was_not_done_and_is_no_error(
    client: httpx.AsyncClient, post: Post, named: str
) -> None:
    nothing = await post(client, "/", f"/operations/{named}s", back="status=failed")
    assert (nothing.status_code, "Nothing was selected" in nothing.text) == (422, True)
    partly = await post(client, "/", f"/operations/{named}s", **{named: "unknown"})
    assert (partly.status_code, "0 of 1 succeeded" in partly.text) == (200, True)


async def test_filters_page_through_status_type_user_and_age(client: httpx.AsyncClient, database: Database) -> None:
    for number in range(60):
        await run(database, f"t-{number:02}", "failed", age=60 + number, user_id="ann" if number % 2 else "bob")
    await run(database, "t-old", "failed", age=2 * 86400)
    await run(database, "t-queued", "pending")
    first = await client.get("/operations?status=failed&age=day")
    older = re.search('href="([^"]+)" rel="next"', first.text)
    assert older is not None
    assert "age=day" in older[1]
    second = await client.get(older[1].replace("&amp;", "&"))
    assert len(shown(first)) == 50
    assert sorted(shown(first) + shown(second)) == sorted(f"t-{number:02}" for number in range(60))
    assert shown(await client.get("/operations?status=failed&user=bob&age=hour"))[0] == "t-00"
    assert shown(await client.get("/operations?status=pending&type=retry_batch")) == ["t-queued"]
    assert shown(await client.get("/operations?type=modification")) == []
    assert "t-old" in shown(await client.get("/operations?before=" + older[1].rpartition("before=")[2]))


async def test_a_run_shows_its_cost_and_its_time(client: httpx.AsyncClient, database: Database) -> None:
    await run(database, "t-1", "completed", summary='{"seconds": 75, "completed": 3, "total": 3}')
    async with database.transaction() as session:
        insert = """
            INSERT INTO model_calls (task_id, key, step, model, cost, outcome)
            VALUES ('t-1', 'k', 's', 'm', 1.25, 'accepted'), ('t-1', 'l', 's', 'm', NULL, 'accepted')"""
        await execute(session, text(insert), {})
    page = (await client.get("/operations")).text
    assert "1 min 15 s" in page
    assert "at least $1.25" in page
    assert "3 of 3 contents" in page


async def test_reasons_of_failures_come_in_groups_with_their_runs(
    client: httpx.AsyncClient, database: Database
) -> None:
    failures = ", ".join(f'{{"reason": "rate limit, try again in {number} s <b>"}}' for number in range(14))
    await run(database, "t-1", "partial_failure", summary=f'{{"failures": [{failures}]}}')
    await run(database, "t-2", "failed", reason="Rate limit, try again in 99 s <b>")
    await run(database, "t-3", "failed", reason="No money.")
    page = (await client.get("/operations")).text
    reasons = page[page.index('id="reasons"') : page.index('id="h-workers"')]
    assert re.findall(r"(\d+) ×", reasons) == ["15", "1"]
    assert "<b>" not in reasons.replace("<bdi>", "")
    assert re.findall('href="/tasks/(t-.)#failures"', reasons) in (["t-1", "t-2", "t-3"], ["t-2", "t-1", "t-3"])
    assert "No run that matches has failed" in (await client.get("/operations?status=completed")).text


async def test_all_that_match_are_cancelled_after_a_confirmation_that_counts_them(
    client: httpx.AsyncClient, post: Post, database: Database
) -> None:
    for number in range(55):
        await run(database, f"t-{number:02}", "pending", age=60 + number)
    await run(database, "t-bob", "pending", user_id="bob")
    await run(database, "t-done", "completed")
    asked = (await client.get("/operations/matching?do=cancel&user=ann")).text
    assert "Cancel 55 runs?" in asked
    assert "of user ann" in asked
    assert (await statuses(database))["t-00"] == "pending", "nothing is done before it is confirmed"
    answer = await confirmed(client, post, "cancel", user="ann")
    assert answer.status_code == 303
    assert "55 runs were cancelled." in (await client.get(answer.headers["location"])).text
    after = await statuses(database)
    assert (after.pop("t-bob"), after.pop("t-done")) == ("pending", "completed")
    assert set(after.values()) == {"cancelled"}


async def test_runs_that_were_requested_after_the_question_are_left_alone(
    client: httpx.AsyncClient, post: Post, database: Database
) -> None:
    await run(database, "t-1", "pending")
    until = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()
    await run(database, "t-2", "pending", age=0)
    fields = {"do": "cancel", "number": "1", "until": until}
    assert (await post(client, "/", "/operations/matching", **fields)).status_code == 303
    assert await statuses(database) == {"t-1": "cancelled", "t-2": "pending"}
    again = await post(client, "/", "/operations/matching", **fields)
    assert (again.status_code, "No run that matches" in again.text) == (409, True)


async def test_all_that_failed_is_resumed_and_refusals_are_told_in_groups(
    client: httpx.AsyncClient, post: Post, database: Database
) -> None:
    await run(database, "t-1", "failed")
    await run(database, "t-2", "cancelled")
    await run(database, "t-3", "processing")
    assert (await confirmed(client, post, "resume")).status_code == 303
    assert set((await statuses(database)).values()) == {"pending"}, "the stale one too"
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_tasks SET status = 'failed', roadmap_id = 'r-gone'"), {})
    answer = await confirmed(client, post, "retry")
    assert (answer.status_code, "0 runs" in answer.text) == (200, True)
    assert "1 was refused: There is no roadmap" in answer.text, "three runs of one roadmap are one retry"


async def test_an_action_on_all_refuses_what_makes_no_sense(
    client: httpx.AsyncClient, post: Post, database: Database
) -> None:
    await run(database, "t-1", "completed")
    assert "Nothing to do" in (await client.get("/operations/matching?do=cancel")).text
    for query in ("do=drop", "", "do=cancel&user=%00", "do=cancel&user=" + "x" * 300):
        assert (await client.get(f"/operations/matching?{query}")).status_code == 422, query
    good = {"do": "cancel", "number": "1", "until": datetime.now(UTC).isoformat()}
    for bad in ({"do": "x"}, {"number": "-1"}, {"number": "9" * 99}, {"until": "soon"}, {"user": "a\x00b"}):
        answer = await post(client, "/", "/operations/matching", **good | bad)
        assert answer.status_code == 422, bad
    assert (await post(client, "/", "/operations/matching", **good)).status_code == 409


async def test_only_operators_act_on_all(serve: Serve, bearer: Bearer) -> None:
    client = await serve(auth="token")
    client.headers.update(await bearer("ann", Role.REVIEWER))
    assert (await client.get("/operations/matching?do=cancel")).status_code == 403
    assert (await client.post("/operations/matching", data={"do": "cancel"})).status_code == 403
    assert (await client.get("/operations/pulse")).status_code == 403
