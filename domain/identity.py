"""Code assigns identities; a model only writes words.

Ids: roadmap `<slug>-<8 hex>`, stage `s-1`, module `m-1-2`, concept `c-1-2-3` (stage, module, concept).
They stay as they are over edits; a new part takes the next number never used in its parent.
"""

import re
import secrets
from collections.abc import Collection, Iterator
from math import ceil

import uuid_utils
from anyascii import anyascii

from domain.editing.review import Issue
from domain.framework import Concept, ConceptDraft, Framework, FrameworkDraft, Module, ModuleDraft, Stage, StageDraft

MAX_SLUG_LENGTH = 40


def new_roadmap_id(goal: str) -> str:
    """A readable id for a goal in any script. Its random part makes it unique in practice, the primary key in fact."""
    words = re.findall(r"[a-z0-9]+", anyascii(goal[:400]).lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:MAX_SLUG_LENGTH]
        if len(longer) > MAX_SLUG_LENGTH:
            break
        slug = longer
    return f"{slug or 'roadmap'}-{secrets.token_hex(4)}"


def new_task_id() -> str:
    """A UUIDv7: sorts by time."""
    return str(uuid_utils.uuid7())


class Numbering:
    """Hands out ids below a parent, never one that was used before."""

    def __init__(self, used: Collection[str] = ()) -> None:
        self._highest: dict[str, int] = {}
        for identifier in used:
            parent, _, number = identifier.rpartition("-")
            if number.isascii() and number.isdigit():
                self._highest[parent] = max(self._highest.get(parent, 0), int(number))

    def _next(self, parent: str) -> str:
        self._highest[parent] = self._highest.get(parent, 0) + 1
        return f"{parent}-{self._highest[parent]}"

    def stage(self, draft: StageDraft) -> Stage:
        stage_id = self._next("s")
        modules = [self.module(module, stage_id) for module in draft.modules]
        return Stage(stage_id=stage_id, name=draft.name, description=draft.description, order=0, modules=modules)

    def module(self, draft: ModuleDraft, stage_id: str) -> Module:
        module_id = self._next(_child_prefix("m", stage_id, "s"))
        concepts = [self.concept(concept, module_id) for concept in draft.concepts]
        return Module(module_id=module_id, name=draft.name, description=draft.description, concepts=concepts)

    def concept(self, draft: ConceptDraft, module_id: str) -> Concept:
        """The concept with an id; its prerequisites are still names."""
        return Concept(concept_id=self._next(_child_prefix("c", module_id, "m")), **draft.model_dump())


def _child_prefix(kind: str, parent_id: str, parent_kind: str) -> str:
    """`c-1-2` below `m-1-2`; a parent with a foreign id gives its letters and digits."""
    own = parent_id.removeprefix(f"{parent_kind}-")
    return f"{kind}-{'-'.join(re.findall('[A-Za-z0-9]+', own)) or 'x'}"


def identify(
    draft: FrameworkDraft, roadmap_id: str, hours_per_week: float, *, used_ids: Collection[str] = ()
) -> tuple[Framework, list[Issue]]:
    """The framework that a draft describes, and what had to be repaired in it.

    `used_ids` are ids of earlier structures of this roadmap: they are never given again.
    """
    numbering = Numbering(used_ids)
    stages = [numbering.stage(stage) for stage in draft.stages]
    framework = Framework(roadmap_id=roadmap_id, title=draft.title, stages=stages)
    issues = resolve_prerequisites(framework, {concept.concept_id for concept in framework.concepts()})
    return with_totals(framework, hours_per_week), issues


def with_totals(framework: Framework, hours_per_week: float) -> Framework:
    """The same framework with order, total hours and weeks computed."""
    hours = round(sum(concept.estimated_hours for concept in framework.concepts()), 2)
    stages = [stage.model_copy(update={"order": order}) for order, stage in enumerate(framework.stages, start=1)]
    return framework.model_copy(
        update={
            "stages": stages,
            "total_estimated_hours": hours,
            "recommended_completion_weeks": max(1, ceil(hours / hours_per_week)),
        }
    )


def resolve_prerequisites(framework: Framework, named: Collection[str]) -> list[Issue]:
    """Turn names into ids for the concepts in `named`; in all, drop what is unknown or closes a cycle, and say so.

    Changes the concepts of `framework` in place; edges to later concepts that close no cycle stay for validation.
    """
    concepts = framework.concepts()
    position = {concept.concept_id: index for index, concept in enumerate(concepts)}
    by_name: dict[str, list[str]] = {}
    for concept in concepts:
        by_name.setdefault(_folded(concept.name), []).append(concept.concept_id)

    issues: list[Issue] = []
    for concept in concepts:
        resolved: list[str] = []
        for wanted in concept.prerequisites:
            found = [wanted] if wanted in position else []
            if not found and concept.concept_id in named:
                found = by_name.get(_folded(wanted), [])
            if not found:
                issues.append(_repaired(concept, "unknown_prerequisite", f"names an unknown prerequisite “{wanted}”"))
                continue
            earlier = [other for other in found if position[other] < position[concept.concept_id]]
            chosen = earlier[-1] if earlier else found[0]
            if chosen not in resolved:
                resolved.append(chosen)
        concept.prerequisites = resolved
    return issues + _break_cycles(concepts, position)


def _break_cycles(concepts: list[Concept], position: dict[str, int]) -> list[Issue]:
    """An edge to an earlier concept cannot close a cycle alone, so it is the edges to later ones that give way."""
    requires = {concept.concept_id: concept.prerequisites for concept in concepts}
    issues: list[Issue] = []
    for concept in concepts:
        for wanted in list(concept.prerequisites):
            later = position[wanted] >= position[concept.concept_id]
            if later and concept.concept_id in _reachable(wanted, requires):
                concept.prerequisites.remove(wanted)
                issues.append(
                    _repaired(concept, "cyclic_prerequisite", f"and its prerequisite {wanted} need each other")
                )
    return issues


def _reachable(start: str, requires: dict[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(requires[current])
    return seen


def _repaired(concept: Concept, category: str, what: str) -> Issue:
    return Issue(
        severity="warning",
        category=category,
        location=concept.concept_id,
        issue=f"“{concept.name}” {what}",
        suggestion="The prerequisite was dropped.",
    )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def all_ids(framework: Framework) -> Iterator[str]:
    """Every stage, module and concept id."""
    for stage in framework.stages:
        yield stage.stage_id
        for module in stage.modules:
            yield module.module_id
            for concept in module.concepts:
                yield concept.concept_id
