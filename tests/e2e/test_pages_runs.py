"""Runs in a browser: a worker dies, a quiz failed, a plan waits for a yes, a change is asked for, an operator helps."""

import re
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Site, ask_for, site, wait_written
from tests.e2e.roadmap_command import Running

Hire = Callable[..., Running]

MOST_CONCEPTS: Final = 14
"""One more than the plan of the offline author has for any goal."""


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    """Its workers are started by the tests. It knows their limits: words that would exceed one are refused at once."""
    with site(server_url, "--no-worker", MAX_CONCEPTS=str(MOST_CONCEPTS)) as served:
        yield served


@pytest.fixture
def hire(here: Site) -> Iterator[Hire]:
    """Starts a worker that the test ends with."""
    hired: list[Running] = []

    def start(**settings: str) -> Running:
        hired.append(here.shell.start("worker", terminal=False, **{"MAX_CONCEPTS": "8", **settings}))
        return hired[-1]

    yield start
    for running in hired:
        running.kill()


@pytest.fixture
def worker(hire: Hire) -> Running:
    return hire()


def test_without_a_worker_a_page_says_why_nothing_happens(here: Site) -> None:
    page = here.open()
    ask_for(page, "learn to whistle")
    expect(page.locator("#standing")).to_contain_text("waiting for a worker; none is running")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#run-standing")).to_contain_text("Cancelled")
    page.goto(here.served.url)
    expect(page.locator("#roadmap-list")).to_contain_text("Cancelled before the plan was ready")


def test_a_killed_worker_is_seen_and_so_is_the_one_that_takes_over(here: Site, hire: Hire) -> None:
    worker = hire(OFFLINE_LATENCY="2", MAX_CONCURRENT_CALLS="1")
    page = here.open()
    roadmap_id = ask_for(page, "learn to fence")
    expect(page.locator(".card .mark.is-completed").first).to_be_visible()
    worker.kill()
    expect(page.locator("#standing")).to_contain_text("stale: its process died")
    expect(page.locator("#standing .alert").first).to_have_class(re.compile("is-stale"))
    hire()
    wait_written(page)
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}/runs")
    page.locator("#runs").get_by_role("link", name="Creation").click()
    expect(page.locator("#run-standing")).to_contain_text(re.compile(r"Attempts\s*1, 2"))
    expect(page.locator("#log")).to_contain_text("after the previous process died")


def test_a_failed_quiz_is_seen_on_its_card_and_is_retried_alone(here: Site, hire: Hire) -> None:
    failing = hire(OFFLINE_FAIL="quiz@c-1-1-1")
    page = here.open()
    roadmap_id = ask_for(page, "learn to bake bread")
    quiz = page.locator("#card-c-1-1-1 .mark", has_text="Quiz")
    expect(quiz).to_have_class(re.compile("is-failed"))
    expect(page.locator("#standing")).to_contain_text("1 content failed.")
    failing.kill()
    hire()
    page.get_by_text("Show details").click()
    page.get_by_role("button", name="Try again: Quiz of").click()
    wait_written(page)
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}/runs?type=retry_quiz")
    expect(page.locator("#runs tbody tr")).to_have_count(1)


@pytest.mark.soak
def test_a_failed_quiz_is_retried_where_one_would_read_it(here: Site, hire: Hire) -> None:
    failing = hire(OFFLINE_FAIL="quiz@c-1-1-1")
    page = here.open()
    roadmap_id = ask_for(page, "learn to bake cakes")
    expect(page.locator("#standing")).to_contain_text("1 content failed.")
    expect(page.locator("#standing .alert.is-generating")).to_have_count(0)
    failing.kill()
    hire()
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}/concepts/c-1-1-1")
    expect(page.locator("#quiz")).to_contain_text("told to fail")
    page.get_by_role("button", name="Try again: quiz").click()
    expect(page.locator("#quiz fieldset").first).to_be_visible()
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}")
    wait_written(page)


def test_all_that_failed_is_retried_with_one_button(here: Site, hire: Hire) -> None:
    failing = hire(OFFLINE_FAIL="quiz")
    page = here.open()
    ask_for(page, "learn to climb")
    expect(page.locator("#standing")).to_contain_text("contents failed")
    expect(page.locator("#standing .alert.is-generating")).to_have_count(0)
    failing.kill()
    hire()
    page.get_by_role("button", name="Retry all failed").click()
    expect(page.locator(".notice")).to_contain_text("Requested")
    wait_written(page)


@pytest.mark.soak
def test_a_plan_is_sent_back_with_words_and_then_approved(here: Site, hire: Hire) -> None:
    hire(MAX_CONCEPTS=str(MOST_CONCEPTS))
    page = here.open()
    ask_for(page, "learn to garden", review=True)
    page.get_by_role("link", name="Review the plan").click()
    expect(page.locator("h1")).to_have_text("Is this the plan you want?")
    expect(page.locator(".outline > li").first).to_be_visible()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#error-feedback")).to_contain_text("Describe what should change")
    here.complaints.clear()  # the browser counts the answer 422 as one
    page.get_by_label("What should change?").fill("Add a concept about compost to the first stage")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".notice")).to_contain_text("Rejected")
    page.get_by_role("link", name="Review the plan").click()
    expect(page.locator(".changes")).to_contain_text("compost", ignore_case=True)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#run-standing")).to_contain_text("Completed")
    page.go_back()
    page.reload()
    expect(page.locator(".lede")).to_contain_text("approved by local")


@pytest.mark.soak
def test_a_change_shows_its_difference_before_it_counts(here: Site, hire: Hire) -> None:
    hire(MAX_CONCEPTS=str(MOST_CONCEPTS))
    page = here.open()
    roadmap_id = ask_for(page, "learn to paint")
    wait_written(page)
    page.get_by_role("link", name="Changes").click()
    page.get_by_label("What should change?").fill("Add a concept about brushes to the first stage")
    page.get_by_role("button", name="Request change").click()
    page.get_by_role("link", name="Review the plan").click()
    expect(page.locator("h1")).to_have_text("Is this the change you want?")
    expect(page.locator(".changes .added").first).to_contain_text("brushes", ignore_case=True)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#run-standing")).to_contain_text("Completed")
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}/changes")
    expect(page.locator(".version").first).to_contain_text("Changes since version 1")
    expect(page.locator(".version")).to_have_count(2)
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}")
    expect(page.locator(".card", has_text="brushes")).to_have_count(1)


@pytest.mark.soak
def test_a_run_that_was_cancelled_goes_on(here: Site, worker: Running) -> None:
    page = here.open()
    ask_for(page, "learn to swim")
    expect(page.locator(".card .mark.is-completed").first).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".notice")).to_contain_text("The run was cancelled")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#run-standing")).to_contain_text("Completed")
    expect(page.locator("#log")).to_contain_text("run_resumed")


def test_what_is_in_the_way_is_said_and_the_words_are_kept(here: Site, hire: Hire) -> None:
    hire()
    page = here.open()
    roadmap_id = ask_for(page, "learn to ski")
    wait_written(page)
    page.get_by_role("link", name="Changes").click()
    page.get_by_label("What should change?").fill("rename s-1 to Wax")
    body = {"instructions": "rename s-1 to Snow", "review": True}
    here.served.post(f"/roadmaps/{roadmap_id}/modify", body)
    page.get_by_role("button", name="Request change").click()
    expect(page.get_by_role("heading", name="Not possible now")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Another run is in the way: Change")
    expect(page.get_by_label("What should change?")).to_have_value("rename s-1 to Wax")
    here.complaints.clear()
    page.get_by_role("link", name="View the run").click()
    expect(page.locator("h1")).to_have_text("Change")


def test_a_form_whose_sending_was_stopped_can_be_sent_again(here: Site) -> None:
    page = here.open()
    send = "form => form.dispatchEvent(new Event('submit', {bubbles: true, cancelable: true}))"
    form = page.locator("main form[method=post]")
    assert [form.evaluate(send), form.evaluate(send)] == [True, False], "a double click sends it once"
    page.keyboard.press("Escape")
    assert form.evaluate(send)


def test_an_operator_finds_runs_and_ends_them_in_bulk(here: Site) -> None:
    page = here.open()
    for goal in ("learn one", "learn two"):
        here.served.generate(goal)
    page.goto(f"{here.served.url}/operations")
    page.get_by_label("Status").select_option("Queued")
    page.get_by_role("button", name="Filter").click()
    boxes = page.locator("input[name=task]")
    expect(boxes).to_have_count(2)
    for box in boxes.all():
        box.check()
    page.get_by_role("button", name="Cancel", exact=True).click()
    _filtered(page, "Cancelled")
    expect(page.locator("input[name=task]").first).to_be_visible()
    _filtered(page, "Queued")
    expect(page.get_by_text("No runs found.")).to_be_visible()


def _filtered(page: Page, status: str) -> None:
    page.get_by_label("Status").select_option(status)
    page.get_by_role("button", name="Filter").click()
    page.wait_for_load_state()
