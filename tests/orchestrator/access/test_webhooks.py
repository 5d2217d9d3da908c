import asyncio
from typing import Any

import pytest

from domain.errors import Conflict, InvalidInput, NotFound
from domain.text.secrets import redact
from domain.vocabulary import TaskStatus
from domain.webhooks import MAX_WEBHOOKS, DeliveryStatus, WebhookEvent
from orchestrator.access.webhooks import Webhooks
from orchestrator.commands.transitions import end
from repository.db.database import Database
from repository.tables.users import WebhookRow
from repository.users.deliveries import claim_deliveries
from repository.users.webhooks import lock_webhook
from tests.support.rows import fence_of, started

URL = "https://hooks.example/roadmaps"
ALL = list(WebhookEvent)


@pytest.fixture
def webhooks(database: Database) -> Webhooks:
    return Webhooks(database, ())


async def to_be_told(database: Database, webhooks: Webhooks) -> WebhookRow:
    """One for which a message waits: a run has ended."""
    webhook = await webhooks.add("ann", URL, ALL)
    task = await started(database)
    async with database.transaction() as session:
        await end(session, fence_of(task), TaskStatus.COMPLETED, None)
    return webhook


async def test_a_webhook_to_a_forbidden_address_is_refused_when_it_is_added(
    webhooks: Webhooks, subtests: pytest.Subtests
) -> None:
    for url in [
        "http://127.0.0.1/",
        "https://[::1]/",
        "http://169.254.169.254/latest/",
        "https://10.1.2.3/x",
        "https://93.184.216.34:22/",
        "ftp://hooks.example/",
        "https://ann:secret@hooks.example/",
        "hooks.example",
        "",
        "https://hooks.example/" + "x" * 2000,
    ]:
        with subtests.test(url=url), pytest.raises(InvalidInput, match="URL of a webhook"):
            await webhooks.add("ann", url, ALL)


async def test_webhooks_of_others_are_not_there(database: Database, webhooks: Webhooks) -> None:
    webhook = await webhooks.add("ann", URL, ALL)
    assert list(await webhooks.page(user_id="bob")) == []
    with pytest.raises(NotFound):
        await webhooks.remove(webhook.webhook_id, owner="bob")
    with pytest.raises(NotFound):
        await webhooks.deliveries(webhook.webhook_id, owner="bob")
    with pytest.raises(NotFound):
        await webhooks.resend(webhook.webhook_id, "msg_1", owner="bob")
    assert [listed.webhook_id for listed in await webhooks.page(user_id="ann")] == [webhook.webhook_id]


async def test_removing_a_webhook_removes_its_pending_deliveries(database: Database, webhooks: Webhooks) -> None:
    webhook = await to_be_told(database, webhooks)
    await webhooks.remove(webhook.webhook_id)
    async with database.transaction() as session:
        assert await claim_deliveries(session, most=9, of_each=9, lease=1) == []


async def test_a_delivery_on_its_way_is_not_sent_twice_at_once(database: Database, webhooks: Webhooks) -> None:
    webhook = await to_be_told(database, webhooks)
    (delivery,) = await webhooks.deliveries(webhook.webhook_id)
    with pytest.raises(Conflict, match="still pending"):
        await webhooks.resend(webhook.webhook_id, delivery.delivery_id)


async def test_nothing_waits_for_a_webhook_that_is_disabled_while_a_run_ends(
    database: Database, webhooks: Webhooks
) -> None:
    webhook = await webhooks.add("ann", URL, ALL)
    task = await started(database)
    async with database.transaction() as session:
        await end(session, fence_of(task), TaskStatus.COMPLETED, None)
        disabling = asyncio.create_task(webhooks.change(webhook.webhook_id, enabled=False))
        await asyncio.wait([disabling], timeout=0.3)
    await disabling
    (delivery,) = await webhooks.deliveries(webhook.webhook_id)
    assert delivery.status == DeliveryStatus.FAILED


async def test_nothing_is_sent_again_to_a_webhook_that_is_being_disabled(
    database: Database, webhooks: Webhooks
) -> None:
    webhook = await to_be_told(database, webhooks)
    await webhooks.change(webhook.webhook_id, enabled=False)
    await webhooks.change(webhook.webhook_id, enabled=True)
    (delivery,) = await webhooks.deliveries(webhook.webhook_id)
    async with database.transaction() as session:
        row = await lock_webhook(session, webhook.webhook_id)
        row.disabled_reason = "Gone."
        session.add(row)
        await session.flush()
        again = asyncio.create_task(webhooks.resend(webhook.webhook_id, delivery.delivery_id))
        await asyncio.wait([again], timeout=0.3)
    with pytest.raises(Conflict, match="is disabled"):
        await again


async def test_what_waits_for_a_webhook_that_its_user_disables_fails_and_can_be_sent_once_it_is_enabled(
    database: Database, webhooks: Webhooks
) -> None:
    webhook = await to_be_told(database, webhooks)
    disabled = await webhooks.change(webhook.webhook_id, enabled=False)
    assert disabled.disabled_reason == "Disabled by its user."
    (delivery,) = await webhooks.deliveries(webhook.webhook_id)
    assert (delivery.status, delivery.last_error) == (DeliveryStatus.FAILED, "Disabled by its user.")
    for refused in (
        webhooks.resend(webhook.webhook_id, delivery.delivery_id),
        webhooks.send_test(webhook.webhook_id),
    ):
        with pytest.raises(Conflict, match="Enable it first"):
            await refused
    enabled = await webhooks.change(webhook.webhook_id, enabled=True)
    assert enabled.disabled_reason is None
    again = await webhooks.resend(webhook.webhook_id, delivery.delivery_id)
    assert again.status == DeliveryStatus.PENDING


async def test_a_change_keeps_the_secret_and_all_that_is_not_given(webhooks: Webhooks) -> None:
    made = await webhooks.add("ann", URL, ALL)
    changed = await webhooks.change(made.webhook_id, events=[WebhookEvent.RUN_FINISHED])
    assert (changed.url, changed.events, changed.secret) == (URL, ["run_finished"], made.secret)
    moved = await webhooks.change(made.webhook_id, url="https://new.example/")
    assert (moved.url, moved.events, moved.secret) == ("https://new.example/", ["run_finished"], made.secret)


async def test_a_change_that_cannot_be_changes_nothing(webhooks: Webhooks) -> None:
    made = await webhooks.add("ann", URL, ALL)
    bad: list[dict[str, Any]] = [{}, {"url": "http://localhost/"}, {"events": []}]
    for change in [*bad, {"url": "https://a..b/", "enabled": False}]:
        with pytest.raises(InvalidInput):
            await webhooks.change(made.webhook_id, **change)
    with pytest.raises(NotFound):
        await webhooks.change(made.webhook_id, url="https://new.example/", owner="bob")
    with pytest.raises(NotFound):
        await webhooks.send_test(made.webhook_id, owner="bob")
    (kept,) = await webhooks.page(user_id="ann")
    assert (kept.url, kept.events, kept.disabled_reason) == (URL, sorted(ALL), None)


async def test_a_webhook_whose_url_is_no_longer_allowed_is_not_enabled(database: Database, webhooks: Webhooks) -> None:
    made = await Webhooks(database, ["hooks.intranet"]).add("ann", "http://hooks.intranet:9000/", ALL)
    await webhooks.change(made.webhook_id, enabled=False)
    with pytest.raises(InvalidInput, match="cannot be used"):
        await webhooks.change(made.webhook_id, enabled=True)
    (kept,) = await webhooks.page(user_id="ann")
    assert kept.disabled_reason == "Disabled by its user."


async def test_tests_that_are_asked_for_at_once_are_messages_of_their_own(webhooks: Webhooks) -> None:
    made = await webhooks.add("ann", URL, ALL)
    tests = await asyncio.gather(*(webhooks.send_test(made.webhook_id) for _ in range(5)))
    assert sorted(test.sequence for test in tests) == [1, 2, 3, 4, 5]
    assert {test.payload["type"] for test in tests} == {"test"}


async def test_the_number_of_webhooks_of_a_user_is_limited(webhooks: Webhooks) -> None:
    made = await asyncio.gather(
        *(webhooks.add("ann", URL, ALL) for _ in range(MAX_WEBHOOKS + 5)), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in made) == 5
    assert len(await webhooks.page(user_id="ann")) == MAX_WEBHOOKS


async def test_a_secret_that_gets_into_a_log_is_masked(webhooks: Webhooks) -> None:
    webhook = await webhooks.add("ann", URL, ALL)
    assert redact(f"signed with {webhook.secret}, refused") == "signed with ***, refused"
