"""Draw the changes of an edit to a framework as a tree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from rich.text import Text
from rich.tree import Tree

from cli.output.stdio import styled
from domain.editing.diff import Change, diff
from domain.framework import Concept, Framework, Module, Stage
from rendering.text.changes import OTHER as OTHER_SIGN
from rendering.text.changes import SIGNS, counts_line, note, totals_line
from rendering.text.text import hours, one_line

if TYPE_CHECKING:
    from rich.console import RenderableType

Part = TypeVar("Part", Stage, Module, Concept)

MARKS: Final[Mapping[str, tuple[str, str]]] = {"added": (SIGNS["added"], "green"), "removed": (SIGNS["removed"], "red")}
OTHER: Final = (OTHER_SIGN, "yellow")


def changes_tree(before: Framework, after: Framework) -> "Iterator[RenderableType]":
    """Yield totals and counts of the changes, then a tree of the changed parts."""
    changes = diff(before, after)
    yield styled(one_line(after.title), "bold")
    if before.title != after.title:
        yield styled(f"~ was “{one_line(before.title)}”", "yellow")
    yield styled(totals_line(before, after), "dim")
    yield styled(f"{counts_line(changes)}." if changes else "Nothing changed.")
    if changes:
        yield _ChangesTree({}).build(before, after, changes)


@dataclass
class _ChangesTree:
    """The tree after an edit: removed parts stay in their old place, unchanged parts are left out."""

    changes: dict[str, list[Change]]

    def build(self, before: Framework, after: Framework, changes: Sequence[Change]) -> Tree:
        for change in changes:
            self.changes.setdefault(change.target_id, []).append(change)
        tree = Tree("", hide_root=True, guide_style="dim")
        old_modules = {module.module_id: module for stage in before.stages for module in stage.modules}
        old_stages = {stage.stage_id: stage for stage in before.stages}
        for stage in self._merged(before.stages, after.stages, lambda part: part.stage_id):
            branch = Tree(self._line(stage.stage_id, "Stage", stage.name))
            old_stage = old_stages.get(stage.stage_id, Stage())
            modules = [] if self._is_removed(stage.stage_id) else stage.modules
            for module in self._merged(old_stage.modules, modules, lambda part: part.module_id):
                leaf = Tree(self._line(module.module_id, "Module", module.name))
                old_module = old_modules.get(module.module_id, Module())
                concepts = [] if self._is_removed(module.module_id) else module.concepts
                for concept in self._merged(old_module.concepts, concepts, lambda part: part.concept_id):
                    if concept.concept_id in self.changes:
                        leaf.add(self._concept(concept))
                if leaf.children or module.module_id in self.changes:
                    branch.children.append(leaf)
            if branch.children or stage.stage_id in self.changes:
                tree.children.append(branch)
        return tree

    def _is_removed(self, identifier: str) -> bool:
        return any(change.kind == "removed" for change in self.changes.get(identifier, []))

    def _concept(self, concept: Concept) -> Text:
        return self._line(concept.concept_id, concept.concept_id, concept.name, hours(concept.estimated_hours))

    def _line(self, identifier: str, label: str, name: str, size: str = "") -> Text:
        """Format `+ c-1-1-4  2 h  Testing` or `~ Stage  Foundations  (was “Basics”)`; unmarked if unchanged."""
        changes = self.changes.get(identifier, [])
        whole = next((change.kind for change in changes if change.kind in MARKS), None)
        mark, style = MARKS[whole] if whole else OTHER if changes else ("", "dim")
        notes = [] if whole else [note(change) for change in changes]
        parts = [f"{mark} {one_line(label)}".strip(), size if whole else "", one_line(name)]
        suffix = f"  ({'; '.join(notes)})" if notes else ""
        return styled("  ".join(filter(None, parts)) + suffix, style)

    def _merged(self, before: Sequence[Part], after: Sequence[Part], key: Callable[[Part], str]) -> list[Part]:
        """Return `after` with each removed part inserted after its old predecessor."""
        merged, at = list(after), 0
        for part in before:
            places = [place for place, other in enumerate(merged) if key(other) == key(part)]
            if places:
                at = places[0] + 1
            elif self._is_removed(key(part)):
                merged.insert(at, part)
                at += 1
        return merged
