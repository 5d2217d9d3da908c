"""The picture of a roadmap and what needs attention in it."""

from datetime import date

from backend.pages.views.roadmaps.learner import Standing
from backend.pages.views.roadmaps.map import map_of, run_line
from domain.framework import Framework
from domain.learners.progress import ConceptMark
from domain.pace.pace import Pace
from domain.vocabulary import ContentStatus, ContentType, TaskStatus
from tests.cli.roadmaps import framework, roadmap, state, states, task

QUIZ = ("c-1-1-1", ContentType.QUIZ)


LEARNED = Standing(ConceptMark.DONE)


def test_what_failed_and_what_is_stale_are_counted_apart() -> None:
    failed = state("c-1-1-1", ContentType.QUIZ, ContentStatus.FAILED)
    stale = state("c-1-1-2", ContentType.QUIZ, ContentStatus.PENDING, stale=True)
    drawn = map_of(roadmap(contents=states({QUIZ: failed, ("c-1-1-2", ContentType.QUIZ): stale})))
    assert (drawn.contents, drawn.completed, drawn.failed, drawn.stale) == (6, 4, 1, 1)
    looks = [mark.look for lane in drawn.stages for box in lane.columns[0] for card in box.cards for mark in card.marks]
    assert looks.count("failed") == looks.count("stale") == 1


def test_a_removed_concept_that_was_learned_is_not_counted() -> None:
    drawn = map_of(roadmap(), dict.fromkeys(["c-1-1-2", "c-gone"], LEARNED))
    assert (drawn.done, drawn.concepts) == (1, 2)
    assert [card.standing.learned for card in drawn.stages[0].columns[0][0].cards] == [False, True]


def test_the_weeks_are_those_of_the_present_pace_not_of_the_creation() -> None:
    pace = Pace(hours_per_week=1, asked_on=date(2026, 11, 30))
    assert map_of(roadmap(pace=pace)).weeks_left == 6
    assert map_of(roadmap(pace=pace), {"c-1-1-1": LEARNED}).weeks_left == 3
    assert map_of(roadmap(pace=pace), dict.fromkeys(["c-1-1-1", "c-1-1-2"], LEARNED)).weeks_left == 0
    assert map_of(roadmap(pace=None)).weeks_left == 0


def test_contents_that_no_row_knows_are_still_to_be_written() -> None:
    drawn = map_of(roadmap(contents=[]))
    assert {mark.look for card in drawn.stages[0].columns[0][0].cards for mark in card.marks} == {"pending"}


def test_a_run_says_what_it_does_or_why_it_does_nothing() -> None:
    contents = states({QUIZ: state("c-1-1-1", ContentType.QUIZ, ContentStatus.GENERATING, in_work=True)})
    running = task(status=TaskStatus.PROCESSING, current_step="content_generation", live=True)
    assert run_line(running, contents).doing == "writing the contents, 5 of 6."
    assert "died" in run_line(running.model_copy(update={"live": False}), contents).doing
    waiting = task(status=TaskStatus.PENDING, live=True, waiting_for_worker=True)
    assert "none is running" in run_line(waiting, []).doing
    review = task(status=TaskStatus.HUMAN_REVIEW_PENDING, live=True)
    assert run_line(review, []).waits_for_review


def test_a_roadmap_without_a_plan_says_how_its_run_ended() -> None:
    failed = task(status=TaskStatus.FAILED, error_message="The model was away.")
    bare = roadmap(framework=None, framework_version=0, contents=[])
    drawn = map_of(bare, last=failed)
    assert drawn.ended is not None
    assert drawn.ended.error_message == "The model was away."
    assert map_of(roadmap(), last=failed).ended is None


def test_a_roadmap_in_a_script_from_right_to_left_is_mirrored() -> None:
    arabic = framework().model_copy(update={"title": "البرمجة بلغة بايثون"})
    assert map_of(roadmap(framework=arabic)).direction == "rtl"
    assert map_of(roadmap()).direction == "ltr"


def test_a_stage_without_modules_keeps_its_place() -> None:
    empty = Framework.model_validate({"roadmap_id": "go-1", "stages": [{"stage_id": "s-1", "name": "Nothing yet"}]})
    drawn = map_of(roadmap(framework=empty, contents=[]))
    assert drawn.stages[0].columns == ((),)
