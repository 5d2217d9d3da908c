"""A plan in the making: its operations, what they leave of the framework, and what is said about them."""

from dataclasses import dataclass, field
from typing import Any, Final

from domain.editing.review import Operation, Position, TargetType
from nodes.authors.offline_texts.parts import Part
from nodes.authors.offline_texts.shape import EditWords, Wording
from nodes.authors.port import EditPlanBrief

LEAST_HOURS, MOST_HOURS = 0.5, 20.0
NEW_CONCEPTS: Final[dict[TargetType, int]] = {"concept": 1, "module": 2, "stage": 4}
"""How many concepts a new part holds at most."""
LONGEST_NAME = 80


@dataclass(slots=True)
class Draft:
    """A plan in the making, and what is left of the framework under it."""

    brief: EditPlanBrief
    wording: Wording
    parts: list[Part]
    operations: list[Operation] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    not_done: list[str] = field(default_factory=list)
    added: int = 0

    @property
    def words(self) -> EditWords:
        return self.wording.edit

    def concepts(self) -> list[Part]:
        return [part for part in self.parts if part.kind == "concept"]

    def part(self, identifier: str) -> Part | None:
        return next((part for part in self.parts if part.id == identifier), None)

    def remove(self, part: Part, reason: str) -> None:
        """Removes a part, and with it the parents that would be left empty."""
        while part.parent_id and (parent := self.part(part.parent_id)):
            if any(other.parent_id == parent.id and other.id != part.id for other in self.parts):
                break
            part = parent
        gone = {part.id}
        for other in self.parts:  # parents come first
            if other.parent_id in gone:
                gone.add(other.id)
        self.parts = [other for other in self.parts if other.id not in gone]
        self.operations.append(Operation(action="remove", target_type=part.kind, target_id=part.id, reason=reason))
        self.tell(self.words.remove, part.kind, part.name)

    def rename(self, part: Part, new: str, reason: str) -> None:
        values = {"name": new}
        self.operations.append(
            Operation(action="rename", target_type=part.kind, target_id=part.id, values=values, reason=reason)
        )
        renamed = Part(part.kind, part.id, new, part.parent_id, part.concepts)
        self.parts = [renamed if other is part else other for other in self.parts]
        self.done.append(self.words.rename.format(name=part.name, new=new))

    def change(self, part: Part, values: dict[str, Any], reason: str) -> None:
        for place, operation in enumerate(self.operations):
            if operation.action == "change" and operation.target_id == part.id:
                self.operations[place] = operation.model_copy(update={"values": operation.values | values})
                return
        self.operations.append(
            Operation(action="change", target_type=part.kind, target_id=part.id, values=values, reason=reason)
        )

    def add(self, kind: TargetType, name: str, parent: Part | None, reason: str) -> None:
        position = Position(parent_id=parent.id if parent else None)
        self.operations.append(
            Operation(action="add", target_type=kind, position=position, values={"name": name}, reason=reason)
        )
        self.added += NEW_CONCEPTS[kind]
        template = self.words.add_to if parent else self.words.add
        self.done.append(template.format(kind=self.words.kinds[kind], name=name, parent=parent.name if parent else ""))

    def tell(self, template: str, kind: TargetType, name: str) -> None:
        self.done.append(template.format(kind=self.words.kinds[kind], name=name))

    def has_name(self, kind: TargetType, name: str) -> bool:
        folded = name.casefold()
        added = [op.values["name"] for op in self.operations if op.action == "add" and op.target_type == kind]
        names = [part.name for part in self.parts if part.kind == kind] + added
        return folded in {other.casefold() for other in names}

    def set_hours(self, concept: Part, hours: float, reason: str) -> None:
        """Bounds and rounds to half hours; nothing is told."""
        hours = max(LEAST_HOURS, min(MOST_HOURS, round(hours * 2) / 2))
        if hours != concept.concepts[0].estimated_hours:
            self.change(concept, {"estimated_hours": hours}, reason)
            changed = concept.concepts[0].model_copy(update={"estimated_hours": hours})
            self.parts = [
                Part(
                    p.kind,
                    p.id,
                    p.name,
                    p.parent_id,
                    tuple(changed if c.concept_id == concept.id else c for c in p.concepts),
                )
                for p in self.parts
            ]
