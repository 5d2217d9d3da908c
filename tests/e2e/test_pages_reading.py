"""Lessons and quizzes as a learner reads them: formulas, code, folds, in the light, in the dark, on a phone."""

import asyncio
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from backend.pages.support.templating import POLICY
from tests.e2e.browsing import Site, fits, site
from tests.support.marked import marked_payloads
from tests.support.stocked import stock, structure, write

PLAIN = structure("plain", "Learn chess", (1, 1, 1), lambda _: "Openings")
MARKED = structure("marked", "Rotations", (1, 1, 1), lambda _: "Turning vectors")
LESSON = "/roadmaps/marked/concepts/c-1-1-1"


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, "--no-worker") as served:
        asyncio.run(stock(served.database_url, [PLAIN, MARKED]))
        write(served.database_url, "marked", {kind: dict(p) for kind, p in marked_payloads().items()}, version=2)
        yield served


def test_a_page_with_formulas_loads_their_font_and_no_other_page_does(here: Site) -> None:
    page = here.page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(here.served.url + "/roadmaps/plain/concepts/c-1-1-1")
    assert not [url for url in asked if "formulas.css" in url or "woff2" in url]
    page.goto(here.served.url + LESSON)
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"STIX Math\"'))")
    assert [url for url in asked if url.endswith(".woff2")]
    assert page.locator("math").count() > 15
    assert page.locator("merror").count() == 0


def test_the_policy_of_all_pages_is_the_same(here: Site) -> None:
    """A page without formulas may get one while it is open."""
    for path in ("/", "/roadmaps/marked", "/roadmaps/plain/concepts/c-1-1-1", LESSON):
        assert here.served.client.get(path).headers["Content-Security-Policy"] == POLICY


def test_a_code_block_is_copied_as_it_was_written_and_chooses_no_option(here: Site) -> None:
    page = here.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(here.served.url + LESSON)
    for place, code in (
        (".question legend", "for i in range(n):\n    if i:\n        print(i)\n"),
        (".option:nth-of-type(3)", "if x:\n    print(x)\n"),
    ):
        page.locator(f"{place} button.copy").click()
        assert page.evaluate("navigator.clipboard.readText()") == code
    expect(page.locator("#said")).to_have_text("Copied")
    assert page.locator(".option input:checked").count() == 0


def test_without_scripts_nothing_is_missing_but_the_copy_buttons(here: Site) -> None:
    page = here.open(LESSON, java_script_enabled=False)
    assert page.locator("button.copy").count() == 0
    solution = page.get_by_text("Multiply by hand.")
    expect(solution).to_be_hidden()
    page.get_by_text("The other way").click()
    expect(solution).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lesson_with_formulas_fits_a_phone_and_can_be_read_by_all(here: Site, scheme: str) -> None:
    page = here.open(LESSON, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    assert fits(page)
    for fold in page.locator(".prose details").all():
        fold.evaluate("fold => { fold.open = true }")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
