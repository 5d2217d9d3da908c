"""What is wrong with the parts of a course book, and what a person may make of it."""

from typing import Any

import pytest

from domain.checks.course import MAX_EDITED_PLAN_LENGTH, book_problem, check_book, check_plans
from domain.checks.findings import Kind
from domain.course.book import CourseBook
from domain.course.drafts import BookDraft, ConceptPlans, numbered
from domain.course.edits import book_of_json, outcomes_of
from domain.errors import InvalidInput
from domain.framework import Concept
from tests.support.authors import concept_plans, course_book
from tests.support.rows import framework

FRAMEWORK = framework()
SOUND = course_book(["s-1"]).model_dump(mode="json")
CONCEPTS = [Concept(concept_id="c-1", name="Joins", estimated_hours=1), Concept(concept_id="c-2", name="Keys")]


def test_a_sound_book_has_no_findings() -> None:
    assert check_book(BookDraft.model_validate(SOUND), FRAMEWORK) == []


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"glossary": []}, Kind.BROKEN, "no term with a meaning"),
        ({"glossary": [{"term": "x", "meaning": " "}]}, Kind.BROKEN, "no term with a meaning"),
        ({"tools": [{"name": "x" * 30_000}]}, Kind.BROKEN, "at most 20000"),
        ({"glossary": [*SOUND["glossary"], *SOUND["glossary"]]}, Kind.DOUBT, "“move” is in the glossary twice"),
        ({"example": {"title": "Shop", "language": "sql"}}, Kind.DOUBT, "names the language sql and has no code"),
        ({"example": {"title": "Shop", "code": "x = 1"}}, Kind.DOUBT, "names no language"),
        ({"example": {"title": "Shop", "language": "python", "code": "x = ("}}, Kind.DOUBT, "does not parse"),
        ({"example": {"title": "Shop", "language": "SQL", "code": "SELECT FROM FROM"}}, Kind.DOUBT, "does not parse"),
        ({"project": {"title": "P", "steps": []}}, Kind.DOUBT, "no step for s-1"),
        (
            {"project": {"title": "P", "steps": [*SOUND["project"]["steps"], {"stage_id": "s-9", "task": "?"}]}},
            Kind.DOUBT,
            "There is no stage 's-9'",
        ),
    ],
)
def test_a_damaged_book_is_found(changes: dict[str, Any], kind: Kind, said: str) -> None:
    found = check_book(BookDraft.model_validate(SOUND | changes), FRAMEWORK)
    assert [finding.kind for finding in found if said in finding.message] == [kind], found


def plans(**changes: Any) -> ConceptPlans:
    sound = concept_plans({"c-1": 60, "c-2": 60}).model_dump(mode="json")
    sound["plans"][0] |= changes
    return ConceptPlans.model_validate(sound)


def test_sound_plans_have_no_findings_also_under_their_names() -> None:
    assert check_plans(plans(), CONCEPTS, "en") == []
    assert check_plans(plans(concept_id="Joins"), CONCEPTS, "en") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"concept_id": "c-9"}, "The plan is missing for c-1."),
        ({"outcomes": ["can join"]}, "c-1 has 1 different outcomes; write 3 to 5"),
        ({"outcomes": ["can join", "Can  join", "can  join"]}, "c-1 has 1 different outcomes"),
        ({"outcomes": [f"can {n}" for n in range(6)]}, "c-1 has 6 different outcomes"),
        ({"outcomes": ["can a", "can b", "Knows c"]}, "Outcomes of c-1 do not begin with “can”: Knows c"),
        ({"teaches": " "}, "does not say what it teaches"),
        ({"misconceptions": ["Joins lose rows."]}, "Misconceptions of c-1 have no `correction`: Joins lose rows."),
        ({"lessons": []}, "The lessons of c-1 take 0 minutes; 60 are planned"),
        ({"lessons": [{"minutes": 90}]}, "take 90 minutes; 60 are planned"),
        ({"teaches": "x" * 5000}, "at most 4000"),
    ],
)
def test_a_damaged_plan_is_found(changes: dict[str, Any], said: str) -> None:
    found = check_plans(plans(**changes), CONCEPTS, "en")
    assert any(said in finding.message for finding in found), found
    assert {finding.kind for finding in found} == {Kind.DOUBT}, "the other plan is usable"


def test_a_lesson_of_a_long_concept_is_at_most_45_minutes() -> None:
    long = [Concept(concept_id="c-1", name="Joins", estimated_hours=2)]
    whole = ConceptPlans.model_validate(
        {"plans": [{**concept_plans({"c-1": 120}).plans[0].model_dump(), "lessons": [{"minutes": 120}]}]}
    )
    [finding] = check_plans(whole, long, "en")
    assert "none longer than 45" in finding.message


def test_answers_without_a_usable_plan_are_broken() -> None:
    for draft in (ConceptPlans(plans=[]), concept_plans({"c-9": 60})):
        assert {finding.kind for finding in check_plans(draft, CONCEPTS, "en")} == {Kind.BROKEN}


def test_outcomes_begin_with_the_word_of_their_language_or_as_they_like_in_unknown_ones() -> None:
    chinese = plans(outcomes=["能写查询", "可以连接两张表", "会解释外键"])
    chinese.plans[1] = chinese.plans[0].model_copy(update={"concept_id": "c-2"})
    assert check_plans(chinese, CONCEPTS, "zh-TW") == []
    assert check_plans(chinese, CONCEPTS, "ja") == []
    assert check_plans(chinese, CONCEPTS, "de") != []


def edited(**changes: Any) -> CourseBook:
    concept = FRAMEWORK.concepts()[0]
    plan = numbered(concept_plans({concept.concept_id: 60}).plans[0], concept).model_dump(mode="json")
    return CourseBook.model_validate({"glossary": SOUND["glossary"], "concepts": [plan]} | changes)


def with_plan(**changes: Any) -> CourseBook:
    book = edited()
    return edited(concepts=[book.concepts[0].model_dump() | changes])


def test_a_book_that_a_person_has_edited_soundly_can_be_used() -> None:
    assert book_problem(edited(), FRAMEWORK) is None
    assert book_problem(CourseBook(), FRAMEWORK) is None
    assert book_problem(edited(warnings=["a literal \\u0000 and <b>markup</b>"]), FRAMEWORK) is None


@pytest.mark.parametrize(
    ("book", "said"),
    [
        (with_plan(concept_id="c-9"), "no concept 'c-9'"),
        (edited(concepts=2 * [edited().concepts[0].model_dump()]), "two plans"),
        (with_plan(outcomes=2 * [{"outcome_id": "o1", "text": "can"}]), "every outcome needs an id of its own"),
        (with_plan(outcomes=[{"outcome_id": "o1", "text": " "}]), "an outcome is empty"),
        (with_plan(misconceptions=[{"belief": " ", "correction": "No."}]), "a correction alone"),
        (with_plan(lessons=[{"lesson_id": " ", "minutes": 5}]), "every lesson needs an id of its own"),
        (with_plan(lessons=[{"lesson_id": "l1", "minutes": 0}]), "between 1 and 1440 minutes"),
        (with_plan(teaches="x" * (MAX_EDITED_PLAN_LENGTH + 1)), "too long"),
        (edited(project={"title": "P", "steps": [{"stage_id": "s-9", "task": "?"}]}), "no stage 's-9'"),
        (edited(glossary=[{"term": " "}]), "a term is empty"),
        (edited(glossary=[{"term": "a"}, {"term": "A"}]), "there twice"),
        (edited(warnings=["x" * 30_000]), "at most 20000"),
        (edited(example={"title": "a\x00b"}), "NUL character or a lone surrogate"),
        (with_plan(teaches="\ud83d"), "NUL character or a lone surrogate"),
    ],
)
def test_an_edited_book_that_cannot_be_used_is_refused_with_the_reason(book: CourseBook, said: str) -> None:
    assert said in str(book_problem(book, FRAMEWORK))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"glosary": []}, "glosary: is no field of a course book."),
        ({"glossary": [{"term": "x", "mening": "y"}]}, "glossary.0.mening: is no field"),
        ({"concepts": [{"teaches": "x"}]}, "concepts.0.concept_id: Field required."),
        ({"concepts": "all"}, "concepts: Input should be a valid list."),
    ],
)
def test_a_misspelled_field_is_refused_and_not_dropped(data: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        book_of_json(data)


def test_an_outcome_keeps_its_id_while_its_text_stays() -> None:
    before = outcomes_of(["can a", "can b", "can c"], [])
    after = outcomes_of(["can c", "can new", "can a"], before)
    assert [(one.outcome_id, one.text) for one in after] == [("o3", "can c"), ("o4", "can new"), ("o1", "can a")]
