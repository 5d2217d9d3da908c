"""How pages look and behave: large roadmaps, phones, the dark, other scripts, screen readers, long runs."""

import asyncio
import re
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, expect
from psycopg.types.json import Jsonb

from domain.framework import Framework
from domain.vocabulary import ContentType
from rendering.drawing.map_layout import draw
from tests.e2e.browsing import Site, fits, serious_issues, site
from tests.support.books import BOOK
from tests.support.rough import ROUGH, ROUGH_TUTORIAL
from tests.support.stocked import ARABIC, stock, structure, tell, waiting_task, write

BIG = structure("big", "Distributed databases", (8, 5, 5), lambda number: f"Concept number {number} with some words")
SMALL = structure("small", "Learn chess", (2, 1, 3), lambda number: f"Opening {number}")
ARAB = structure("arab", "البرمجة بلغة بايثون", (3, 2, 2), lambda number: ARABIC[number % len(ARABIC)])


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, "--no-worker") as served:
        asyncio.run(stock(served.database_url, [BIG, SMALL, ARAB, ROUGH]))
        write(served.database_url, "rough", {ContentType.TUTORIAL: ROUGH_TUTORIAL}, version=2)
        with psycopg.connect(served.database_url, autocommit=True) as connection:
            book = Jsonb(BOOK.model_dump(mode="json"))
            connection.execute("UPDATE roadmap_metadata SET course_book = %s WHERE roadmap_id = 'small'", (book,))
        yield served


def test_the_first_paint_of_two_hundred_concepts_is_one_small_answer(here: Site) -> None:
    answer = here.served.client.get("/roadmaps/big")
    assert answer.text.count('class="card') >= 200
    assert len(answer.content) < 300_000


@pytest.mark.parametrize("framework", [SMALL, BIG, ARAB], ids=["small", "big", "right-to-left"])
def test_every_card_stands_where_its_lines_were_drawn_to(here: Site, framework: Framework) -> None:
    page = here.open(f"/roadmaps/{framework.roadmap_id}", viewport={"width": 1440, "height": 900})
    drawing = draw(framework, right_to_left=framework is ARAB)
    placed = page.evaluate(
        """() => {
            const origin = document.querySelector('.lines').getBoundingClientRect();
            return Object.fromEntries([...document.querySelectorAll('.card')].map(card => {
                const box = card.getBoundingClientRect();
                return [card.id, [box.x - origin.x, box.y - origin.y, box.width, box.height].map(Math.round)];
            }));
        }"""
    )
    wanted = {
        f"card-{card.concept_id}": [round(card.box.x), round(card.box.y), round(card.box.w), round(card.box.h)]
        for card in drawing.cards
    }
    assert placed == wanted


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/roadmaps/big",
        "/roadmaps/arab",
        "/roadmaps/small/concepts/c-1-1-1",
        "/roadmaps/rough",
        "/roadmaps/rough/plan",
        "/roadmaps/rough/changes",
        "/roadmaps/rough/concepts/c-1-1-1",
    ],
)
def test_on_a_phone_everything_is_stacked_and_nothing_sticks_out(here: Site, path: str) -> None:
    page = here.open(path, viewport={"width": 360, "height": 740}, has_touch=True)
    assert fits(page)
    lines = page.locator(".lines")
    assert lines.count() == 0 or not lines.is_visible()


def test_a_roadmap_in_arabic_runs_from_right_to_left(here: Site) -> None:
    page = here.open("/roadmaps/arab", viewport={"width": 1440, "height": 900})
    lanes = [lane.bounding_box() for lane in page.locator(".lane").all()]
    places = [box["x"] for box in lanes if box is not None]
    assert places == sorted(places, reverse=True)
    assert page.locator("h1").evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_the_dark_is_dark(here: Site) -> None:
    page = here.open("/roadmaps/small", color_scheme="dark")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, background.removeprefix("rgb(").removesuffix(")").split(","))) < 60


PLACES = [
    "/",
    "/bin",
    "/operations",
    "/operations/matching?do=cancel",
    "/roadmaps/big",
    "/roadmaps/arab",
    "/roadmaps/small/plan",
    "/roadmaps/small/changes",
    "/roadmaps/small/runs",
    "/roadmaps/small/concepts/c-1-1-1",
    "/roadmaps/small/concepts/c-1-1-1?ask=empty",
    "/roadmaps/small/book",
    "/roadmaps/small/cards",
    "/roadmaps/small/stage-tests/s-1",
    "/roadmaps/rough",
    "/roadmaps/rough/concepts/c-1-1-1",
    "/tasks/t-told",
    "/tasks/t-told/book",
    "/tasks/t-told/calls?step=intent_analysis",
]


@pytest.fixture(scope="module")
def told(served: Site) -> None:
    """A run with a story."""
    waiting_task(served.database_url, "t-told", "small", status="human_review_pending", current_step="human_review")
    story: list[tuple[str, dict[str, object]]] = [
        ("run_requested", {"task_type": "creation", "roadmap_id": "small", "user_id": "local"}),
        ("step_started", {"step": "intent_analysis"}),
        ("content_failed", {"concept_id": "c-1-1-1", "content_type": "quiz", "reason": "No answer."}),
        ("review_requested", {"round": 1, "deadline": None}),
    ]
    tell(served.database_url, "t-told", story)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.soak)])
@pytest.mark.usefixtures("told")
def test_axe_finds_no_serious_issue(here: Site, scheme: str) -> None:
    page = here.page(color_scheme=scheme)
    found = []
    for path in [*PLACES, "/tasks/t-told/review", "/roadmaps/none", "/nowhere"]:
        page.goto(here.served.url + path)
        found += serious_issues(page, path)
    page.goto(here.served.url)
    page.get_by_label("Your goal").fill("learn chess")
    page.get_by_role("button", name="Estimate first").click()
    expect(page.locator("#estimate")).to_be_visible()
    found += serious_issues(page, "an estimate")
    page.get_by_label("Hours a week").fill("many")
    page.get_by_role("button", name="Create roadmap").click()
    expect(page.locator("#error-available_hours_per_week")).to_be_visible()
    found += serious_issues(page, "a refused form")
    here.complaints.clear()  # the browser counts answers of 4xx as errors
    assert not found


@pytest.mark.soak
def test_after_five_hundred_events_the_heap_is_as_it_was(here: Site) -> None:
    waiting_task(here.database_url, "t-long", "small", status="pending", task_type="retry_batch")
    last = tell(here.database_url, "t-long", [("run_requested", {"task_type": "retry_batch", "roadmap_id": "small"})])
    page = here.open("/roadmaps/small")
    devtools = page.context.new_cdp_session(page)

    def heap() -> tuple[float, float]:
        for _ in range(3):
            devtools.send("HeapProfiler.collectGarbage")
        counters = devtools.send("Memory.getDOMCounters")
        return devtools.send("Runtime.getHeapUsage")["usedSize"], counters["nodes"]

    sizes = []
    for _ in range(3):
        for _ in range(10):
            last = tell(here.database_url, "t-long", _twenty_five(), after=last)
            page.wait_for_timeout(120)
        page.wait_for_timeout(2500)
        sizes.append(heap())
    assert sizes[-1][0] - sizes[0][0] < 500_000, sizes
    assert sizes[-1][1] - sizes[0][1] < 1000, sizes


@pytest.mark.parametrize("path", ["/roadmaps/small/runs", "/operations"])
def test_on_a_phone_runs_are_read_without_scrolling_sideways(here: Site, path: str) -> None:
    name = f"t-{path.rpartition('/')[2]}"
    waiting_task(here.database_url, name, "small", status="pending", task_type="retry_batch")
    page = here.open(path, viewport={"width": 360, "height": 740}, has_touch=True)
    expect(page.locator(".stack tbody tr").first).to_be_visible()
    assert page.locator(".stack").evaluate("frame => frame.scrollWidth <= frame.clientWidth")


def _twenty_five() -> list[tuple[str, dict[str, object]]]:
    kinds = ["content_started", "content_failed", "content_completed", "content_started", "content_completed"]
    of = {"concept_id": "c-1-1-2", "content_type": "quiz", "version": 1, "reason": "x"}
    return [(kind, dict(of)) for kind in kinds * 5]


def test_pages_work_below_the_prefix_of_a_proxy(server_url: str, browser: Browser) -> None:
    with site(server_url, "--no-worker", HTTP_ROOT_PATH="/learning") as prefixed:
        page = prefixed.served.client.get("/")
        assert 'href="/learning/static/app.css' in page.text
        assert 'action="/learning/"' in page.text
        assert 'href="/"' not in page.text


def test_every_page_forbids_foreign_and_inline_scripts(here: Site) -> None:
    for path in PLACES:
        answer = here.served.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert " style=" not in answer.text
        assert "<style" not in answer.text
        scripts = re.findall(r"<script[^>]*>", answer.text)
        assert all(re.search(r' src="/static/(app|ready)\.js\?v=\w+"', script) for script in scripts), scripts
        assert scripts


def test_a_page_that_is_not_there_says_so(here: Site) -> None:
    page = here.open("/roadmaps/none")
    expect(page.get_by_role("alert")).to_have_text("There is no roadmap none.")
    here.complaints.clear()
