"""Parts of contents: sections of lessons, questions of quizzes, items of lists. Repairs replace parts by their ids."""

from domain.parts.ids import with_question_ids, with_section_ids
from domain.parts.lessons import Chain, ChainedLesson, chain_of, lessons_in, new_lesson
from domain.parts.repairs import PartialAnswer, PartialQuiz, PartialResources, PartialTutorial
from domain.parts.sections import Section, sections_of

__all__ = [
    "Chain", "ChainedLesson", "PartialAnswer", "PartialQuiz", "PartialResources", "PartialTutorial", "Section",
    "chain_of", "lessons_in", "new_lesson", "sections_of", "with_question_ids", "with_section_ids",
]  # fmt: skip
