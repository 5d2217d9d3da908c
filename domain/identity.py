"""Ids of roadmaps, tasks and parts of frameworks, which are assigned by code, never by a model.

Roadmap `<slug>-<8 hex>`, stage `s-1`, module `m-1-2`, concept `c-1-2-3` (stage, module, concept). Edits keep ids; a
new part gets the next number that was never used in its parent.
"""

import re
import secrets
from collections.abc import Collection, Iterator
from math import ceil

import uuid_utils
from anyascii import anyascii

from domain.editing.review import Issue
from domain.framework import Concept, ConceptDraft, Framework, FrameworkDraft, Module, ModuleDraft, Stage, StageDraft
from domain.prerequisites import resolve_prerequisites

MAX_SLUG_LENGTH = 40


def new_roadmap_id(goal: str) -> str:
    """Return a readable id for a goal in any script. Its random part makes collisions unlikely."""
    words = re.findall(r"[a-z0-9]+", anyascii(goal[:400]).lower())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:MAX_SLUG_LENGTH]
        if len(longer) > MAX_SLUG_LENGTH:
            break
        slug = longer
    return f"{slug or 'roadmap'}-{secrets.token_hex(4)}"


def new_task_id() -> str:
    """Return a UUIDv7, which sorts by time."""
    return str(uuid_utils.uuid7())


class Numbering:
    """Assigns ids within a parent, without reusing any."""

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
        """Return the concept with an id; its prerequisites are still names."""
        return Concept(concept_id=self._next(_child_prefix("c", module_id, "m")), **draft.model_dump())


def _child_prefix(kind: str, parent_id: str, parent_kind: str) -> str:
    """Return `c-1-2` for the parent `m-1-2`; of a foreign id only letters and digits are used."""
    own = parent_id.removeprefix(f"{parent_kind}-")
    return f"{kind}-{'-'.join(re.findall('[A-Za-z0-9]+', own)) or 'x'}"


def identify(
    draft: FrameworkDraft, roadmap_id: str, hours_per_week: float, *, used_ids: Collection[str] = ()
) -> tuple[Framework, list[Issue]]:
    """Return the framework of a draft, and the issues that were repaired in it.

    `used_ids`: ids of earlier structures of this roadmap, which are not reused.
    """
    numbering = Numbering(used_ids)
    stages = [numbering.stage(stage) for stage in draft.stages]
    framework = Framework(roadmap_id=roadmap_id, title=draft.title, stages=stages)
    issues = resolve_prerequisites(framework, {concept.concept_id for concept in framework.concepts()})
    return with_totals(framework, hours_per_week), issues


def with_totals(framework: Framework, hours_per_week: float) -> Framework:
    """Return the framework with its order, total hours and weeks computed."""
    hours = round(sum(concept.estimated_hours for concept in framework.concepts()), 2)
    stages = [stage.model_copy(update={"order": order}) for order, stage in enumerate(framework.stages, start=1)]
    return framework.model_copy(
        update={
            "stages": stages,
            "total_estimated_hours": hours,
            "recommended_completion_weeks": max(1, ceil(hours / hours_per_week)),
        }
    )


def all_ids(framework: Framework) -> Iterator[str]:
    """Yield every stage, module and concept id."""
    for stage in framework.stages:
        yield stage.stage_id
        for module in stage.modules:
            yield module.module_id
            for concept in module.concepts:
                yield concept.concept_id
