"""Concepts are given to writers in the order of learning, when their lessons are settled."""

import asyncio

import pytest

from nodes.contents.lesson_signals import LessonSignals
from nodes.contents.turns import Turns


async def test_turns_are_given_in_learning_order_among_those_that_are_ready() -> None:
    signals = LessonSignals()
    with signals.writing(), signals.following() as news:
        turns = Turns(["a", "b", "c", "d"], {"a", "c"})
        releasing = asyncio.ensure_future(turns.release(news))
        assert [await anext(turns), await anext(turns)] == ["b", "d"]
        signals.settle("unknown", None)
        signals.settle("c", None)
        assert await anext(turns) == "c"
        last = asyncio.ensure_future(anext(turns))
        await asyncio.sleep(0)
        assert not last.done()
        signals.settle("a", None)
        assert await last == "a"
        await releasing
        with pytest.raises(StopAsyncIteration):
            await anext(turns)


async def test_news_of_a_writer_that_begins_late_are_waited_for() -> None:
    signals = LessonSignals(writer_timeout=30)
    with signals.following() as news:
        waiting = asyncio.ensure_future(news.next())
        await asyncio.sleep(0)
        with signals.writing():
            signals.settle("a", None)
        assert await waiting == "a"
        assert await news.next() is None
