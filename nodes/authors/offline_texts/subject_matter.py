"""What the three contents of a concept have in common, so that a quiz asks about what the tutorial says."""

from dataclasses import dataclass

from nodes.authors.offline_texts.library import Reading, entries_by_name, read_goal
from nodes.authors.offline_texts.shape import Discipline, Exercise, Mistake, Practice
from nodes.authors.offline_texts.topics import terms_of
from nodes.authors.offline_texts.words import has_letters, pick_some, plain, seed_of
from nodes.authors.port import ContentBrief


@dataclass(frozen=True, slots=True)
class Matter:
    """A concept as the texts see it. Names are plain, not yet escaped for Markdown."""

    reading: Reading
    concept: str
    module: str
    stage: str
    terms: list[str]
    practice: Practice
    discipline: Discipline
    seed: int
    exercises: list[Exercise]
    mistakes: list[Mistake]

    @property
    def places(self) -> dict[str, str]:
        """What the places of a template stand for: concept, first term, module, stage, subject."""
        return {"c": self.concept, "k": self.terms[0], "m": self.module, "s": self.stage}


def matter_of(brief: ContentBrief) -> Matter:
    reading = read_goal(brief.preferences)
    nothing = reading.wording.plan.nothing_named
    concept = plain(brief.concept.name, 120) or nothing
    module = plain(brief.module_name, 120) or nothing
    entry = entries_by_name(reading).get(concept)
    terms = [plain(term, 60) for term in brief.concept.keywords] or terms_of(concept, reading.language)
    terms = list(dict.fromkeys(term for term in terms if has_letters(term)))[:6] or [concept]
    practice = reading.wording.practice[reading.discipline]
    seed = seed_of(concept, module, brief.roadmap_title)
    return Matter(
        reading=reading,
        concept=concept,
        module=module,
        stage=plain(brief.stage_name, 120) or nothing,
        terms=terms if entry is None or not entry.terms else list(entry.terms),
        practice=practice,
        discipline=reading.discipline,
        seed=seed,
        exercises=pick_some(practice.exercises, 5, seed),
        mistakes=pick_some(practice.mistakes, 5, seed >> 3),
    )
