"""How far a learner is with the concepts of a roadmap, and with which one to go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.learners.progress import LEARNED, ConceptMark, next_concept
from orchestrator.learners.learning import Progress
from orchestrator.queries.status import RoadmapView
from rendering.languages.translation import N_, _

MARK_LABELS: Final[Mapping[ConceptMark, str]] = {
    ConceptMark.DONE: N_("learned"),
    ConceptMark.KNOWN: N_("known already"),
    ConceptMark.IN_PROGRESS: N_("in progress"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a learner is with a concept."""

    mark: ConceptMark | None = None
    score: str = ""
    """Of the best attempt at its quiz; empty before the first one."""

    @property
    def learned(self) -> bool:
        return self.mark in LEARNED

    @property
    def says(self) -> str:
        return "" if self.mark is None else _(MARK_LABELS[self.mark])


@dataclass(frozen=True, slots=True)
class GoOnLink:
    concept_id: str
    name: str
    first: bool
    """Whether nothing is marked yet."""


def mark_labels() -> dict[ConceptMark, str]:
    """Return the label of each mark."""
    return {mark: _(label) for mark, label in MARK_LABELS.items()}


def percent(score: float) -> str:
    return f"{score:.0%}"


def standings_of(progress: Progress) -> dict[str, Standing]:
    """Return the standing of each concept with a mark or an attempt, by its id."""
    return {
        concept.concept_id: Standing(concept.mark, "" if concept.best_score is None else percent(concept.best_score))
        for concept in progress.concepts
        if concept.mark is not None or concept.attempts
    }


def go_on_after(roadmap: RoadmapView, progress: Progress) -> GoOnLink | None:
    """Return the concept to go on with; None where all are learned, for a draft, and in the bin."""
    if roadmap.framework is None or roadmap.framework_version == 0 or roadmap.deleted_at is not None:
        return None
    learned = {concept.concept_id for concept in progress.concepts if concept.mark in LEARNED}
    begun = {concept.concept_id for concept in progress.concepts if concept.mark is ConceptMark.IN_PROGRESS}
    concept = next_concept(roadmap.framework, learned, begun)
    if concept is None:
        return None
    return GoOnLink(concept.concept_id, concept.name or concept.concept_id, not learned and not begun)
