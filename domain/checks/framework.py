"""Checks of a framework: a sound structure that fits the available time."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from domain.editing.review import Issue
from domain.framework import Framework, FrameworkDraft
from domain.request import Preferences

_ROOM: Final = 1.25
"""Ratio of planned to available hours above which a plan is too long; estimates are not more precise."""
_FAR_TOO_LONG: Final = 2.0
_SMALLEST_PLAN: Final = 10.0
"""Hours that a plan may always have, however near the deadline."""
_FILLER: Final = frozenset(
    [
        *("a", "an", "and", "the", "of", "to", "in", "for", "with", "on", "by", "your"),
        *("introduction", "intro", "introductory", "overview", "basics", "basic", "fundamentals", "essentials"),
        *("understanding", "getting", "started"),
    ]
)
"""Words that do not distinguish the names of concepts."""


def check_draft(draft: FrameworkDraft, preferences: Preferences, weeks: float | None) -> list[str]:
    """Return the objections to the first draft of a framework; empty if it can be validated.

    `weeks`: from the request to the deadline, None without one. A plan that is slightly too long is left to the
    validation, since the learner may find the time.
    """
    concepts = [concept for stage in draft.stages for module in stage.modules for concept in module.concepts]
    if not concepts:
        return ["There is no concept. Write stages that have modules, and modules that have concepts."]
    hours = sum(concept.estimated_hours for concept in concepts)
    if weeks is None:
        return []
    available = weeks * preferences.available_hours_per_week
    if hours <= max(_SMALLEST_PLAN, _FAR_TOO_LONG * available):
        return []
    return [
        f"The plan holds {hours:g} hours; {preferences.available_hours_per_week:g} a week until the deadline"
        f" ({preferences.target_deadline}) are about {available:.0f}. Take concepts out or give them fewer hours."
    ]


def check_framework(
    framework: Framework, max_concepts: int, preferences: Preferences | None = None, weeks: float | None = None
) -> list[Issue]:
    """Return the structural issues of a framework; critical ones must be repaired before contents are generated.

    With `preferences` and `weeks` (from the request to the deadline), also check that the hours fit.
    """
    issues = [*_check_parts(framework), *_check_concepts(framework), *_check_names(framework)]
    if preferences is not None and weeks is not None:
        issues += _check_time(framework, preferences.available_hours_per_week * weeks)
    count = len(framework.concepts())
    if not count:
        issues.append(
            _critical("no_concepts", "", "The roadmap has no concept", "Add stages with modules and concepts")
        )
    if count > max_concepts:
        what = f"The roadmap has {count} concepts; at most {max_concepts} are allowed"
        issues.append(_critical("too_many_concepts", "", what, "Remove or merge concepts"))
    return issues


def _check_parts(framework: Framework) -> Iterator[Issue]:
    ids: set[str] = set()

    def duplicate(identifier: str) -> Iterator[Issue]:
        if identifier in ids:
            yield _critical("duplicate_id", identifier, f"The id {identifier} is used twice", "Remove one of the two")
        ids.add(identifier)

    for stage in framework.stages:
        yield from duplicate(stage.stage_id)
        if not stage.modules:
            yield _critical("empty_stage", stage.stage_id, f"Stage “{stage.name}” has no module", "Fill or remove it")
        for module in stage.modules:
            yield from duplicate(module.module_id)
            if not module.concepts:
                what = f"Module “{module.name}” has no concept"
                yield _critical("empty_module", module.module_id, what, "Fill or remove it")
            for concept in module.concepts:
                yield from duplicate(concept.concept_id)


def _check_concepts(framework: Framework) -> Iterator[Issue]:
    concepts = framework.concepts()
    known = {concept.concept_id: concept.name for concept in concepts}
    seen: set[str] = set()
    for concept in concepts:
        for prerequisite in concept.prerequisites:
            if prerequisite not in known:
                what = f"“{concept.name}” needs an unknown concept {prerequisite}"
                yield _critical("unknown_prerequisite", concept.concept_id, what, "Name an existing concept")
            elif prerequisite not in seen:
                what = f"“{concept.name}” needs “{known[prerequisite]}”, which comes later"
                yield _critical("later_prerequisite", concept.concept_id, what, "Change the order or the prerequisite")
        if not 0 < concept.estimated_hours <= 200:
            what = f"“{concept.name}” has {concept.estimated_hours} hours"
            yield _critical("hours", concept.concept_id, what, "Give it more than 0 and at most 200 hours")
        seen.add(concept.concept_id)


def _check_names(framework: Framework) -> Iterator[Issue]:
    exact: dict[str, str] = {}
    alike: dict[str, str] = {}
    for concept in framework.concepts():
        folded, core = concept.name.casefold(), _core(concept.name)
        if folded in exact:
            yield _warning("duplicate_name", concept.concept_id, f"Two concepts are named “{concept.name}”")
        elif core in alike:
            what = f"“{concept.name}” and “{alike[core]}” seem to be the same concept"
            yield _warning("similar_name", concept.concept_id, what)
        exact.setdefault(folded, concept.name)
        alike.setdefault(core, concept.name)


def _core(name: str) -> str:
    """Return the distinguishing words of a name: sorted, without filler words, in the singular."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    words = re.findall(r"[^\W_]+[+#]*", folded)
    telling = [_singular(word) for word in words if word not in _FILLER]
    return " ".join(sorted(telling)) or folded


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.isascii() and word.endswith("s") and word[-2] not in "siu" else word


def _check_time(framework: Framework, available: float) -> Iterator[Issue]:
    hours = sum(concept.estimated_hours for concept in framework.concepts())
    if hours > _ROOM * available:
        yield Issue(
            severity="warning",
            category="time",
            issue=f"The plan holds {hours:g} hours, but only about {available:.0f} are there until the deadline",
            suggestion="Plan more time, or take concepts out",
        )


def _warning(category: str, location: str, issue: str) -> Issue:
    return Issue(severity="warning", category=category, location=location, issue=issue, suggestion="Rename one of them")


def _critical(category: str, location: str, issue: str, suggestion: str) -> Issue:
    return Issue(severity="critical", category=category, location=location, issue=issue, suggestion=suggestion)
