"""The weekly plan: which concepts in which week, by the hours that the learner has."""

from collections.abc import Collection
from dataclasses import dataclass

from domain.framework import Framework
from rendering.schedule import Share, schedule
from rendering.words import hours


@dataclass(frozen=True, slots=True)
class Item:
    concept_id: str
    name: str
    hours: str
    continued: bool


@dataclass(frozen=True, slots=True)
class WeekCard:
    number: int
    hours: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    says: str
    is_too_long: bool
    weeks: tuple[WeekCard, ...]
    learned: int
    """Concepts that are done, and so no longer planned."""


def plan_of(framework: Framework, hours_per_week: float, deadline: str | None, learned: Collection[str]) -> Plan:
    """Of what is left to learn, from now on."""
    planned = schedule(framework, hours_per_week, deadline=deadline, done=learned)
    weeks = tuple(WeekCard(week.number, hours(week.hours), tuple(map(_item, week.shares))) for week in planned.weeks)
    says = f"{hours(planned.hours)} are left. With {hours(planned.hours_per_week)} a week that takes {len(weeks)} weeks"
    if planned.deadline is None:
        says += "."
    elif planned.is_too_long:
        says += f", and the deadline leaves {planned.deadline:.0f}: it needs {hours(planned.hours_needed)} a week."
    else:
        says += f", and the deadline leaves {planned.deadline:.0f}."
    done = sum(concept.concept_id in learned for concept in framework.concepts())
    return Plan(says, planned.is_too_long, weeks, done)


def _item(share: Share) -> Item:
    return Item(share.concept_id, share.name, hours(share.hours), continued=not share.begins)
