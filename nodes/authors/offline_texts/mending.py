"""Mends what code found broken in a framework, by its category."""

from collections.abc import Callable
from typing import Final

from domain.editing.review import Issue
from nodes.authors.offline_texts.parts import Part
from nodes.authors.offline_texts.plan_draft import LEAST_HOURS, LONGEST_NAME, MOST_HOURS, Draft
from nodes.authors.offline_texts.understanding import number
from nodes.authors.offline_texts.words import capital, plain


def mend(draft: Draft, issue: Issue) -> None:
    """Nothing is told of an issue that an earlier operation has settled already."""
    mender = _MENDERS.get(issue.category)
    if mender is None:
        if issue.severity == "critical":
            draft.not_done.append(draft.words.cannot_mend.format(text=plain(issue.issue, 120)))
        return
    mender(draft, issue.location, draft.words.reasons[issue.category])


def _mend_empty(draft: Draft, location: str, reason: str) -> None:
    part = draft.part(location)
    if part and not part.concepts:
        draft.remove(part, reason)


def _mend_duplicate_id(draft: Draft, location: str, reason: str) -> None:
    if part := draft.part(location):
        draft.remove(part, reason)


def _mend_no_concepts(draft: Draft, _: str, reason: str) -> None:
    if not draft.concepts() and not draft.added:
        plan = draft.wording.plan
        module = next((part for part in draft.parts if part.kind == "module"), None)
        goal = plain(draft.brief.framework.title, 40) or plan.nothing_named
        if module:
            draft.parts = [part for part in draft.parts if part.id not in {module.id, module.parent_id}]
            draft.add("concept", plain(capital(plan.new_concepts[0].format(s=goal)), LONGEST_NAME), module, reason)
        else:
            draft.add("stage", plain(capital(plan.new_module.format(s=goal)), LONGEST_NAME), None, reason)


def _mend_prerequisites(draft: Draft, location: str, reason: str) -> None:
    """Keeps the prerequisites that come earlier: that ends what is unknown, later and circular alike."""
    part = draft.part(location)
    concepts = draft.concepts()
    for place, concept in enumerate(concepts):
        if part is None or concept.id in {inner.concept_id for inner in part.concepts}:
            earlier = {other.id for other in concepts[:place]}
            before = concept.concepts[0].prerequisites
            kept = [wanted for wanted in dict.fromkeys(before) if wanted in earlier]
            if kept != before:
                draft.change(concept, {"prerequisites": kept}, reason)
                draft.done.append(f"“{concept.name}”: {reason}")


def _mend_hours(draft: Draft, location: str, reason: str) -> None:
    part = draft.part(location)
    for concept in draft.concepts():
        hours = concept.concepts[0].estimated_hours
        inside = part is None or concept.id in {inner.concept_id for inner in part.concepts}
        bounded = max(LEAST_HOURS, min(MOST_HOURS, hours)) if hours == hours else 1.0
        if inside and bounded != hours:
            draft.set_hours(concept, bounded, reason)
            draft.done.append(draft.words.hours.format(name=concept.name, hours=number(bounded)))


def _mend_too_many(draft: Draft, _: str, reason: str) -> None:
    """Takes out whole modules and concepts from the end, but never the last concept of all."""
    most = max(1, draft.brief.max_concepts)
    while len(concepts := draft.concepts()) > most:
        over = len(concepts) - most
        last = draft.part(concepts[-1].parent_id or "")
        draft.remove(last if last and len(last.concepts) <= over and _whole(draft, last) else concepts[-1], reason)


def _whole(draft: Draft, module: Part) -> bool:
    return sum(part.parent_id == module.id for part in draft.parts) == len(module.concepts)


def _mend_duplicate_name(draft: Draft, location: str, reason: str) -> None:
    part = draft.part(location)
    if (
        part is None
        or sum(other.name.casefold() == part.name.casefold() for other in draft.parts if other.kind == part.kind) < 2
    ):
        return
    parent = draft.part(part.parent_id or "")
    candidates = [f"{plain(part.name, 40)} ({plain(parent.name, 36)})"] if parent else []
    candidates += [f"{plain(part.name, 74)} {number}" for number in range(2, len(draft.parts) + 3)]
    draft.rename(part, next(name for name in candidates if not draft.has_name(part.kind, name)), reason)


_MENDERS: Final[dict[str, Callable[[Draft, str, str], None]]] = {
    "empty_stage": _mend_empty,
    "empty_module": _mend_empty,
    "no_concepts": _mend_no_concepts,
    "duplicate_id": _mend_duplicate_id,
    "unknown_prerequisite": _mend_prerequisites,
    "later_prerequisite": _mend_prerequisites,
    "cyclic_prerequisite": _mend_prerequisites,
    "hours": _mend_hours,
    "too_many_concepts": _mend_too_many,
    "duplicate_name": _mend_duplicate_name,
}
