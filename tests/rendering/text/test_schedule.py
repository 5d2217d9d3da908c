from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.framework import Concept, Framework, Module, Stage
from rendering.text.schedule import schedule
from tests.support.deadlines import TODAY
from tests.support.frameworks import framework, frameworks


def concepts(*hours: float) -> Framework:
    made = [Concept(concept_id=f"c-1-1-{n}", name=f"N{n}", estimated_hours=h) for n, h in enumerate(hours, start=1)]
    return Framework(roadmap_id="go-1", stages=[Stage(modules=[Module(concepts=made)])])


def test_a_concept_goes_on_in_the_next_week_where_a_week_is_full() -> None:
    plan = schedule(concepts(3, 4, 1), 5, today=TODAY)
    assert [
        [(share.concept_id, share.hours, share.begins, share.ends) for share in week.shares] for week in plan.weeks
    ] == [
        [("c-1-1-1", 3.0, True, True), ("c-1-1-2", 2.0, True, False)],
        [("c-1-1-2", 2.0, False, True), ("c-1-1-3", 1.0, True, True)],
    ]
    assert [(week.number, week.hours) for week in plan.weeks] == [(1, 5.0), (2, 3.0)]
    assert plan.hours == 8


def test_what_is_done_is_not_planned_again() -> None:
    plan = schedule(concepts(3, 4, 1), 5, today=TODAY, done={"c-1-1-1", "c-1-1-3"})
    assert [share.concept_id for week in plan.weeks for share in week.shares] == ["c-1-1-2"]
    assert schedule(concepts(3), 5, today=TODAY, done={"c-1-1-1"}).weeks == ()


def test_a_deadline_that_cannot_be_kept_is_told_with_the_hours_it_would_take() -> None:
    in_four_weeks = TODAY + timedelta(weeks=4)
    plan = schedule(concepts(*[10] * 8), 10, today=TODAY, deadline=in_four_weeks)
    assert plan.weeks_left == 4
    assert plan.is_too_long
    assert plan.hours_needed == 20
    assert not schedule(concepts(10), 10, today=TODAY, deadline=in_four_weeks).is_too_long
    assert not schedule(concepts(*[10] * 8), 10, today=TODAY).is_too_long


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(frameworks(), st.floats(allow_nan=True) | st.floats(0.5, 168))
def test_every_concept_is_planned_once_in_learning_order_and_no_week_is_too_full(
    planned: Framework, hours_per_week: float
) -> None:
    plan = schedule(planned, hours_per_week, today=TODAY)
    shares = [share for week in plan.weeks for share in week.shares]
    assert [share.concept_id for share in shares if share.begins] == [c.concept_id for c in planned.concepts()]
    assert sum(share.ends for share in shares) == len(planned.concepts())
    assert all(week.hours <= plan.hours_per_week + 0.01 for week in plan.weeks)


def test_a_regular_roadmap_fills_its_weeks() -> None:
    assert len(schedule(framework(2, 3, 5), 6, today=TODAY).weeks) == 10


def test_weeks_left_are_counted_from_today_and_not_from_the_day_of_the_request() -> None:
    deadline = date(2027, 2, 28)
    later = TODAY + timedelta(days=70)
    plan = schedule(concepts(*[10] * 4), 10, today=later, deadline=deadline)
    assert round(plan.weeks_left or 0) == 3
    assert plan.is_too_long
    assert not schedule(concepts(*[10] * 4), 10, today=TODAY, deadline=deadline).is_too_long
    done = {"c-1-1-1", "c-1-1-2"}
    assert not schedule(concepts(*[10] * 4), 10, today=later, deadline=deadline, done=done).is_too_long


def test_weeks_of_a_plan_have_their_days_as_far_as_the_calendar_goes() -> None:
    first, second = schedule(concepts(3, 4, 1), 5, today=TODAY).weeks
    assert (str(first.starts), str(first.ends), str(second.starts)) == ("2026-11-30", "2026-12-06", "2026-12-07")
    last = schedule(concepts(*[1000] * 5), 1, today=date(9999, 12, 1)).weeks[-1]
    assert (last.starts, last.ends) == (None, None)


def test_a_deadline_that_is_past_divides_by_nothing() -> None:
    plan = schedule(concepts(10), 10, today=TODAY, deadline=TODAY - timedelta(days=1))
    assert (plan.weeks_left, plan.hours_needed, plan.is_too_long) == (0, None, True)
