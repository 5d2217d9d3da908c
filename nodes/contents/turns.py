"""The order in which a generator writes: each concept once its lesson is settled, in learning order among those."""

import asyncio
from collections.abc import Collection, Sequence

from nodes.contents.lesson_signals import LessonNews


class Turns:
    """Concepts for the writers of one generator. A writer waits only while no concept is ready.

    So a slow lesson takes no writer away from the concepts whose lessons are there.
    """

    def __init__(self, concept_ids: Sequence[str], waiting: Collection[str]) -> None:
        """`concept_ids`: in learning order. `waiting`: those of them whose lesson is not settled yet."""
        self._order = {concept_id: order for order, concept_id in enumerate(concept_ids)}
        self._concept_ids = concept_ids
        self._left = len(concept_ids)
        self._waiting = set(waiting)
        self._ready: asyncio.PriorityQueue[int] = asyncio.PriorityQueue()
        for concept_id in concept_ids:
            if concept_id not in self._waiting:
                self._release(concept_id)

    def _release(self, concept_id: str) -> None:
        self._ready.put_nowait(self._order[concept_id])

    async def release(self, news: LessonNews) -> None:
        """Release concepts as their lessons are settled; all of them once no further lesson will be."""
        while self._waiting:
            settled = await news.next()
            released = self._waiting if settled is None else self._waiting & {settled}
            for concept_id in released:
                self._release(concept_id)
            self._waiting -= released

    def __aiter__(self) -> "Turns":
        return self

    async def __anext__(self) -> str:
        if not self._left:
            raise StopAsyncIteration
        self._left -= 1
        return self._concept_ids[await self._ready.get()]
