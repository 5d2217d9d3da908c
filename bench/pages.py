"""What a browser loads and shows: bytes, requests, first paint and layout shift of pages, in Chromium on loopback.

Each page is loaded in a browser context of its own, so nothing is cached; the median of some loads.
"""

import asyncio
from statistics import median
from typing import Final

from playwright.sync_api import Response

from bench.servers import bench_server
from tests.e2e.browsing import Site, site
from tests.support.browser import chromium
from tests.support.stocked import stock, structure

SIXTY: Final = structure("sixty", "Sixty concepts", (5, 4, 3), "Concept number {}".format)
PAGES: Final = {"home": "/", "map of 60": "/roadmaps/sixty", "concept": "/roadmaps/sixty/concepts/c-1-1-1"}
MEASURE: Final = """new Promise(resolve => {
    let shift = 0;
    new PerformanceObserver(list => { for (const entry of list.getEntries()) shift += entry.value; })
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => resolve([performance.getEntriesByName('first-contentful-paint')[0].startTime, shift]), 800);
})"""


def main(loads: int = 5) -> None:
    """Print a line for each page. `loads`: of each page."""
    with bench_server() as server, site(server.url, "--no-worker") as here:
        asyncio.run(stock(here.database_url, [SIXTY]))
        print("page       requests    bytes  first paint    CLS")
        with chromium() as here.browser:
            for name, path in PAGES.items():
                figures = [_load(here, path) for _ in range(loads)]
                requests, size, paint, shift = (median(column) for column in zip(*figures, strict=True))
                print(f"{name:<10} {requests:8.0f} {size:8,.0f} {paint:9.0f} ms {shift:6.3f}", flush=True)


def _load(here: Site, path: str) -> tuple[float, float, float, float]:
    page = here.page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(here.served.url + path)
    paint, shift = page.evaluate(MEASURE)
    sent = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    page.context.close()
    return len(answers), sent, paint, shift
