"""A learner in front of a browser: asks, watches it grow, leaves, comes back, reads, is asked, is done."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import Site, ask_for, site, wait_written
from tests.support.limits import HANG_SECONDS


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url) as served:
        yield served


@pytest.fixture(scope="module")
def roadmap_id(served: Site, browser: Browser) -> str:
    """One that is written."""
    made = served.served.generate("learn chess")
    assert served.served.ended(made["task_id"])["status"] == "completed"
    return str(made["roadmap_id"])


def test_a_roadmap_grows_while_one_watches_without_loading_the_page_again(here: Site) -> None:
    page = here.open()
    ask_for(page, "learn to draw portraits")
    page.evaluate("window.loaded = true")
    expect(page.get_by_role("status").or_(page.locator("#standing .alert")).first).to_be_visible()
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator(".card .mark.is-completed").first).to_be_visible()
    wait_written(page)
    expect(page.locator("h1")).to_have_text("Draw portraits")
    assert page.evaluate("window.loaded")
    expect(page.locator("#said")).to_have_text(re.compile(r"\d+ of \d+ contents are written"))


def test_who_leaves_and_comes_back_sees_what_happened_meanwhile(here: Site) -> None:
    page = here.open()
    roadmap_id = ask_for(page, "learn to cook")
    page.goto(here.served.url + "/bin")
    page.go_back()
    wait_written(page)
    page.goto(here.served.url)
    card = page.locator(".roadmap-card", has=page.locator(f"a[href$='{roadmap_id}']"))
    expect(card).to_contain_text("Ready to read")


def test_a_hidden_page_closes_its_streams_and_catches_up(here: Site) -> None:
    page = here.open()
    asked: list[str] = []
    ended: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: ended.append(request.url))
    page.on("requestfinished", lambda request: ended.append(request.url))
    ask_for(page, "learn to sail")
    expect(page.locator(".card .mark.is-completed").first).to_be_visible()
    _hide(page, hidden=True)
    streams = {url for url in asked if "/stream" in url}
    assert streams
    until = time.monotonic() + HANG_SECONDS
    while not streams <= set(ended):
        assert time.monotonic() < until, "its streams are not closed"
        page.wait_for_timeout(100)
    asked.clear()
    page.wait_for_timeout(4000)
    assert not asked, "and it asks for nothing"
    _hide(page, hidden=False)
    wait_written(page)


def _hide(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_a_form_that_cannot_be_used_keeps_what_was_typed_and_says_what_is_wrong(here: Site) -> None:
    page = here.open()
    page.get_by_label("Your goal").fill("learn to sing")
    page.get_by_label("Hours a week").fill("many")
    page.get_by_role("button", name="Create roadmap").click()
    expect(page.get_by_label("Hours a week")).to_be_focused()
    expect(page.locator("#error-available_hours_per_week")).to_have_text("Enter a number from 1 to 168.")
    expect(page.get_by_label("Your goal")).to_have_value("learn to sing")
    here.complaints.clear()  # the browser counts the answer 422 as one


def test_a_quiz_is_answered_explained_and_its_best_score_kept(here: Site, roadmap_id: str) -> None:
    page = here.open(f"/roadmaps/{roadmap_id}/concepts/c-1-1-1")
    key = here.served.get(f"/roadmaps/{roadmap_id}/concepts/c-1-1-1/quiz")["content"]["questions"]
    assert "correct_answer" not in page.content()
    page.get_by_role("button", name="Check my answers").click()
    expect(page.get_by_role("alert").first).to_contain_text("You answered no question of the quiz.")
    page.get_by_role("button", name="Count it").click()
    expect(page.locator(".score")).to_have_text(f"0 of {len(key)} correct")
    expect(page.locator(".verdict").first).to_contain_text(key[0]["explanation"])
    page.get_by_role("link", name="Try the quiz again").click()
    for number, question in enumerate(key):
        for index in question["correct_answer"]:
            page.locator(f"input[name='q.{number}'][value='{index}']").check()
    page.get_by_role("button", name="Check my answers").click()
    expect(page.locator(".score")).to_have_text(f"{len(key)} of {len(key)} correct")
    page.reload()
    expect(page.locator("#quiz")).to_contain_text("Best score: 100%")
    expect(page.locator("#quiz")).to_contain_text("2 attempts")


def test_what_is_learned_counts_on_every_page(here: Site, roadmap_id: str) -> None:
    page = here.open(f"/roadmaps/{roadmap_id}/concepts/c-1-1-2")
    page.get_by_role("button", name="Mark as learned").click()
    expect(page.locator("#concept-standing")).to_contain_text("Learned on")
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}")
    expect(page.locator("#card-c-1-1-2")).to_contain_text("learned")
    expect(page.locator("#standing")).to_contain_text("1 of 8")
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}/plan")
    expect(page.locator(".week a[href$='c-1-1-2']")).to_have_count(0)
    page.goto(here.served.url)
    expect(page.locator("#roadmap-list")).to_contain_text("1 of 8 concepts learned")


def test_one_can_read_from_concept_to_concept_with_the_keyboard(here: Site, roadmap_id: str) -> None:
    page = here.open(f"/roadmaps/{roadmap_id}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.locator(".card a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("c-1-1-1$"))
    page.get_by_role("link", name="Next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("c-1-1-2$"))
    page.go_back()
    expect(page.locator("h2", has_text="Tutorial")).to_be_visible()


def test_a_roadmap_can_be_taken_along_as_a_file(here: Site, roadmap_id: str) -> None:
    page = here.open(f"/roadmaps/{roadmap_id}")
    for name, ending in (("Download as Markdown", ".md"), ("as one HTML file", ".html")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(ending)
        assert "chess" in download.value.path().read_text().lower()


def test_without_javascript_everything_can_be_read_and_even_asked_for(here: Site, roadmap_id: str) -> None:
    page = here.open(java_script_enabled=False)
    made = ask_for(page, "learn to juggle")
    expect(page.locator("#standing")).to_contain_text("Creation")
    page.goto(f"{here.served.url}/roadmaps/{roadmap_id}/concepts/c-1-1-2")
    expect(page.locator(".prose")).to_be_visible()
    page.get_by_role("button", name="Check my answers").click()
    page.get_by_role("button", name="Count it").click()
    expect(page.locator(".score")).to_contain_text("0 of")
    here.served.ended(here.served.get(f"/roadmaps/{made}/tasks")["tasks"][0]["task_id"])
    page.goto(f"{here.served.url}/roadmaps/{made}")
    expect(page.locator(".card").first).to_be_visible()


def test_what_is_thrown_away_can_be_put_back(here: Site) -> None:
    made = here.served.generate("learn to knit")
    here.served.ended(made["task_id"])
    page = here.open(f"/roadmaps/{made['roadmap_id']}")
    title = page.locator("h1").inner_text()
    page.get_by_role("button", name="Move to bin").click()
    expect(page.get_by_role("heading", name="Bin")).to_be_visible()
    page.get_by_role("button", name=f"Restore {title}").click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator(".notice")).to_contain_text("roadmap was restored")
