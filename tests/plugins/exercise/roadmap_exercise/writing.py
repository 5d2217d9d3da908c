"""How exercises are asked for, and how the offline author writes them."""

from domain.vocabulary import ContentType
from nodes.authors.briefs import AuthorRole, ContentBrief
from nodes.contents.content_step import Generator

from .shape import Exercise


class ExerciseBrief(ContentBrief[Exercise]):
    role = AuthorRole("exercise")
    shape = Exercise
    content_type = ContentType("exercise")
    task = "Write an exercise that a learner of the one concept can do alone: at least two steps, and a solution."

    def write_by_rules(self) -> Exercise:
        return Exercise(
            title=f"Practise {self.concept.name}",
            steps=[f"Read about {self.concept.name}.", "Explain it to **somebody** else."],
            solution="The other person can explain it to a third.",
        )


EXERCISE = Generator(ExerciseBrief)
