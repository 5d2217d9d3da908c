"""A server with a worker, and a browser in front of it, for the tests of one file."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.roadmap_command import Command, ForkedCommand
from tests.e2e.served import Served, serving
from tests.support.databases import create_database, drop_database, url_of
from tests.support.limits import HANG_SECONDS, LEASE_SECONDS

TIMEOUT_MS: Final = 1000 * HANG_SECONDS


class Site:
    """A served database, and pages of it."""

    def __init__(self, served: Served, shell: Command, database_url: str, browser: Browser | None = None) -> None:
        self.served = served
        self.shell = shell
        self.database_url = database_url
        self.browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        """What the browser's console said against a page."""

    def page(self, **options: Any) -> Page:
        """In a browser of its own; what goes wrong in it is kept in `complaints`."""
        assert self.browser is not None
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        self._contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        return page

    def open(self, path: str = "/", **options: Any) -> Page:
        page = self.page(**options)
        page.goto(self.served.url + path)
        return page

    def close_pages(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        self.complaints.clear()


@contextmanager
def site(server_url: str, *options: str, **settings: str) -> Iterator[Site]:
    """On a database of its own; runs of some seconds, eight concepts at most."""
    expect.set_options(timeout=TIMEOUT_MS)
    name = create_database(server_url)
    url = url_of(server_url, name)
    usual = {
        "DATABASE_URL": url,
        "HEARTBEAT_TIMEOUT": str(LEASE_SECONDS),
        "MAX_CONCURRENT_CALLS": "3",
        "MAX_CONCEPTS": "8",
        "OFFLINE_LATENCY": "0.25",
    }
    with tempfile.TemporaryDirectory() as folder:
        shell = ForkedCommand(Path(folder), **{**usual, **settings})
        try:
            with serving(shell, *options) as served:
                yield Site(served, shell, url)
        finally:
            shell.kill_all()
            drop_database(server_url, name)


@contextmanager
def judged(here: Site) -> Iterator[Site]:
    """For one test: nothing that it does may make the browser complain."""
    before = len(here.served.running.err)
    yield here
    complaints = list(here.complaints)
    here.close_pages()
    failures = [line for line in here.served.running.err[before:].splitlines() if '"level": "error"' in line]
    assert not complaints, failures


def ask_for(page: Page, goal: str, *, review: bool = False) -> str:
    """Fill in the form of the home page; the id of the roadmap that is made."""
    page.get_by_label("Your goal").fill(goal)
    if review:
        page.get_by_label("Review the plan before contents are written").check()
    page.get_by_role("button", name="Create roadmap").click()
    page.wait_for_url(re.compile("/roadmaps/"))
    return roadmap_of(page)


def roadmap_of(page: Page) -> str:
    found = re.search("/roadmaps/([^/?#]+)", page.url)
    assert found is not None, page.url
    return found[1]


def marks(page: Page, look: str) -> int:
    return page.locator(f".card .mark.is-{look}").count()


def wait_written(page: Page, total: int | None = None) -> None:
    """Until no content is missing any more."""
    expect(page.locator("#standing .alert")).to_have_count(0)
    expect(page.locator(".card .mark.is-completed")).to_have_count(total or page.locator(".card .mark").count())


def texts(page: Page, selector: str) -> Sequence[str]:
    return page.locator(selector).all_inner_texts()


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the window to its side."""
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return fits


def serious_issues(page: Page, name: str) -> list[tuple[str, str, list[str]]]:
    """What axe has against a page: (name, rule, elements)."""
    return [
        (name, violation["id"], [node["html"][:200] for node in violation["nodes"][:3]])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
