"""Whether an open page equals a fresh load of it, element by element."""

import time
from collections.abc import Mapping
from difflib import unified_diff

from playwright.sync_api import Page

from tests.support.limits import HANG_SECONDS

LINES = r"""() => {
    const hidden = {'data-etag': 1, 'data-busy': 1};
    const lines = [];
    const duration = /[\d.]+ (ms|s|min|h)\b( \d+ (s|min)\b)?/g;
    function walk(node, depth) {
        if (node.nodeType === 3) {
            const text = node.data.replace(/\s+/g, ' ').trim().replace(duration, 'N s');
            if (text) lines.push(' '.repeat(depth) + text);
        }
        if (node.nodeType !== 1) return;
        const varies = node.matches('input[name=csrf], input[name=attempt]');
        const attributes = [...node.attributes]
            .filter(({name}) => !hidden[name] && !(varies && name === 'value'))
            .map(({name, value}) => `${name}="${value.replace(duration, 'N s')}"`);
        lines.push(' '.repeat(depth) + node.localName + ' ' + attributes.sort().join(' '));
        for (const child of node.childNodes) walk(child, depth + 1);
    }
    walk(document.getElementById('site'), 0);
    walk(document.getElementById('main'), 0);
    return lines.concat(document.title);
}"""
"""Everything but what differs between any two loads: form tokens, ETags, durations."""


def assert_fresh(pages: Mapping[str, Page], probe: Page) -> None:
    """Wait until each page equals a fresh load of its address in `probe`; fail with the first difference."""
    for name, page in pages.items():
        until = time.monotonic() + HANG_SECONDS
        while difference := _difference(page, probe):
            assert time.monotonic() < until, f"{name} ({page.url}):\n{difference}"
            page.wait_for_timeout(300)


def _difference(page: Page, probe: Page) -> str:
    probe.goto(page.url)
    return "\n".join(list(unified_diff(page.evaluate(LINES), probe.evaluate(LINES), "grown", "fresh", n=2))[:40])
