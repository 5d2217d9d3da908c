"""Debian's Chromium, driven by Playwright. Where there is none, its tests are skipped, or fail if CI says so."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

REQUIRED: Final = "BROWSER_TESTS_REQUIRED"
"""A variable that makes a missing browser an error."""
CANDIDATES: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Only for tests that are no coroutines: Playwright keeps a loop of its own running meanwhile."""
    executable = next(filter(None, map(shutil.which, CANDIDATES)), None)
    if executable is None:
        reason = "there is no chromium on PATH (Debian: apt-get install chromium)"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{reason}, and {REQUIRED} is set")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
