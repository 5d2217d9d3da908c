"""Parts of contents: sections of lessons, questions of quizzes, items of lists. Repairs replace parts by their ids."""

from domain.parts.ids import with_question_ids, with_section_ids
from domain.parts.lessons import Chain, ChainedLesson, chain_of, lessons_in, new_lesson
from domain.parts.repairs import PartialAnswer, PartialQuiz, PartialResources, PartialTutorial
from domain.parts.sections import Places, Section, sections_of
from domain.parts.stored import PlacedDoubt, placed_doubts, with_stored_parts

__all__ = [
    "Chain", "ChainedLesson", "PartialAnswer", "PartialQuiz", "PartialResources", "PartialTutorial", "PlacedDoubt",
    "Places", "Section", "chain_of", "lessons_in", "new_lesson", "placed_doubts", "sections_of", "with_question_ids",
    "with_section_ids", "with_stored_parts",
]  # fmt: skip
