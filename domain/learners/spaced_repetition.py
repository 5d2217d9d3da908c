"""Schedules of questions of quizzes, each of one learner for one question, by FSRS."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MAX_NEW: Final = 10
"""Questions that are asked for the first time within NEW_WITHIN."""
NEW_WITHIN: Final = timedelta(hours=20)
"""Less than a day, so that whoever learns at about the same hour gets new questions every day."""
AGAIN_AFTER: Final = timedelta(minutes=10)
"""Time after which a question is due again that was answered wrong."""
AGAIN_WITHIN: Final = timedelta(minutes=15)
"""Time by which such a question is asked early where no other is due, so that a sitting ends with nothing wrong."""
MAX_DAYS: Final = 365
"""Longest time between two answers."""


class Phase(StrEnum):
    """The phase of a question for a learner."""

    LEARNING = "learning"
    """It was never answered right."""
    REVIEW = "review"
    """The last answer was right."""
    RELEARNING = "relearning"
    """It was answered right before, but not the last time."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The time at which a question is asked again, with the values from which it follows."""

    phase: Phase
    stability: float
    """Days after which it is remembered with a probability of 90 %."""
    difficulty: float
    """From 1 to 10."""
    answered_at: datetime
    due_at: datetime


def rescheduled(before: Schedule | None, at: datetime, *, right: bool) -> Schedule:
    """Return the schedule after an answer at `at`. `before`: that of the last answer, None for a first one.

    A clock that was set back makes no answer earlier than the one before it.
    """
    from fsrs import Card, Rating, Scheduler, State

    states = {Phase.LEARNING: State.Learning, Phase.REVIEW: State.Review, Phase.RELEARNING: State.Relearning}
    steps = (AGAIN_AFTER,)
    scheduler = Scheduler(learning_steps=steps, relearning_steps=steps, maximum_interval=MAX_DAYS, enable_fuzzing=False)
    if before is None:
        card = Card(card_id=0, due=at)
    else:
        at = max(at, before.answered_at)
        card = Card(
            card_id=0,
            state=states[before.phase],
            step=None if before.phase is Phase.REVIEW else 0,
            stability=before.stability,
            difficulty=before.difficulty,
            due=before.due_at,
            last_review=before.answered_at,
        )
    card, _ = scheduler.review_card(card, Rating.Good if right else Rating.Again, at)
    assert card.stability is not None
    assert card.difficulty is not None
    phase = next(phase for phase, state in states.items() if state == card.state)
    return Schedule(phase, card.stability, card.difficulty, at, card.due)
