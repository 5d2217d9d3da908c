import pytest

from domain.content_types import check_content, objections_to
from domain.contents import Question, Quiz


def question(number: int = 1, **changes: object) -> Question:
    good = {
        "question_id": f"q{number}",
        "question_type": "single_choice",
        "question": f"Which of the numbers is {number}?",
        "options": ["one", "two", "three"],
        "correct_answer": [number % 3],
        "explanation": "It is counted.",
        "difficulty": "easy",
    }
    return Question.model_validate({**good, **changes})


def quiz(*questions: Question) -> Quiz:
    return Quiz(questions=list(questions))


def complaints(**changes: object) -> str:
    return " ".join(objections_to(quiz(question(1, **changes), question(2), question(3))))


def hints_of(checked: Quiz) -> str:
    """Return the hints about a quiz that counts."""
    assert objections_to(checked) == []
    return " ".join(finding.message for finding in check_content(checked))


def hints(**changes: object) -> str:
    return hints_of(quiz(question(1, **changes), question(2), question(3)))


def test_a_sound_quiz_counts() -> None:
    multiple = question(2, question_type="multiple_choice", correct_answer=[0, 2])
    either = question(3, question_type="true_false", options=["True", "False"], correct_answer=[0])
    assert objections_to(quiz(question(1), multiple, either)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"options": ["a"], "correct_answer": [0]},
        {"options": ["a", "a ", "c"]},
        {"options": ["a", " ", "c"]},
        {"correct_answer": []},
        {"correct_answer": [3]},
        {"correct_answer": [-1]},
        {"correct_answer": [0, 1]},
        {"question_type": "multiple_choice", "correct_answer": [1, 1]},
        {"question_type": "multiple_choice", "correct_answer": [0, 1, 2]},
        {"question_type": "true_false"},
        {"explanation": " "},
        {"question": " "},
        {"question_id": "q2"},
    ],
)
def test_a_question_without_a_possible_right_answer_is_rejected(changes: dict[str, object]) -> None:
    assert complaints(**changes)


def test_marks_are_answers_too() -> None:
    assert complaints(question="Which ends a statement?", options=[";", ".", ":"], correct_answer=[0]) == ""


def test_a_quiz_of_two_questions_does_not_count() -> None:
    assert "at least 3" in objections_to(quiz(question(1), question(2)))[0]


def test_the_same_question_twice_does_not_count() -> None:
    again = question(2, question="Which of the numbers is 1?", options=["two", "one", "three"], correct_answer=[1])
    assert "are the same" in " ".join(objections_to(quiz(question(1), again, question(3))))


@pytest.mark.parametrize(
    "option",
    [
        "All of the above",
        "none of these.",
        "Both A and B",
        "A and C",
        "以上都是",
        "以上选项均不正确",
        "Todas las anteriores",
        "Aucune de ces réponses",
        "Alle oben genannten",
        "上記のすべて",
        "Все вышеперечисленное",
        "جميع ما سبق",
    ],
)
def test_all_or_none_of_the_above_is_a_hint(option: str) -> None:
    assert "all of the above" in hints(options=["one", "two", option])


@pytest.mark.parametrize(
    "option", ["All the parts of a car", "None", "Both of them run at once", "都市", "a and b are equal"]
)
def test_options_that_stand_for_themselves_count(option: str) -> None:
    assert hints(options=["one", "two", option]) == ""


def test_overlapping_ranges_are_a_hint() -> None:
    assert "overlap" in hints(options=["1-10 ms", "5-20 ms", "30-40 ms"])
    assert hints(options=["1-10 ms", "10-20 ms", "20-40 ms"]) == ""


@pytest.mark.parametrize(
    "stem",
    [
        "Which of these is not a type of Go?",
        "Which statements are true, except for one?",
        "What doesn't a mutex do?",
        "下列哪项不是 Go 的类型？",
    ],
)
def test_a_bare_negation_that_readers_overlook_is_a_hint(stem: str) -> None:
    assert "without emphasis" in hints(question=stem)


@pytest.mark.parametrize(
    "stem",
    [
        "Which of these is NOT a type of Go?",
        "Which of these is **not** a type of Go?",
        "What happens if the lock is not held?",
        "Which loop runs when the condition is not met?",
        "Why is a map not ordered?",
        "下列哪项**不是** Go 的类型？",
    ],
)
def test_a_negation_that_is_seen_counts(stem: str) -> None:
    assert hints(question=stem) == ""


def test_an_article_that_tells_the_answer_is_a_hint() -> None:
    options = ["apple", "pear", "fig"]
    assert "“a” or “an”" in hints(question="This fruit is an ...", options=options, correct_answer=[0])
    assert "“a” or “an”" in hints(question="An ____ is a fruit.", options=options, correct_answer=[0])
    assert hints(question="This fruit is a(n) ...", options=options, correct_answer=[0]) == ""
    assert hints(question="Which of them is it?", options=options, correct_answer=[0]) == ""


@pytest.mark.parametrize(
    "options",
    [["true", "True", "TRUE"], ["5 m", "5 km", "5 mm"], ["x = 1", "  x = 1", "    x = 1"], ["f()", "f();", "f;"]],
)
def test_options_that_differ_in_case_units_indentation_or_a_mark_count(options: list[str]) -> None:
    assert complaints(options=options) == ""


@pytest.mark.parametrize(
    "explanation",
    ["The answer is B.", "La respuesta correcta es la b.", "As stated in the tutorial.", "It's the right choice.",
     "因为这是正确答案。", "Siehe Lektion.", "It just is.",
     "See above.", "Because it is correct.", "The correct answer is 2", "Obvious!", "同上", "Siehe oben.", "n/a"],
)  # fmt: skip
def test_an_explanation_without_a_reason_does_not_count(explanation: str) -> None:
    assert "gives no reason" in complaints(explanation=explanation)


@pytest.mark.parametrize(
    "explanation",
    ["Option B is right, since it adds.", "C is correct: it closes the file.", "选项 B 正确，因为它会相加。",
     "The second option is the only one that ends.", "Option 2 is correct.", "(b) is correct.",
     "The first two are correct, as they end.", "Answer B holds, as it ends."],
)  # fmt: skip
def test_an_explanation_that_names_a_place_does_not_count_as_options_are_shuffled(explanation: str) -> None:
    assert "by its place" in complaints(explanation=explanation)


@pytest.mark.parametrize(
    "explanation",
    ["Answer: A triangle has three sides.", "7 × 8 = 56", "c − c = 0", "Water is the first choice against a burn.",
     "A项目 ends first.",
     "$(6+3)/(6+3+1)=0.9$.", "An A minor chord has C.", "Vitamin C is water-soluble.", "Option A+B in the menu adds."],
)  # fmt: skip
def test_an_explanation_with_a_letter_of_its_subject_counts(explanation: str) -> None:
    assert complaints(explanation=explanation) == ""


def test_a_letter_that_names_a_statement_of_the_question_is_no_place() -> None:
    stem = "“If C is true, then D is true. C is true.” What follows?"
    assert complaints(question=stem, explanation="Whenever C is true, D is true as well.") == ""


def test_short_options_have_no_length_that_tells() -> None:
    numbers = [question(number, options=["1024", "12", "7"], correct_answer=[0]) for number in range(1, 4)]
    assert objections_to(quiz(*numbers)) == []


def test_a_right_answer_that_is_always_the_longest_does_not_count() -> None:
    long = "the one that somebody thought about"
    biased = [
        question(number, options=[long if place == number % 3 else f"no {place}" for place in range(3)])
        for number in range(1, 4)
    ]
    assert "always the longest" in " ".join(objections_to(quiz(*biased)))
    assert objections_to(quiz(*biased[:2], question(3))) == []


def test_absolute_terms_that_give_answers_away_are_a_hint() -> None:
    absolute = [
        question(number, options=[f"It depends on {n}" if n == number % 3 else f"It is always {n}" for n in range(3)])
        for number in range(1, 4)
    ]
    assert "Absolute terms" in hints_of(quiz(*absolute))
    assert hints_of(quiz(absolute[0], question(2), question(3))) == ""
