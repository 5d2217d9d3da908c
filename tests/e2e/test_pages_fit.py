"""Pages are light and fit: sixty concepts in five requests, maps that zoom and fold, times of the reader's zone."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Response, expect

from domain.vocabulary import ContentType
from tests.e2e.browsing import Site, fits, site
from tests.support.rough import ROUGH, ROUGH_TUTORIAL
from tests.support.stocked import ARABIC, PAYLOADS, stock, structure, write

pytestmark = pytest.mark.soak

SIXTY = structure("sixty", "Sixty concepts", (5, 4, 3), lambda number: f"Concept number {number}")
DROPPED = structure("dropped", "Dropped", (1, 1, 1), "Part {}".format)
ARAB = structure("arab", "البرمجة بلغة بايثون", (1, 1, 2), lambda number: ARABIC[number % len(ARABIC)])
MAX_REQUESTS = 5
MAX_BYTES = 100_000
SHIFTS = """new Promise(resolve => {
    let sum = 0;
    new PerformanceObserver(list => { for (const shift of list.getEntries()) sum += shift.value; })
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => resolve(sum), 1500);
})"""


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, "--no-worker") as served:
        asyncio.run(stock(served.database_url, [SIXTY, ROUGH, ARAB, DROPPED]))
        write(served.database_url, "rough", {ContentType.TUTORIAL: ROUGH_TUTORIAL}, version=2)
        arabic = {**PAYLOADS[ContentType.TUTORIAL], "language": "ar"}
        write(served.database_url, "arab", {ContentType.TUTORIAL: arabic}, version=2)
        with psycopg.connect(served.database_url, autocommit=True) as connection:
            connection.execute("DELETE FROM content_versions WHERE roadmap_id <> 'sixty' AND version = 1")
            connection.execute(
                "INSERT INTO learning_progress (user_id, roadmap_id, concept_id, done_at)"
                " VALUES ('local', 'rough', 'c-1-1-1', '2026-01-01T23:30:00Z')"
            )
        yield served


@pytest.mark.parametrize("path", ["/", "/roadmaps/sixty", "/roadmaps/sixty/plan", "/roadmaps/sixty/concepts/c-1-1-1"])
def test_a_page_of_sixty_concepts_is_light_and_does_not_move(here: Site, path: str) -> None:
    page = here.page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(here.served.url + path)
    assert page.evaluate(SHIFTS) == 0
    sent = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    assert (len(answers) <= MAX_REQUESTS, sent <= MAX_BYTES) == (True, True), (sent, [a.url for a in answers])


def test_a_map_of_sixty_fits_its_window_and_zooms(here: Site) -> None:
    page = here.open("/roadmaps/sixty")
    width = "() => document.querySelector('.lanes').getBoundingClientRect().width"
    room = page.locator("#map").evaluate("map => map.clientWidth")
    whole = page.evaluate(width)
    assert whole > room
    page.get_by_role("button", name="Fit").click()
    assert page.evaluate(width) <= room + 1
    page.get_by_role("button", name="Larger").click()
    assert page.evaluate(width) > room


def test_a_week_is_named_in_one_line(here: Site) -> None:
    for width in (360, 1000):
        page = here.open("/roadmaps/sixty/plan", viewport={"width": width, "height": 740})
        names = page.locator(".week h3 > :first-child")
        expect(names.first).to_be_visible()
        assert max(names.evaluate_all("all => all.map(one => one.getClientRects()[0].height)")) < 40


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_all_tabs_are_in_sight_on_a_phone(here: Site, locale: str) -> None:
    page = here.open("/roadmaps/sixty/runs", viewport={"width": 360, "height": 740}, has_touch=True, locale=locale)
    for tab in page.locator(".tabs a").all():
        expect(tab).to_be_in_viewport(ratio=1)


def test_the_bin_can_be_emptied_on_a_phone(here: Site) -> None:
    here.served.call("DELETE", "/roadmaps/dropped")
    page = here.open("/bin", viewport={"width": 360, "height": 740}, has_touch=True)
    expect(page.get_by_role("button", name="Restore Dropped")).to_be_in_viewport(ratio=1)


def test_stages_fold_on_a_phone(here: Site) -> None:
    page = here.open("/roadmaps/sixty", viewport={"width": 360, "height": 740}, has_touch=True)
    card = page.locator("#card-c-1-1-1")
    expect(card).to_be_visible()
    page.locator(".lane-head").first.click()
    expect(card).to_be_hidden()
    expect(page.locator("#card-c-2-1-1")).to_be_visible()


def test_times_are_those_of_the_reader_and_say_utc_without_a_script(here: Site) -> None:
    path = "/roadmaps/rough/concepts/c-1-1-1"
    page = here.open(path, timezone_id="Asia/Tokyo")
    expect(page.locator("#concept-standing")).to_contain_text("Learned on 2026-01-02")
    assert page.locator("#concept-standing time").inner_text() == "2026-01-02"
    page = here.open(path, java_script_enabled=False)
    assert page.locator("#concept-standing time").inner_text() == "2026-01-01 UTC"


def test_words_of_authors_are_marked_with_their_language(here: Site) -> None:
    page = here.open("/roadmaps/arab")
    assert page.locator("h1").get_attribute("lang") == "ar"
    assert page.locator(".card h4").first.get_attribute("lang") == "ar"
    page.goto(here.served.url + "/roadmaps/rough/concepts/c-1-1-1")
    assert page.locator("h1").get_attribute("lang") == "de"
    assert page.locator("html").get_attribute("lang") == "en"


def test_long_words_wide_tables_and_code_scroll_inside(here: Site) -> None:
    page = here.open("/roadmaps/rough/concepts/c-1-1-1", viewport={"width": 360, "height": 740})
    assert fits(page)
    for part in (".prose table", ".prose pre"):
        assert page.locator(part).first.evaluate("part => part.scrollWidth > part.clientWidth")
        page.locator(part).first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("part => document.querySelector(part).scrollLeft > 0", arg=part)


def test_a_title_without_end_is_clamped(here: Site) -> None:
    page = here.open("/roadmaps/rough", viewport={"width": 360, "height": 740})
    box = page.locator("h1").bounding_box()
    assert box is not None
    assert box["height"] < 200
