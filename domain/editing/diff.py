"""The differences between two structures of a roadmap."""

from typing import Literal, NamedTuple

from pydantic import BaseModel

from domain.framework import Concept, Framework

ChangeKind = Literal["added", "removed", "renamed", "moved", "hours", "changed"]


class Change(BaseModel):
    """One difference; depending on `kind`, `before` and `after` are names, parents or hours."""

    kind: ChangeKind
    target_type: Literal["stage", "module", "concept"]
    target_id: str
    name: str
    before: str = ""
    after: str = ""


class _Part(NamedTuple):
    target_type: Literal["stage", "module", "concept"]
    name: str
    parent_id: str
    parent_name: str
    concept: Concept | None = None


def diff(before: Framework, after: Framework) -> list[Change]:
    """Return the changes from `before` to `after`: removed parts first, then the others in learning order."""
    old, new = _parts(before), _parts(after)
    changes = [_change("removed", key, part) for key, part in old.items() if key not in new]
    for key, part in new.items():
        if key not in old:
            changes.append(_change("added", key, part))
        else:
            changes.extend(_changes_of(key, old[key], part))
    moved = [_change("moved", key, new[key], old[key].parent_name, new[key].parent_name) for key in _moved(old, new)]
    return changes + moved


def changed_concepts(before: Framework, after: Framework) -> list[str]:
    """Return the ids of concepts that remain but have another subject, whose contents must be generated again."""
    old = {concept.concept_id: concept for concept in before.concepts()}
    return [
        concept.concept_id
        for concept in after.concepts()
        if concept.concept_id in old and _subject(concept) != _subject(old[concept.concept_id])
    ]


def _subject(concept: Concept) -> tuple[object, ...]:
    return concept.name, concept.description, concept.difficulty, concept.keywords


def _parts(framework: Framework) -> dict[str, _Part]:
    """Return every part by its id, in learning order."""
    parts: dict[str, _Part] = {}
    for stage in framework.stages:
        parts[stage.stage_id] = _Part("stage", stage.name, "", "")
        for module in stage.modules:
            parts[module.module_id] = _Part("module", module.name, stage.stage_id, stage.name)
            for concept in module.concepts:
                parts[concept.concept_id] = _Part("concept", concept.name, module.module_id, module.name, concept)
    return parts


def _changes_of(key: str, old: _Part, new: _Part) -> list[Change]:
    changes = []
    if old.name != new.name:
        changes.append(_change("renamed", key, new, old.name, new.name))
    if old.concept and new.concept:
        if old.concept.estimated_hours != new.concept.estimated_hours:
            hours = f"{old.concept.estimated_hours:g} h", f"{new.concept.estimated_hours:g} h"
            changes.append(_change("hours", key, new, *hours))
        fields = [
            field
            for field in ("description", "difficulty", "prerequisites", "keywords")
            if getattr(old.concept, field) != getattr(new.concept, field)
        ]
        if fields:
            changes.append(_change("changed", key, new, after=", ".join(fields)))
    return changes


def _moved(old: dict[str, _Part], new: dict[str, _Part]) -> list[str]:
    """Return parts with another parent, or at another position among the siblings that remained."""
    remaining: dict[str, list[str]] = {}
    moved = []
    for key, part in new.items():
        if key in old and part.parent_id != old[key].parent_id:
            moved.append(key)
        elif key in old:
            remaining.setdefault(part.parent_id, []).append(key)
    positions = {key: position for position, key in enumerate(old)}
    for siblings in remaining.values():
        before = sorted(siblings, key=positions.__getitem__)
        moved.extend(key for key, other in zip(siblings, before, strict=True) if key != other)
    return moved


def _change(kind: ChangeKind, key: str, part: _Part, before: str = "", after: str = "") -> Change:
    return Change(kind=kind, target_type=part.target_type, target_id=key, name=part.name, before=before, after=after)
