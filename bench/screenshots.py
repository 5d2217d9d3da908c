"""Pictures of the pages for docs/pages.md: `python -m bench.screenshots [NAME...]`.

`python -m bench.screenshots --into FOLDER [NAME...]` takes every page into a folder instead, in the light, in the dark
and on a phone, to be looked at; the documents embed a few only.

They show the two recorded courses, as the offline author plays them, in the Chromium of this machine. One is in
Chinese, which needs a font (Debian: fonts-wqy-microhei).
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, expect

from bench.servers import bench_server
from tests.e2e.browsing import Site, site
from tests.e2e.served import serving
from tests.support.browser import chromium

FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
GO: Final = "become a backend engineer in Go"
SQL: Final = "用 SQL 做数据分析"
DESK: Final[dict[str, Any]] = {"viewport": {"width": 1000, "height": 640}}
DARK: Final[dict[str, Any]] = {**DESK, "color_scheme": "dark"}
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 640}, "has_touch": True, "locale": "zh-CN"}


def _nothing(_: Page) -> None:
    pass


def _to(selector: str) -> Callable[[Page], None]:
    """Scroll until an element is at the top."""
    return lambda page: page.locator(selector).first.evaluate("node => node.scrollIntoView()")


def _answer(page: Page) -> None:
    for question in page.locator("#quiz .question").all():
        question.locator("input").first.check()
    page.get_by_role("button", name="Check my answers").click()
    _to("#quiz")(page)


@dataclass(frozen=True)
class Picture:
    """A picture `pages-<name>.png` of a page; its path may hold the ids of roadmaps and runs."""

    name: str
    path: str
    window: dict[str, Any]
    prepare: Callable[[Page], None] = _nothing


PICTURES: Final = (
    Picture("home", "/", DESK),
    Picture("dark", "/roadmaps/{go}", DARK, _to(".tabs")),
    Picture("plan", "/roadmaps/{go}/plan", DESK),
    Picture("concept", "/roadmaps/{go}/concepts/{first}", DESK, _to(".reading")),
    Picture("quiz", "/roadmaps/{go}/concepts/{first}", DESK, _answer),
    Picture("repeat", "/repeat", DESK),
    Picture("run", "/tasks/{run}", DESK),
    Picture("review", "/tasks/{review}/review", DESK),
    Picture("operations", "/operations", DESK),
    Picture("phone", "/roadmaps/{sql}", PHONE),
    Picture("phone-concept", "/roadmaps/{sql}/concepts/{first}", PHONE, _to("#tutorial .prose")),
)
"""All but `map`, which is taken as soon as the first contents are there."""
WINDOWS: Final = {"light": DESK, "dark": DARK, "phone": PHONE}
PATHS: Final = {
    "home": "/",
    "bin": "/bin",
    "repeat": "/repeat",
    "map": "/roadmaps/{go}",
    "plan": "/roadmaps/{go}/plan",
    "book": "/roadmaps/{go}/book",
    "changes": "/roadmaps/{go}/changes",
    "cards": "/roadmaps/{go}/cards",
    "runs": "/roadmaps/{go}/runs",
    "concept": "/roadmaps/{go}/concepts/{first}",
    "run": "/tasks/{run}",
    "calls": "/tasks/{run}/calls?step=curriculum_design",
    "review": "/tasks/{review}/review",
    "edit-book": "/tasks/{run}/book",
    "operations": "/operations",
    "matching": "/operations/matching?do=cancel",
    "missing": "/nowhere",
    "right-to-left": "/roadmaps/{arabic}",
    "right-to-left-concept": "/roadmaps/{arabic}/concepts/{first}",
}
"""Every page; the login is taken from a server of its own."""
ARABIC: Final = "تعلم العزف على البيانو"


def main(arguments: Sequence[str]) -> None:
    folder, names = (Path(arguments[1]), arguments[2:]) if arguments[:1] == ["--into"] else (None, arguments)
    settings = {"MAX_CONCEPTS": "60", "OFFLINE_LATENCY": "0.1", "MAX_CONCURRENT_CALLS": "4"}
    with bench_server() as server, chromium() as browser, site(server.url, **settings) as here:
        here.browser = browser
        ids = _stock(here, wanted=["none"] if folder else names)
        if folder is not None:
            _take_all(here, folder, names, ids)
            return
        for picture in PICTURES:
            if not names or picture.name in names:
                _take(here, picture, ids)


def _stock(here: Site, wanted: Sequence[str]) -> dict[str, str]:
    """Create both courses, learn a little, and leave one plan in review; return the ids that paths hold."""
    served = here.served
    go = served.generate(GO)
    if not wanted or "map" in wanted:
        page = here.open(f"/roadmaps/{go['roadmap_id']}", viewport={"width": 1280, "height": 900})
        expect(page.locator(".card .mark.is-completed").nth(12)).to_be_visible()
        _save(page, "map", settled=False)
    served.ended(go["task_id"])
    sql = served.generate(SQL)
    served.ended(sql["task_id"])
    review = served.generate("learn to read music", review=True)
    served.until(review["task_id"], lambda task: task["status"] == "human_review_pending")
    concepts = [f"c-1-1-{number}" for number in (1, 2)]
    for concept in concepts:
        served.call("PUT", f"/roadmaps/{go['roadmap_id']}/concepts/{concept}/done")
    return {
        "go": go["roadmap_id"],
        "sql": sql["roadmap_id"],
        "run": go["task_id"],
        "review": review["task_id"],
        "first": concepts[0],
    }


def _take(here: Site, picture: Picture, ids: dict[str, str]) -> None:
    page = here.open(picture.path.format(**ids), **picture.window)
    picture.prepare(page)
    _save(page, picture.name)


def _take_all(here: Site, folder: Path, names: Sequence[str], ids: dict[str, str]) -> None:
    """Take every page in every window."""
    served = here.served
    gone = served.generate("learn to juggle")
    served.ended(gone["task_id"])
    served.call("DELETE", f"/roadmaps/{gone['roadmap_id']}")
    arabic = served.generate(ARABIC)
    served.ended(arabic["task_id"])
    paths = {name: served.url + path.format(**ids, arabic=arabic["roadmap_id"]) for name, path in PATHS.items()}
    with serving(here.shell, "--no-worker", AUTH="token") as guarded:
        for name, url in {**paths, "login": f"{guarded.url}/login"}.items():
            for light, window in WINDOWS.items() if not names or name in names else ():
                page = here.page(**window)
                page.goto(url)
                _save(page, f"{name}-{light}", folder=folder)


def _save(page: Page, name: str, *, settled: bool = True, folder: Path = FOLDER) -> None:
    if settled:
        page.wait_for_load_state("networkidle")
    path = folder / f"pages-{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    print(f"{path.name}: {path.stat().st_size:,} bytes", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
