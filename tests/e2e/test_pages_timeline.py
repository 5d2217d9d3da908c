"""The timeline of a run in a browser: on phones, in the dark, from right to left, by keyboard, without scripts."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Site, fits, serious_issues, site
from tests.support.stocked import stock, structure, tell, waiting_task

CHESS = structure("chess", "Learn chess", (2, 1, 3), lambda number: f"Opening {number} with some more words")
QUIZ = {"concept_id": "c-1-1-1", "content_type": "quiz"}
STORY: list[tuple[str, dict[str, Any]]] = [
    ("run_requested", {"task_type": "creation", "roadmap_id": "chess", "user_id": "local"}),
    ("run_started", {"attempt": 1, "worker_id": "w"}),
    ("step_started", {"step": "intent_analysis"}),
    ("review_requested", {"round": 1, "deadline": None}),
    ("review_decided", {"round": 1, "decision": "approved", "by": "ann", "feedback": ""}),
    ("run_started", {"attempt": 2, "worker_id": "w", "from": "pending"}),
    ("step_started", {"step": "quiz_generation"}),
    ("content_started", QUIZ),
    ("run_started", {"attempt": 3, "worker_id": "v", "from": "processing"}),
    ("step_started", {"step": "quiz_generation"}),
    ("content_started", QUIZ),
    ("model_waiting", {"model": "m", "reason": "rate limit", "tries": 1}),
    ("model_answering", {"model": "m"}),
    ("content_failed", {**QUIZ, "reason": "rate limit"}),
    ("content_started", {**QUIZ, "concept_id": "c-1-1-2"}),
    ("content_started", {**QUIZ, "concept_id": "c-1-1-2"}),
    ("content_completed", {**QUIZ, "concept_id": "c-1-1-2", "version": 1}),
    ("run_finished", {"status": "partial_failure", "error_message": "1 of 2 contents failed."}),
]
PATHS = ["/tasks/t-told", "/tasks/t-told/calls?concept=c-1-1-1&type=quiz", "/operations/matching?do=resume"]


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, "--no-worker") as served:
        asyncio.run(stock(served.database_url, [CHESS]))
        waiting_task(served.database_url, "t-told", "chess", status="partial_failure", task_type="retry_batch")
        tell(served.database_url, "t-told", STORY)
        with psycopg.connect(served.database_url, autocommit=True) as connection:
            connection.execute("UPDATE task_events SET created_at = created_at + sequence * interval '3 seconds'")
        yield served


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wrong_with_it_on_any_screen(here: Site, scheme: str, width: int) -> None:
    page = here.page(color_scheme=scheme, viewport={"width": width, "height": 800})
    for path in PATHS:
        page.goto(here.served.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
        assert fits(page), path
        assert not serious_issues(page, path)


def test_each_kind_of_time_is_drawn_as_what_it_is(here: Site) -> None:
    page = here.open("/tasks/t-told")
    for kind in ("review", "dead"):
        expect(page.locator(f".backdrop .gap.{kind}")).to_have_count(1)
    rows = page.locator("#run-contents details")
    assert rows.nth(0).locator("rect").evaluate_all("all => all.map(bar => bar.classList[0])") == [
        "lost",
        "failed",
        "wait",
        "failed",
    ]
    assert rows.nth(1).locator("rect").evaluate_all("all => all.map(bar => bar.classList[0])") == ["again", "done"]
    expect(page.locator("#phases")).to_contain_text("its process died; taken over after")
    track, backdrop = page.locator("#timeline .track").first, page.locator(".backdrop")
    sides = "svg => [svg.getBoundingClientRect().left, svg.getBoundingClientRect().right].map(Math.round)"
    assert track.evaluate(sides) == backdrop.evaluate(sides), "bars stand on the axis behind them"


def test_from_right_to_left_time_does_so_too(here: Site) -> None:
    page = here.open("/tasks/t-told")
    page.evaluate("document.documentElement.dir = 'rtl'")
    bars = page.locator("#timeline .track rect")
    first, last = bars.first.bounding_box(), bars.last.bounding_box()
    assert first is not None
    assert last is not None
    assert first["x"] > last["x"]
    assert fits(page)


def test_it_can_be_used_by_keyboard_and_read_without_scripts(here: Site) -> None:
    page = here.open("/tasks/t-told", java_script_enabled=False)
    summary = page.locator("#run-contents summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/calls?concept=c-1-1-1&type=quiz")
    expect(page.locator("h1")).to_contain_text("Quiz: Opening 0")


def test_a_fold_stays_open_while_the_run_goes_on(here: Site) -> None:
    waiting_task(here.database_url, "t-going", "chess", status="pending", task_type="retry_batch")
    last = tell(here.database_url, "t-going", [*STORY[:2], ("content_started", QUIZ)])
    page = here.open("/tasks/t-going")
    row = page.locator("#run-contents details")
    row.locator("summary").click()
    tell(here.database_url, "t-going", [("content_completed", {**QUIZ, "version": 1})], after=last)
    expect(row.locator("summary")).to_contain_text("1 written")
    expect(row).to_have_attribute("open", "")


def test_new_runs_come_to_the_open_page_of_operations(here: Site) -> None:
    page = here.open("/operations?status=pending&type=modification")
    expect(page.get_by_text("No runs found.")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(4000)
    assert all("/pulse" in url for url in asked), "without a change it is not loaded again"
    assert asked
    waiting_task(here.database_url, "t-new", "chess", status="pending", task_type="modification")
    expect(page.locator('input[value="t-new"]')).to_be_visible()
