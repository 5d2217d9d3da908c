from typing import Any

import httpx
import pytest

from domain.vocabulary import TaskStatus
from orchestrator.transitions import end
from repository.database import Database
from tests.support.rows import fence_of, started

PATH = "/api/v1/webhooks"
HOOK: dict[str, Any] = {"url": "https://hooks.example/roadmaps", "user_id": "ann"}


async def test_a_secret_is_shown_once(client: httpx.AsyncClient) -> None:
    made = await client.post(PATH, json=HOOK)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert made.json()["events"] == ["review_requested", "run_finished"]
    listed = await client.get(PATH)
    assert made.json()["webhook_id"] in listed.text
    assert "secret" not in listed.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": ""},
        {"url": "http://169.254.169.254/latest/meta-data"},
        {"url": "http://localhost.:99999/"},
        {"url": "https://x\x00.example/"},
        {"url": "https://hooks.example/", "events": []},
        {"url": "https://hooks.example/", "events": ["run_started"]},
        {"url": "https://hooks.example/", "secret": "whsec_mine"},
    ],
)
async def test_a_webhook_that_cannot_be_is_a_problem(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await client.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_what_became_of_a_message_is_seen_page_by_page_and_it_can_be_sent_again(
    database: Database, client: httpx.AsyncClient
) -> None:
    webhook_id = (await client.post(PATH, json=HOOK)).json()["webhook_id"]
    for number in range(5):
        task = await started(database, f"t-{number}", roadmap_id=f"r-{number}")
        async with database.transaction() as session:
            await end(session, fence_of(task), TaskStatus.COMPLETED, None)
    seen: list[str] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        given = {"limit": "2"} | ({} if cursor is None else {"cursor": cursor})
        page = (await client.get(f"{PATH}/{webhook_id}/deliveries", params=given)).json()
        seen += [delivery["task_id"] for delivery in page["deliveries"]]
        cursor = page["next"]
    assert seen == [f"t-{number}" for number in reversed(range(5))]
    delivery = page["deliveries"][0]
    assert (delivery["status"], delivery["event"], delivery["attempts"]) == ("pending", "run_finished", 0)
    again = await client.post(f"{PATH}/{webhook_id}/deliveries/{delivery['delivery_id']}/resend")
    assert again.status_code == 409
    assert (await client.delete(f"{PATH}/{webhook_id}")).status_code == 204
    assert (await client.get(f"{PATH}/{webhook_id}/deliveries")).status_code == 404


@pytest.mark.parametrize("webhook_id", ["unknown", "a%00b", "%F0%9F%98%80", "x" * 500])
async def test_an_id_that_nothing_has_is_not_found(client: httpx.AsyncClient, webhook_id: str) -> None:
    assert (await client.delete(f"{PATH}/{webhook_id}")).status_code == 404
    assert (await client.post(f"{PATH}/{webhook_id}/deliveries/{webhook_id}/resend")).status_code == 404
