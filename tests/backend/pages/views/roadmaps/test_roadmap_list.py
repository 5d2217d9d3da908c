"""A roadmap in the list."""

import dataclasses
from typing import Any

from backend.pages.views.roadmaps.roadmap_list import roadmap_card
from domain.vocabulary import TaskStatus
from repository.roadmaps.summaries import ListedRoadmap
from tests.cli.roadmaps import NOON

READY = ListedRoadmap(
    roadmap_id="go-1",
    title="Go",
    hours=5.5,
    framework_version=1,
    created_at=NOON,
    deleted_at=None,
    concepts=2,
    contents=6,
    completed=6,
    failed=0,
    stale=0,
    out_of_date=0,
    task_id="t",
    task_status=TaskStatus.COMPLETED,
    task_step="completed",
    task_live=False,
    task_waiting=False,
)


def look(**changes: Any) -> tuple[str, str]:
    card = roadmap_card(dataclasses.replace(READY, **changes), {})
    return card.look, card.state


def test_a_roadmap_says_what_it_is_about_to_be() -> None:
    assert look() == ("completed", "Ready to read")
    assert look(task_status=TaskStatus.PENDING, task_waiting=True) == ("waiting", "Waiting for a worker")
    assert look(task_status=TaskStatus.PROCESSING, task_live=True, task_step="curriculum_design")[0] == "generating"
    assert look(task_status=TaskStatus.PROCESSING)[0] == "stale"
    assert look(task_status=TaskStatus.HUMAN_REVIEW_PENDING)[0] == "review"
    assert look(failed=1) == ("failed", "1 content failed")
    assert look(stale=2) == ("stale", "2 never finished")
    assert look(framework_version=0, task_status=TaskStatus.FAILED)[0] == "failed"
    assert look(framework_version=0, task_status=TaskStatus.CANCELLED)[0] == "cancelled"


def test_what_was_learned_of_removed_concepts_makes_no_hundred_and_one_percent() -> None:
    card = roadmap_card(READY, {"go-1": 5})
    assert (card.done, card.concepts, card.percent) == (2, 2, 100)
