"""Signing in with a token: the cookie opens the pages and their streams, and nothing of others."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Site, ask_for, serious_issues, site, wait_written


@pytest.fixture(scope="module")
def served(server_url: str) -> Iterator[Site]:
    with site(server_url, AUTH="token") as served:
        yield served


def signed_in(here: Site, user_id: str, path: str = "/") -> Page:
    token = here.shell("token", "create", "--user", user_id, "--json").json()["token"]
    page = here.open(path)
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Signed in as").wait_for(state="attached")
    return page


def test_a_cookie_opens_the_streams_of_a_page_and_scripts_cannot_read_it(here: Site) -> None:
    page = signed_in(here, "ann", "/bin")
    expect(page.get_by_role("heading", name="Bin", exact=True)).to_be_visible()
    assert page.evaluate("document.cookie") == ""
    page.goto(here.served.url)
    opened: list[int] = []
    page.on("response", lambda answer: opened.append(answer.status) if "/stream" in answer.url else None)
    roadmap_id = ask_for(page, "learn to draw")
    wait_written(page)
    assert opened
    assert set(opened) == {200}
    bob = signed_in(here, "bob")
    expect(bob.get_by_text("No roadmaps yet")).to_be_visible()
    bob.goto(f"{here.served.url}/roadmaps/{roadmap_id}")
    expect(bob.get_by_role("heading", name="Page not found")).to_be_visible()
    here.complaints.clear()  # the browser counts the answer 404 as one


def test_who_signs_out_is_out(here: Site) -> None:
    page = signed_in(here, "ann")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(here.served.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_login_can_be_used_by_everybody_and_says_what_is_wrong(here: Site) -> None:
    page = here.open()
    page.get_by_label("Token").fill("rmo_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#error-access_token")).to_be_visible()
    assert serious_issues(page, "login") == []
    here.complaints.clear()  # the browser counts the answer 401 as one
