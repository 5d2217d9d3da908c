"""Pages that stay open while everything changes: each equals a fresh load of it, and keeps what is in hand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Site, site
from tests.e2e.grown import assert_fresh

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, OFFLINE_LATENCY="0.4") as served:
        yield served


def _open(here: Site, pages: dict[str, Page], **paths: str) -> None:
    """Open each path in a browser of its own: one browser gives all its tabs six connections only."""
    pages.update((name, here.open(path)) for name, path in paths.items())


def test_every_open_page_equals_a_fresh_load_after_every_change(here: Site) -> None:
    pages: dict[str, Page] = {}
    probe = here.page()
    _open(here, pages, home="/", operations="/operations", bin="/bin")
    made = here.served.generate("learn to draw", review=True)
    roadmap_id, task_id = made["roadmap_id"], made["task_id"]
    at = f"/roadmaps/{roadmap_id}"
    _open(here, pages, map=at, run=f"/tasks/{task_id}", plan=f"{at}/plan", changes=f"{at}/changes", runs=f"{at}/runs")
    here.served.until(task_id, lambda task: task["status"] == "human_review_pending")
    assert_fresh(pages, probe)

    concept = f"{at}/concepts/c-1-1-1"
    _open(here, pages, review=f"/tasks/{task_id}/review", concept=concept, book=f"{at}/book")
    here.served.post(f"/tasks/{task_id}/review", {"approved": True})
    here.served.ended(task_id)
    assert_fresh(pages, probe)
    expect(pages["review"].get_by_role("button", name="Approve")).to_have_count(0)
    expect(pages["map"].get_by_role("link", name="Download as Markdown")).to_be_visible()

    api = f"/api/v1{concept}"
    assert here.served.client.put(f"{api}/done").status_code == 200
    assert_fresh(pages, probe)

    again = here.served.post(f"{concept}/tutorial/retry", {})
    _open(here, pages, retry=f"/tasks/{again['task_id']}")
    here.served.ended(again["task_id"])
    assert_fresh(pages, probe)
    expect(pages["concept"].locator("#news")).to_contain_text("The tutorial was written anew: you see version 2 now.")

    lost = here.served.post(f"{concept}/quiz/retry", {})
    assert here.served.call("POST", f"/tasks/{lost['task_id']}/cancel").status_code == 200
    assert_fresh(pages, probe)
    expect(pages["map"].locator(".card .is-generating")).to_have_count(0)

    assert here.served.call("DELETE", at).status_code in {200, 204}
    assert_fresh(pages, probe)
