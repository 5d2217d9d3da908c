"""A course book as a strong model writes it, for a small course in SQL, and the roadmap that it belongs to."""

import json
from typing import Any, Final

from domain.contents import Quiz
from domain.course.book import (
    ConceptPlan,
    CourseBook,
    LessonPlan,
    Outcome,
    Project,
    ProjectStep,
    RunningExample,
    Term,
    Tool,
)
from domain.framework import Concept, ConceptPlace, Framework, Module, Stage
from domain.request import LearningRequest, Preferences
from domain.vocabulary import ContentType
from nodes.authors.briefs import AuthorRole, ContentBrief, QuizBrief, ResourcesBrief, TutorialBrief
from nodes.contents.content_brief import content_brief

BRIEF_TYPES: Final[dict[ContentType, type[ContentBrief[Any]]]] = {
    ContentType.TUTORIAL: TutorialBrief,
    ContentType.RESOURCES: ResourcesBrief,
    ContentType.QUIZ: QuizBrief,
}
REQUEST: Final = LearningRequest(
    preferences=Preferences(
        learning_goal="answer questions about a shop's orders with SQL",
        career_background="accountant who works with spreadsheets",
        available_hours_per_week=4,
        primary_language="en",
    )
)
CODE: Final = """\
CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  city TEXT
);
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  ordered_on DATE NOT NULL,
  total NUMERIC NOT NULL CHECK (total >= 0)
);
INSERT INTO customers VALUES (1, 'Ada', 'Bern'), (2, 'Bo', NULL), (3, 'Cem', 'Bern'), (4, 'Dana', 'Ulm');
INSERT INTO orders VALUES
  (101, 1, '2025-01-03', 40), (102, 1, '2025-01-20', 15), (103, 3, '2025-02-01', 60), (104, 2, '2025-02-14', 25);
"""


def _plan(concept_id: str, outcomes: list[str], teaches: str, leaves_out: str, *misconceptions: str) -> ConceptPlan:
    return ConceptPlan(
        concept_id=concept_id,
        outcomes=[Outcome(outcome_id=f"o{number}", text=text) for number, text in enumerate(outcomes, start=1)],
        teaches=teaches,
        leaves_out=leaves_out,
        misconceptions=list(misconceptions),
        lessons=[LessonPlan(lesson_id="l1", title="Lesson", minutes=45)],
    )


BOOK: Final = CourseBook(
    glossary=[
        Term(term="row", meaning="One entry of a table; never called a record here."),
        Term(term="column", meaning="A named and typed place in every row of a table."),
        Term(term="NULL", meaning="The mark of a value that is unknown or absent; it is no value.", notation="NULL"),
        Term(term="condition", meaning="An expression that is true, false or unknown for a row."),
        Term(term="join", meaning="A result that puts matching rows of two tables side by side.", notation="A ⋈ B"),
        Term(term="group", meaning="The rows that agree in the columns of GROUP BY."),
    ],
    example=RunningExample(
        title="The shop",
        description="A shop with four customers and four orders; Dana has ordered nothing, and Bo's city is unknown.",
        language="sql",
        code=CODE,
    ),
    tools=[Tool(name="PostgreSQL", version="17"), Tool(name="psql", version="17")],
    project=Project(
        title="A monthly report",
        description="Queries that answer the questions of the shop's owner each month.",
        steps=[
            ProjectStep(stage_id="s-1", task="List this month's orders with their totals."),
            ProjectStep(stage_id="s-2", task="Show revenue by city and the customers who did not order."),
        ],
    ),
    concepts=[
        _plan(
            "c-1-1-1",
            ["can choose columns and rename them", "can sort a result by several columns"],
            "SELECT lists, expressions, aliases, ORDER BY, LIMIT.",
            "Conditions on rows.",
            "A table keeps its rows in the order in which they were inserted.",
        ),
        _plan(
            "c-1-1-2",
            ["can keep the rows for which a condition is true", "can combine conditions with AND, OR and NOT"],
            "WHERE, comparison, AND, OR, NOT, IN, BETWEEN.",
            "NULL in conditions; conditions on groups.",
            "An alias of the SELECT list can be used in WHERE.",
        ),
        _plan(
            "c-1-1-3",
            ["can predict what a condition does with NULL", "can ask for rows without a value"],
            "Unknown as a third result, IS NULL, coalesce.",
            "NULL from outer joins.",
            "city = NULL finds the rows without a city.",
        ),
        _plan(
            "c-2-1-1",
            ["can join two tables on a key", "can tell how many rows a join has before running it"],
            "INNER JOIN, keys, ON, aliases of tables.",
            "Rows without a partner.",
            "A join never has more rows than the larger table.",
        ),
        _plan(
            "c-2-1-2",
            ["can keep rows without a partner", "can find customers without orders"],
            "LEFT JOIN, NULL from a missing partner, anti-joins.",
            "RIGHT and FULL JOIN.",
            "A condition on the right table in WHERE keeps the rows without a partner.",
        ),
        _plan(
            "c-2-1-3",
            ["can sum up rows by group", "can put a condition on groups"],
            "GROUP BY, count, sum, avg, HAVING.",
            "Window functions.",
            "count(city) counts all rows.",
        ),
    ],
    warnings=["Transactions are missing; lessons that change rows should say how to undo it."],
)


def _concept(concept_id: str, name: str, hours: float, *prerequisites: str) -> Concept:
    return Concept(
        concept_id=concept_id, name=name, estimated_hours=hours, prerequisites=list(prerequisites), keywords=["sql"]
    )


FRAMEWORK: Final = Framework(
    roadmap_id="r-sql",
    title="SQL for a shop",
    stages=[
        Stage(
            stage_id="s-1",
            name="One table",
            order=1,
            modules=[
                Module(
                    module_id="m-1-1",
                    name="Asking",
                    concepts=[
                        _concept("c-1-1-1", "Choosing columns", 1),
                        _concept("c-1-1-2", "Filtering rows", 1, "c-1-1-1"),
                        _concept("c-1-1-3", "NULL", 1.5, "c-1-1-2"),
                    ],
                )
            ],
        ),
        Stage(
            stage_id="s-2",
            name="Several tables",
            order=2,
            modules=[
                Module(
                    module_id="m-2-1",
                    name="Joining",
                    concepts=[
                        _concept("c-2-1-1", "Inner joins", 2, "c-1-1-2"),
                        _concept("c-2-1-2", "Outer joins", 2, "c-2-1-1", "c-1-1-3"),
                        _concept("c-2-1-3", "Groups", 2, "c-2-1-1"),
                    ],
                )
            ],
        ),
    ],
)


def place_of(concept_id: str, framework: Framework = FRAMEWORK) -> ConceptPlace:
    return next(place for place in framework.walk() if place.concept.concept_id == concept_id)


def brief_of(
    concept_id: str,
    content_type: ContentType | type[ContentBrief[Any]] = ContentType.TUTORIAL,
    *,
    book: CourseBook | None = BOOK,
    framework: Framework = FRAMEWORK,
    instructions: str = "",
) -> ContentBrief[Any]:
    """Return the brief of a content as a run builds it."""
    names = {concept.concept_id: concept.name for concept in framework.concepts()}
    brief_type = content_type if isinstance(content_type, type) else BRIEF_TYPES[content_type]
    return content_brief(brief_type, REQUEST, framework, place_of(concept_id, framework), names, instructions, book)


def all_briefs(book: CourseBook | None = BOOK, framework: Framework = FRAMEWORK) -> list[ContentBrief[Any]]:
    """Return the briefs of all contents of the roadmap."""
    return [
        brief_of(concept.concept_id, content_type, book=book, framework=framework)
        for concept in framework.concepts()
        for content_type in BRIEF_TYPES
    ]


def large_course(concepts: int, words: str = "something") -> tuple[CourseBook, Framework]:
    """Return the book of a roadmap with many concepts in one module."""
    made = [
        Concept(concept_id=f"c-1-1-{number}", name=f"Concept {number}", prerequisites=[f"c-1-1-{number - 1}"])
        for number in range(1, concepts + 1)
    ]
    module = Module(module_id="m-1-1", name="M", concepts=made)
    framework = Framework(roadmap_id="r-l", title="T", stages=[Stage(stage_id="s-1", name="S", modules=[module])])
    outcomes = ["can explain it", f"can use {words}", "can tell it from its neighbours"]
    plans = [
        _plan(concept.concept_id, outcomes, f"Teaches {words}.", f"Leaves {words} out.", words) for concept in made
    ]
    return BOOK.model_copy(update={"concepts": plans}), framework


class OtherContent(ContentBrief[Quiz]):
    """A content type of another package, which brings its task along."""

    role = AuthorRole.QUIZ
    shape = Quiz
    content_type = ContentType.QUIZ
    task = "Write something that this program does not know."


def course_in(user: str) -> Any:
    return json.loads(user.partition("<course>\n")[2].partition("\n</course>")[0])


def data_in(user: str) -> Any:
    return json.loads(user.partition("<data>\n")[2].partition("\n</data>")[0])
