"""What the three contents of a concept have in common, so that a quiz asks about what the tutorial says."""

from dataclasses import dataclass

from nodes.authors.offline_texts.library import Reading, capstones, read_goal, terms_by_name
from nodes.authors.offline_texts.shape import Exercise, Mistake, Practice
from nodes.authors.offline_texts.topics import terms_of
from nodes.authors.offline_texts.words import capital, has_letters, markdown, pick_some, plain, seed_of
from nodes.authors.port import C, ContentBrief


@dataclass(frozen=True, slots=True)
class Matter:
    """A concept as the texts see it. Names are plain, not yet escaped for Markdown."""

    reading: Reading
    concept: str
    module: str
    stage: str
    terms: list[str]
    practice: Practice
    seed: int
    exercises: list[Exercise]
    mistakes: list[Mistake]

    def places(self, term: int = 0) -> dict[str, str]:
        """What the places of a plain text stand for: concept and a key term (quoted), module, stage."""
        opening, closing = self.reading.wording.quotes
        key = self.terms[term % len(self.terms)]
        return {
            "c": f"{opening}{self.concept}{closing}",
            "k": f"{opening}{key}{closing}",
            "m": self.module,
            "s": self.stage,
        }

    def emphasised(self, text: str) -> str:
        """In italics; Chinese has none, and asterisks between its letters would not be read as such."""
        opening, closing = self.reading.wording.emphasis
        return f"{opening}{markdown(text)}{closing}"

    def marked(self, term: int = 0) -> dict[str, str]:
        """The same for Markdown."""
        return {
            "c": self.emphasised(self.concept),
            "k": self.emphasised(self.terms[term % len(self.terms)]),
            "m": markdown(self.module),
            "s": markdown(self.stage),
        }


def matter_of(brief: ContentBrief[C]) -> Matter:
    reading = read_goal(brief.preferences)
    nothing = reading.wording.plan.nothing_named
    concept = plain(brief.concept.name, 120) or nothing
    module = plain(brief.module_name, 120) or nothing
    own = capital(concept) in capstones(reading)
    practice = reading.wording.practice["project" if own else reading.discipline]
    seed = seed_of(concept, module, brief.roadmap_title)
    return Matter(
        reading=reading,
        concept=concept,
        module=module,
        stage=plain(brief.stage_name, 120) or nothing,
        terms=_terms(brief, concept, reading),
        practice=practice,
        seed=seed,
        exercises=pick_some(practice.exercises, 5, 0 if own else seed),
        mistakes=pick_some(practice.mistakes, 5, seed >> 3),
    )


def _terms(brief: ContentBrief[C], concept: str, reading: Reading) -> list[str]:
    """The concept's keywords; else those that its curriculum knows, else words of its name."""
    terms = [plain(term, 60) for term in brief.concept.keywords]
    terms = terms or terms_by_name(reading).get(concept) or terms_of(concept, reading.language)
    return list(dict.fromkeys(term for term in terms if has_letters(term)))[:6] or [concept]
