"""What a ledger row keeps of a question."""

import json

from domain.framework import Concept
from domain.request import LearningRequest, Preferences
from nodes.authors.briefs import IntentBrief, QuizBrief
from nodes.ledger.questions import MAX_QUESTION_LENGTH, MAX_TEXT_LENGTH, keyed_data, question_of
from tests.nodes.ledger.test_ledger import QUIZ_BRIEF


def test_a_question_names_its_role_the_objections_and_what_makes_it_another_one() -> None:
    brief = QUIZ_BRIEF.model_copy(update={"lesson": "A whole lesson.", "lesson_hash": "h"})
    question = question_of(brief, ["Too short."])
    assert (question["role"], question["objections"]) == ("quiz", ["Too short."])
    keyed = keyed_data(brief)
    assert question["brief"]["lesson_hash"] == "h"
    assert question["brief"]["concept"] == {
        name: part for name, part in keyed["concept"].items() if part not in ("", [])
    }
    assert "preferences" not in question["brief"], "the run has them"
    assert "instructions" not in question["brief"], "there are none"
    assert "lesson" not in question["brief"], "it is stored as a version"


def test_long_texts_are_cut_and_a_huge_question_is_left_out() -> None:
    brief = IntentBrief(request=LearningRequest(preferences=Preferences(learning_goal="x" * 2000)))
    assert question_of(brief, ["y" * 10_000])["objections"][0].endswith("(8,000 more characters)")
    concept = Concept(concept_id="c-1", name="C", description="d" * (MAX_TEXT_LENGTH + 5))
    cut = question_of(QUIZ_BRIEF.model_copy(update={"concept": concept}), [])
    assert cut["brief"]["concept"]["description"].endswith(" … (5 more characters)")
    names = [f"Name {number} " + "n" * 90 for number in range(2 * MAX_QUESTION_LENGTH // 100)]
    huge = QuizBrief(**{**dict(QUIZ_BRIEF), "prerequisite_names": names})
    assert question_of(huge, [])["brief"] is None


def test_a_question_can_be_stored_whatever_it_holds() -> None:
    concept = Concept.model_construct(concept_id="c-1", name="a\x00b\ud800", description="")
    question = question_of(QUIZ_BRIEF.model_copy(update={"concept": concept}), ["\x00"])
    assert "\\u0000" not in json.dumps(question["brief"])
