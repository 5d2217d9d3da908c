import json
from typing import Any

import httpx
import pytest

from backend.api.webhooks import MAX_TESTS_PER_MINUTE
from domain.vocabulary import TaskStatus
from orchestrator.commands.transitions import end
from repository.db.database import Database
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


async def test_a_webhook_that_cannot_be_is_a_problem(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for body in [
        {},
        {"url": ""},
        {"url": "http://169.254.169.254/latest/meta-data"},
        {"url": "http://localhost.:99999/"},
        {"url": "https://x\x00.example/"},
        {"url": "https://hooks.example/", "events": []},
        {"url": "https://hooks.example/", "events": ["run_started"]},
        {"url": "https://hooks.example/", "secret": "whsec_mine"},
    ]:
        with subtests.test(body=body):
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


async def test_a_url_where_nothing_can_arrive_is_refused_with_the_true_reason(client: httpx.AsyncClient) -> None:
    for url, reason in {
        "https://hooks.example:22/": "port 22 is not allowed",
        "http://localhost/": "“localhost” is not a public host name",
        "https://a..b/": "“a..b” is not a valid host name",
        "https://hooks .example/": "is not a valid host name",
        "http://2130706433/": "is not an IPv4 address of four decimal numbers",
    }.items():
        answer = await client.post(PATH, json={"url": url})
        assert (answer.status_code, reason in answer.json()["detail"]) == (422, True), url
    assert (await client.get(PATH)).json()["webhooks"] == []


async def test_a_webhook_is_changed_disabled_and_enabled_again(client: httpx.AsyncClient) -> None:
    webhook = f"{PATH}/{(await client.post(PATH, json=HOOK)).json()['webhook_id']}"
    changed = await client.patch(webhook, json={"url": "https://new.example/", "events": ["run_finished"]})
    assert changed.status_code == 200
    assert (changed.json()["url"], changed.json()["events"]) == ("https://new.example/", ["run_finished"])
    assert "secret" not in changed.text
    disabled = (await client.patch(webhook, json={"enabled": False})).json()
    assert (disabled["enabled"], disabled["disabled_reason"]) == (False, "Disabled by its user.")
    assert (await client.post(f"{webhook}/test")).status_code == 409
    enabled = (await client.patch(webhook, json={"enabled": True})).json()
    assert (enabled["enabled"], enabled["disabled_reason"], enabled["url"]) == (True, None, "https://new.example/")


async def test_a_change_of_a_webhook_that_cannot_be_is_a_problem(
    client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    made = (await client.post(PATH, json=HOOK)).json()
    for body in [
        {},
        {"url": None},
        {"url": ""},
        {"url": "http://10.0.0.1/"},
        {"url": "https://\ud800.example/"},
        {"events": []},
        {"events": ["test"]},
        {"enabled": "perhaps"},
        {"enabled": None},
        {"secret": "whsec_mine"},
        {"user_id": "bob"},
        [],
    ]:
        with subtests.test(body=body):
            content = json.dumps(body).encode()
            answer = await client.patch(
                f"{PATH}/{made['webhook_id']}", content=content, headers={"Content-Type": "application/json"}
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
            (kept,) = (await client.get(PATH)).json()["webhooks"]
            assert kept == {name: value for name, value in made.items() if name != "secret"}


async def test_a_test_message_is_accepted_with_its_delivery(client: httpx.AsyncClient) -> None:
    webhook = f"{PATH}/{(await client.post(PATH, json=HOOK)).json()['webhook_id']}"
    answer = await client.post(f"{webhook}/test")
    assert answer.status_code == 202
    assert (answer.json()["event"], answer.json()["task_id"], answer.json()["status"]) == ("test", None, "pending")
    assert (await client.get(f"{webhook}/deliveries")).json()["deliveries"] == [answer.json()]


async def test_webhooks_are_not_tried_without_end_however_many_there_are(client: httpx.AsyncClient) -> None:
    made = [(await client.post(PATH, json=HOOK)).json()["webhook_id"] for _ in range(3)]
    asked = 5 * MAX_TESTS_PER_MINUTE
    answers = [await client.post(f"{PATH}/{made[number % 3]}/test") for number in range(asked)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 0 < len(refused) <= asked - MAX_TESTS_PER_MINUTE
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)


@pytest.mark.parametrize("webhook_id", ["unknown", "a%00b", "%F0%9F%98%80", "x" * 500])
async def test_an_id_that_nothing_has_is_not_found(client: httpx.AsyncClient, webhook_id: str) -> None:
    assert (await client.delete(f"{PATH}/{webhook_id}")).status_code == 404
    assert (await client.patch(f"{PATH}/{webhook_id}", json={"enabled": True})).status_code == 404
    assert (await client.post(f"{PATH}/{webhook_id}/test")).status_code == 404
    assert (await client.post(f"{PATH}/{webhook_id}/deliveries/{webhook_id}/resend")).status_code == 404
