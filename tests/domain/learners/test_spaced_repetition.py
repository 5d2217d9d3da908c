"""When a question is asked again."""

from datetime import UTC, datetime, timedelta

from domain.learners.spaced_repetition import AGAIN_AFTER, MAX_DAYS, Phase, Schedule, rescheduled

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def _days(schedule: Schedule) -> float:
    return (schedule.due_at - schedule.answered_at) / timedelta(days=1)


def test_right_answers_put_a_question_off_longer_each_time_but_not_for_ever() -> None:
    schedule = rescheduled(None, NOON, right=True)
    spans = [_days(schedule)]
    for _ in range(12):
        schedule = rescheduled(schedule, schedule.due_at, right=True)
        spans.append(_days(schedule))
    assert spans[0] >= 1
    assert spans == sorted(spans)
    assert spans[-1] == MAX_DAYS


def test_a_wrong_answer_brings_it_back_within_minutes_and_then_sooner_than_before() -> None:
    first = rescheduled(None, NOON, right=False)
    assert (first.phase, first.due_at) == (Phase.LEARNING, NOON + AGAIN_AFTER)
    known = rescheduled(rescheduled(None, NOON, right=True), NOON + timedelta(days=3), right=True)
    forgotten = rescheduled(known, known.due_at, right=False)
    assert (forgotten.phase, forgotten.due_at - forgotten.answered_at) == (Phase.RELEARNING, AGAIN_AFTER)
    again = rescheduled(forgotten, forgotten.due_at, right=True)
    assert again.phase is Phase.REVIEW
    assert 1 <= _days(again) < _days(known)


def test_the_same_answers_at_the_same_times_have_the_same_schedule() -> None:
    schedules = {
        rescheduled(rescheduled(None, NOON, right=True), NOON + timedelta(days=9), right=True) for _ in range(9)
    }
    assert len(schedules) == 1


def test_a_clock_that_was_set_back_loses_nothing() -> None:
    before = rescheduled(None, NOON, right=True)
    after = rescheduled(before, NOON - timedelta(days=400), right=True)
    assert after.answered_at == NOON
    assert after.due_at > NOON
