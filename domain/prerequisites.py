"""Prerequisites of concepts: names become ids, and what is unknown or closes a cycle is dropped."""

from collections.abc import Collection

from domain.editing.review import Issue
from domain.framework import Concept, Framework
from domain.text.names import NameIndex, tidy_name


def resolve_prerequisites(framework: Framework, named: Collection[str]) -> list[Issue]:
    """Resolve the prerequisites of a framework's concepts in place, and return the repaired issues.

    Names become ids for the concepts in `named`; of several concepts with the very name, the nearest earlier one is
    meant. Unknown and ambiguous prerequisites and those that close a cycle are dropped.
    Prerequisites that come later without a cycle are left to the validation.
    """
    concepts = framework.concepts()
    position = {concept.concept_id: index for index, concept in enumerate(concepts)}
    index = NameIndex((concept.concept_id, concept.name) for concept in concepts)
    issues: list[Issue] = []
    for concept in concepts:
        resolved: list[str] = []
        for reference in concept.prerequisites:
            matches = [reference] if reference in position else []
            if not matches and concept.concept_id in named:
                matches = index.find(reference)
            if not matches or (len(matches) > 1 and not index.is_exact(reference)):
                what = f"names an unknown prerequisite “{tidy_name(reference)}”"
                issues.append(_repaired(concept, "unknown_prerequisite", what))
                continue
            earlier = [match for match in matches if position[match] < position[concept.concept_id]]
            prerequisite = earlier[-1] if earlier else matches[0]
            if prerequisite not in resolved:
                resolved.append(prerequisite)
        concept.prerequisites = resolved
    return issues + _break_cycles(concepts, position)


def _break_cycles(concepts: list[Concept], position: dict[str, int]) -> list[Issue]:
    """Drop prerequisites that close a cycle, of later concepts only: every cycle contains one of these."""
    requires = {concept.concept_id: concept.prerequisites for concept in concepts}
    issues: list[Issue] = []
    for concept in concepts:
        for prerequisite in list(concept.prerequisites):
            later = position[prerequisite] >= position[concept.concept_id]
            if later and concept.concept_id in _reachable(prerequisite, requires):
                concept.prerequisites.remove(prerequisite)
                what = f"and its prerequisite {prerequisite} need each other"
                issues.append(_repaired(concept, "cyclic_prerequisite", what))
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
