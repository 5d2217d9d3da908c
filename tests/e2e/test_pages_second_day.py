"""The second day in a browser: going on, marks, repetition by keyboard, on a phone, and without scripts."""

import asyncio
from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Route, expect
from psycopg.types.json import Jsonb

from tests.e2e.browsing import Site, fits, serious_issues, site
from tests.support.authors import QUIZ
from tests.support.stocked import ARABIC, stock, structure, waiting_task

SIXTY = structure("sixty", "Sixty concepts", (4, 3, 5), lambda number: f"Concept number {number} with some words")
ARAB = structure("arab", "البرمجة بلغة بايثون", (1, 1, 3), lambda number: ARABIC[number % len(ARABIC)])
QUESTIONS = [
    one.model_copy(update={"question_id": f"q{n}", "options": ["w" * 80, *one.options[1:]]}).model_dump(mode="json")
    for n, one in enumerate(QUIZ.questions)
]


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, "--no-worker") as served:
        asyncio.run(stock(served.database_url, [SIXTY, ARAB]))
        with psycopg.connect(served.database_url, autocommit=True) as connection:
            connection.execute(
                "UPDATE content_versions SET payload = %s WHERE content_type = 'quiz'",
                (Jsonb({"questions": QUESTIONS}),),
            )
        yield served


@pytest.fixture(autouse=True)
def nothing_learned(served: Site) -> None:
    with psycopg.connect(served.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE learning_progress, quiz_attempts, repetitions, repetition_answers")


def begin(here: Site, roadmap_id: str = "sixty") -> None:
    here.served.client.put(f"/api/v1/roadmaps/{roadmap_id}/concepts/c-1-1-1/done")


def test_cards_are_marked_and_the_map_leads_on_by_keyboard(here: Site) -> None:
    page = here.open("/roadmaps/sixty")
    page.locator("#card-c-1-1-1 input").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="learned", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card-c-1-1-1")).to_contain_text("learned")
    page.get_by_role("link", name="Go on: Concept number 1").click()
    expect(page.locator("h1")).to_have_text("Concept number 1 with some words")
    page.get_by_role("button", name="I have learned this").click()
    expect(page.locator("h1")).to_have_text("Concept number 2 with some words")


def test_questions_are_answered_with_the_keyboard_alone(here: Site) -> None:
    begin(here)
    page = here.open("/")
    page.get_by_role("link", name="3 for today").click()
    for _ in range(3):
        expect(page.locator("input[name=q]").first).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("orrect")
        expect(page.locator("a.primary")).to_be_focused()
        page.keyboard.press("Enter")


@pytest.mark.soak
def test_questions_are_answered_without_scripts(here: Site) -> None:
    begin(here)
    page = here.open("/repeat", java_script_enabled=False)
    page.get_by_role("button", name="I do not know").click()
    expect(page.locator(".verdict")).to_contain_text("It comes again in a few minutes.")
    page.get_by_role("link", name="Next question").click()
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#error-q")).to_contain_text("Choose an answer")
    here.complaints.clear()  # a refused form is an answer 422


@pytest.mark.soak
def test_a_notification_says_when_a_roadmap_is_ready_but_only_if_one_asks_for_it(here: Site) -> None:
    waiting_task(here.database_url, "t-busy", "arab", status="pending", task_type="retry_batch")
    page = here.page()
    page.add_init_script("""
        window.told = [];
        window.Notification = class {
            static permission = 'default';
            static async requestPermission() { return (window.Notification.permission = 'granted'); }
            constructor(title, options) { window.told.push([title, options.body]); }
        };""")
    page.goto(f"{here.served.url}/roadmaps/arab")
    button = page.get_by_role("button", name="Tell me when it is ready")
    button.click()
    expect(page.get_by_role("button", name="You will be told when it is ready")).to_be_visible()
    with psycopg.connect(here.database_url, autocommit=True) as connection:
        connection.execute("UPDATE roadmap_tasks SET status = 'completed', current_step = 'completed'")
    expect(page.locator(".tell-ready")).to_have_count(0)
    assert page.evaluate("window.told") == [[ARAB.title, "9 of 9 contents are written."]]
    quiet = here.open("/roadmaps/sixty")
    expect(quiet.locator(".tell-ready")).to_have_count(0)


PATHS = ["/", "/repeat", "/roadmaps/sixty", "/roadmaps/sixty/search?q=one", "/roadmaps/sixty/title"]


@pytest.mark.soak
@pytest.mark.parametrize("path", PATHS)
def test_on_a_phone_nothing_sticks_out(here: Site, path: str) -> None:
    begin(here)
    assert fits(here.open(path, viewport={"width": 360, "height": 740}, has_touch=True))


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_issue(here: Site, scheme: str) -> None:
    begin(here, "arab")
    begin(here)
    page = here.page(color_scheme=scheme)
    found = []
    for path in ("/", "/repeat", "/roadmaps/sixty", "/roadmaps/arab", "/roadmaps/sixty/search?q=one",
                 "/roadmaps/sixty/title", "/roadmaps/sixty/concepts/c-1-1-1"):  # fmt: skip
        page.goto(here.served.url + path)
        found += serious_issues(page, path)
    assert not found


def _answers(status: int) -> Callable[[Route], None]:
    page = "<header id=site></header><main id=main><h1>An error</h1></main>"
    return lambda route: route.fulfill(status=status, body=page, content_type="text/html")


def test_a_page_becomes_no_error_but_that_it_is_gone(here: Site) -> None:
    page = here.open("/roadmaps/sixty")
    words = page.locator("#q")
    words.fill("one")
    for status, heading in ((405, "Sixty concepts"), (422, "Sixty concepts"), (404, "An error")):
        page.route("**/roadmaps/sixty", _answers(status))
        with page.expect_response("**/roadmaps/sixty") as answer:
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        answer.value.finished()
        expect(page.locator("h1").first).to_have_text(heading)
    expect(words).to_have_value("one")
    here.complaints.clear()  # the browser counts each of these answers as one
