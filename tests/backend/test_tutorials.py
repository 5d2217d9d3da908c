import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest

from backend.tutorials import Tutorials
from rendering.pages.markdown import rendered

HOSTILE = "![" * 1400 + "\n\n" + "|a|b\n|-|-\n" * 600


@pytest.fixture
async def tutorials() -> AsyncIterator[Tutorials]:
    opened = Tutorials(max_bytes=100_000)
    yield opened
    opened.close()


async def ticks_during(work: Awaitable[object]) -> int:
    """How often the event loop comes round meanwhile."""
    task = asyncio.ensure_future(work)
    ticks = 0
    while not task.done():
        await asyncio.sleep(0)
        ticks += 1
    return ticks


async def in_the_loop(markdown: str) -> None:
    rendered(markdown, prefix="t-", below=2)


async def test_a_hostile_tutorial_does_not_hold_up_other_requests(tutorials: Tutorials) -> None:
    control = await ticks_during(in_the_loop(HOSTILE))
    assert await ticks_during(tutorials.rendered(HOSTILE)) > 5 * control


async def test_a_tutorial_is_rendered_once_for_all_readers(tutorials: Tutorials) -> None:
    first, second = await asyncio.gather(tutorials.rendered("# A *b*"), tutorials.rendered("# A *b*"))
    assert first is second
    assert await tutorials.rendered("# A *b*") is first
    assert first == rendered("# A *b*", prefix="t-", below=2)
    assert await tutorials.rendered("# A *c*") != first


async def test_a_cancelled_reader_takes_nothing_from_the_others(tutorials: Tutorials) -> None:
    waiting = [asyncio.create_task(tutorials.rendered(HOSTILE)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert "![![" in (await waiting[1]).html


async def test_what_is_kept_takes_no_more_memory_than_it_may(tutorials: Tutorials) -> None:
    first = await tutorials.rendered("x" * 10_000)
    assert await tutorials.rendered("x" * 10_000) is first
    for number in range(12):
        await tutorials.rendered(f"{number} " + "x" * 10_000)
    assert await tutorials.rendered("x" * 10_000) is not first
    largest = await tutorials.rendered("y" * 90_000 + " &" * 5000)
    assert await tutorials.rendered("y" * 90_000 + " &" * 5000) is not largest


async def test_short_texts_of_a_quiz_are_rendered_once_and_never_taken_for_others(tutorials: Tutorials) -> None:
    texts = ["# a", "`b`", "# a"]
    shown = await tutorials.short(texts)
    assert {text: result.html for text, result in shown.items()} == {"# a": "# a", "`b`": "<code>b</code>"}
    assert await tutorials.short(texts) is shown
    assert await tutorials.short(["# a`b`"]) is not shown
    assert (await tutorials.short(["[x](https://a.example)"], links=False))["[x](https://a.example)"].html.find(
        "<a"
    ) < 0
    assert "<h" in (await tutorials.rendered("# a")).html


async def test_what_the_first_reader_needs_is_loaded_in_the_thread() -> None:
    tutorials, called = Tutorials(), list[str]()
    tutorials.prepare(lambda: called.append("templates"))
    assert "<p>text</p>" in (await tutorials.rendered("text")).html
    assert called == ["templates"], "before the first text"
    tutorials.close()
