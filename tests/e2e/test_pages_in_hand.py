"""What a person has in hand while a page grows: focus, a selection, a pressed button, an open fold, typed words."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from playwright.sync_api import Page, expect

from domain.vocabulary import ContentType
from tests.e2e.browsing import Site, site
from tests.support.stocked import PAYLOADS, stock, structure, tell, waiting_task, write

pytestmark = pytest.mark.soak

IDS = [f"small-{number}" for number in range(8)]


@dataclass
class Chess:
    """A roadmap of one test, with a run of it that waits."""

    here: Site
    roadmap_id: str
    last: int = 0
    """The number of the last event of its run."""

    def open(self, path: str = "") -> Page:
        return self.here.open(f"/roadmaps/{self.roadmap_id}{path}")

    def step(self) -> None:
        """Let its run tell something."""
        self.last = tell(self.here.database_url, self.roadmap_id, [("step_started", {"step": "init"})], self.last)

    def write(self, content_type: ContentType, **changes: object) -> None:
        url, payload = self.here.database_url, {**PAYLOADS[content_type], **changes}
        write(url, self.roadmap_id, {content_type: payload}, version=2)
        self.step()

    def fail_a_quiz(self) -> None:
        """Something that every page of the roadmap shows."""
        with psycopg.connect(self.here.database_url, autocommit=True) as connection:
            connection.execute(
                "UPDATE concept_contents SET status = 'failed', updated_at = clock_timestamp()"
                " WHERE roadmap_id = %s AND concept_id = 'c-1-1-1' AND content_type = 'quiz'",
                (self.roadmap_id,),
            )
        self.step()


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, "--no-worker") as served:
        asyncio.run(
            stock(served.database_url, [structure(i, "Learn chess", (2, 1, 3), "Opening {}".format) for i in IDS])
        )
        for name in IDS:
            waiting_task(served.database_url, name, name, task_type="retry_batch")
        yield served


@pytest.fixture(scope="module")
def unused() -> list[str]:
    return list(IDS)


@pytest.fixture
def chess(here: Site, unused: list[str]) -> Chess:
    return Chess(here, unused.pop())


def _grown(page: Page) -> None:
    expect(page.locator("#standing")).to_contain_text("1 content failed.")


def test_focus_selection_and_folds_survive(chess: Chess) -> None:
    page = chess.open()
    page.get_by_text("Legend").click()
    link = page.locator("#card-c-2-1-2 a")
    link.focus()
    page.evaluate("window.focused = document.activeElement")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#card-c-1-1-1 h4'))")
    page.locator("#map").evaluate("map => map.scrollTo(40, 0)")
    scrolled = page.locator("#map").evaluate("map => map.scrollLeft")
    chess.fail_a_quiz()
    _grown(page)
    expect(link).to_be_focused()
    assert page.evaluate("window.focused === document.activeElement"), "the same node, not one like it"
    assert page.evaluate("getSelection().toString()") == "Opening 0"
    assert page.locator("#map").evaluate("map => map.scrollLeft") == scrolled
    expect(page.locator(".legend .marks")).to_be_visible()


def test_a_pressed_button_is_pressed_to_its_end(chess: Chess) -> None:
    page = chess.open()
    page.get_by_text("Legend").hover()
    page.mouse.down()
    chess.fail_a_quiz()
    page.wait_for_timeout(2500)
    expect(page.locator("#standing")).not_to_contain_text("1 content failed")
    page.mouse.up()
    expect(page.locator(".legend .marks")).to_be_visible()
    _grown(page)


def test_clicks_while_a_page_grows_all_count(chess: Chess) -> None:
    page = chess.open()
    page.evaluate(
        "document.querySelector('.legend').addEventListener('toggle', () => { window.n = (window.n ?? 0) + 1 })"
    )
    page.evaluate(
        "window.grown = 0; new MutationObserver(() => { window.grown++ })"
        ".observe(document.getElementById('main'), {attributes: true})"
    )
    for _ in range(40):
        chess.step()
        page.locator(".legend summary").click(delay=60)
        page.wait_for_timeout(60)
    assert page.evaluate("window.n") == 40
    assert page.evaluate("window.grown") > 2


def test_words_in_a_form_survive_and_so_does_the_form(chess: Chess) -> None:
    page = chess.open("/changes")
    words = page.get_by_label("What should change?")
    words.fill("Add the Sicilian")
    chess.fail_a_quiz()
    _grown(page)
    expect(words).to_have_value("Add the Sicilian")
    expect(words).to_be_focused()


def test_a_quiz_that_is_being_answered_stays_and_says_that_there_is_another(chess: Chess) -> None:
    page = chess.open("/concepts/c-1-1-1")
    page.locator("input[name='q.0']").first.check()
    questions = PAYLOADS[ContentType.QUIZ]["questions"]
    chess.write(ContentType.QUIZ, questions=[{**question, "question": "Another?"} for question in questions])
    expect(page.locator("#news")).to_contain_text("A form on this page is out of date. What you typed is kept in it.")
    expect(page.locator("input[name='q.0']").first).to_be_checked()
    expect(page.locator(".question").first).not_to_contain_text("Another?")
    page.get_by_role("button", name="Check my answers").click()
    expect(page.locator(".score")).to_be_visible()
    page.get_by_role("link", name="Try the quiz again").click()
    expect(page.locator(".question").first).to_contain_text("Another?")


def test_a_content_that_is_read_is_not_swapped_without_a_word(chess: Chess) -> None:
    page = chess.open("/concepts/c-1-1-1")
    chess.write(ContentType.TUTORIAL, content="## Other words")
    expect(page.locator("#news")).to_contain_text("The tutorial was written anew: you see version 2 now.")
    page.locator("#news").get_by_role("link", name="Version 1").click()
    expect(page.locator("#tutorial")).to_contain_text("You are reading version 1; 2 is the newest.")


def test_a_server_that_is_away_is_said_and_it_heals_by_itself(chess: Chess) -> None:
    page = chess.open()
    expect(page.locator("#away")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#away")).to_be_visible()
    assert page.evaluate("document.body.classList.contains('is-away')"), "spinners pause"
    chess.fail_a_quiz()
    page.context.set_offline(False)
    expect(page.locator("#away")).to_be_hidden()
    _grown(page)
    chess.here.complaints.clear()  # the browser counts each miss as one
