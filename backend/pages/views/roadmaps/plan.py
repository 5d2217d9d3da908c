"""The weekly plan of a roadmap."""

from collections.abc import Collection
from dataclasses import dataclass

from domain.framework import Framework
from orchestrator.learners.pace import PaceView
from rendering.documents.document_text import days_of, in_time
from rendering.languages.translation import _
from rendering.text.schedule import Share, schedule
from rendering.text.text import counted, hours


@dataclass(frozen=True, slots=True)
class Item:
    concept_id: str
    name: str
    hours: str
    continued: bool


@dataclass(frozen=True, slots=True)
class WeekCard:
    number: int
    days: str
    hours: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    says: str
    warns: bool
    weeks: tuple[WeekCard, ...]
    learned: int
    """Concepts that are learned and no longer planned."""


def plan_of(framework: Framework, pace: PaceView, learned: Collection[str]) -> Plan:
    """Return the plan for the concepts that are not learned, from today in the learner's time zone."""
    planned = schedule(framework, pace.hours_per_week, today=pace.today, deadline=pace.deadline, done=learned)
    weeks = tuple(
        WeekCard(week.number, days_of(week), hours(week.hours), tuple(map(_item, week.shares)))
        for week in planned.weeks
    )
    left = _(
        "{left} left. At {hours} a week this takes {weeks}.",
        left=hours(planned.hours),
        hours=hours(planned.hours_per_week),
        weeks=counted(len(weeks), "week"),
    )
    says = f"{left} {in_time(planned)}".rstrip()
    done = sum(concept.concept_id in learned for concept in framework.concepts())
    return Plan(says, planned.is_too_long, weeks, done)


def _item(share: Share) -> Item:
    return Item(share.concept_id, share.name, hours(share.hours), continued=not share.begins)
