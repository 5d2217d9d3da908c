"""Mends replace what they quote and nothing else; what is not certain is left, and said."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.checks.findings import Kind
from domain.content_types import check_content
from domain.contents import Question, Quiz, Tutorial
from domain.mending import Critique, Mended, Remark, mended
from domain.mending.mends import MAX_MEND_LENGTH, MAX_QUOTE_LENGTH, MAX_REMARKS
from nodes.authors.reading import conform

TEXT = """## Sums

In Python, `sum` adds numbers.  Two and two is five; three and three is six.

```python run
print(sum([1, 2]))
```

```text output
4
```

## Exercise

Add one and one. <b>Then</b> add one and one again.
"""
LESSON = Tutorial(title="Sums", summary="Adding.", content=TEXT, estimated_completion_time=10, language="en")
QUIZ = Quiz(
    questions=[
        Question(
            question_id=f"q{number}",
            question_type="single_choice",
            question=f"What is {number} times two?",
            options=[f"{2 * number}", f"{2 * number + 7}"],
            correct_answer=[0],
            explanation=f"Since {number} + {number} = {2 * number}.",
            difficulty="easy",
        )
        for number in (1, 2, 3)
    ]
)


def remark(quote: str, mend: str = "", severity: str = "critical", problem: str = "It is false.") -> Remark:
    return Remark.model_validate({"quote": quote, "problem": problem, "severity": severity, "mend": mend})


def looked(
    content: Any, *remarks: Remark, passes: Callable[[Any], bool] = lambda _: True, **more: Any
) -> tuple[Any, Mended[Any]]:
    result = mended(content, remarks, passes, **more)
    return result.content, result


def rules(content: Any) -> set[str]:
    return {found.rule for found in check_content(content) if found.kind is not Kind.HINT}


def passes_as_before(content: Any) -> Callable[[Any], bool]:
    return lambda other: rules(other) <= rules(content)


def places(result: Mended[Any]) -> list[str | None]:
    return [doubt.part for doubt in result.doubts]


def test_a_quote_that_stands_there_is_replaced_and_every_other_byte_stays() -> None:
    lesson, result = looked(LESSON, remark("is five", "is four"), remark("4\n```", "3\n```", "warning"))
    assert lesson.content == TEXT.replace("is five", "is four").replace("4\n```", "3\n```")
    assert lesson.model_dump(exclude={"content"}) == LESSON.model_dump(exclude={"content"})
    assert [mend.part for mend in result.applied] == ["s1", "s1"]
    assert [mend.in_code for mend in result.applied] == [False, True]
    assert result.doubts == []


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 60), st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_mend_is_the_text_before_it_the_new_text_and_the_text_after_it(start: int, length: int, new: str) -> None:
    quote = TEXT[start : start + length]
    lesson, result = looked(LESSON, remark(quote, new))
    if result.applied:
        assert lesson.content == TEXT[:start] + new + TEXT[start + len(quote) :]
    else:
        assert lesson is LESSON


INVENTED = ["is seven", "Is five", "is  five", "", "   ", "\n", "**is five**", "is five;\nthree", "<b>is</b> five"]


@pytest.mark.parametrize("quote", INVENTED)
def test_an_invented_quote_is_ignored_with_all_that_is_said_about_it(quote: str) -> None:
    lesson, result = looked(LESSON, remark(quote, "is four"))
    assert lesson is LESSON
    assert (result.applied, result.doubts) == ([], [])


def test_a_quote_that_stands_there_twice_is_not_guessed_and_is_a_doubt_about_its_section() -> None:
    lesson, result = looked(LESSON, remark("add one and one", "add two and two"), remark("dd one and one", "x"))
    assert lesson is not LESSON, "the first one stands there once"
    assert places(result) == ["s2"]
    lesson, result = looked(LESSON, remark("add", "sum up"), remark("one", "two", "warning"))
    assert lesson is LESSON
    assert places(result) == [None], "it stands in two sections"


def test_a_critical_fault_without_a_mend_is_a_doubt_at_its_place_and_a_slight_one_is_not_told() -> None:
    _, result = looked(LESSON, remark("is five"), remark("three and three", severity="warning"))
    assert [(doubt.rule, doubt.kind, doubt.part) for doubt in result.doubts] == [("look.critic", Kind.DOUBT, "s1")]
    assert result.doubts[0].message == "A second reader objects to “is five”: It is false."
    _, result = looked(QUIZ, remark("2 + 2 = 4"))
    assert places(result) == ["q2"]


def test_of_mends_that_overlap_the_graver_one_is_applied() -> None:
    lesson, result = looked(
        LESSON,
        remark("two is five", "two is 4", "warning"),
        remark("is five; three", "is four; three"),
        remark("five; three and", "x"),
    )
    assert lesson.content == TEXT.replace("is five", "is four")
    assert len(result.applied) == 1
    assert len(result.doubts) == 1


@pytest.mark.parametrize(
    ("quote", "mend"),
    [
        (TEXT, "## All\n\nnew\n\n## Of\n\nit"),
        ("is five", "x" * (MAX_MEND_LENGTH + 1)),
        ("is five", ""),
        ("is five", " \n "),
        ("is five", "is five"),
        ("is five", "is \x00four"),
        ("is five", "is \ud800four"),
        ("```python run\n", "```js\n"),
        ("```python run\n", "\n"),
        ("4\n```\n", "4\n"),
        ("is five", "is\n\n## Four\n\nfour"),
        ("is five", "is\n```\nfour"),
        ("## Exercise\n", "Exercise\n"),
    ],
)
def test_what_is_no_exact_mend_is_not_applied(quote: str, mend: str) -> None:
    lesson, result = looked(LESSON, Remark(quote=quote, problem="Wrong.", severity="critical", mend=mend))
    assert lesson is LESSON
    assert len(result.doubts) == 1
    assert result.doubts[0].message.isprintable()


def test_the_whole_lesson_is_no_quote_that_is_replaced() -> None:
    text = f"{TEXT}{'More words follow here. ' * 60}"
    long = LESSON.model_copy(update={"content": text})
    assert len(text) > MAX_QUOTE_LENGTH
    assert looked(long, remark(text, TEXT))[0] is long


def test_a_mend_that_fails_the_checks_is_left_out_and_the_others_are_applied() -> None:
    lesson, result = looked(
        QUIZ,
        remark("9", "11", "warning"),
        remark("What is 2 times two?", "What is 1 times two?"),
        remark("13", "6"),
        passes=passes_as_before(QUIZ),
    )
    assert lesson.questions[0].options == ["2", "11"]
    assert lesson.questions[1].question == "What is 1 times two?"
    assert lesson.questions[2] == QUIZ.questions[2], "its two options would be the same"
    assert (len(result.applied), len(result.doubts)) == (2, 1)


def test_a_mend_that_lets_the_explanation_contradict_the_key_is_left_out() -> None:
    quiz = Quiz.model_validate(QUIZ.model_dump())
    _, result = looked(quiz, remark("1 + 1 = 2", "1 + 1 = 9"), passes=passes_as_before(quiz))
    assert (result.content, len(result.doubts)) == (quiz, 1)


def test_a_mend_may_be_refused_by_its_part() -> None:
    quiz, result = looked(
        QUIZ, remark("1 + 1", "2 * 1"), remark("2 + 2", "2 * 2"), allowed=lambda mend: mend.part != "q1"
    )
    assert "2 * 2" in quiz.questions[1].explanation
    assert places(result) == ["q1"]


def test_quizzes_keep_their_keys_whatever_is_mended() -> None:
    remarks = [remark(text, f"{text}!") for text in ("2", "9", "4", "11", "6", "13", "times two")]
    quiz, _ = looked(QUIZ, *remarks)
    assert [question.correct_answer for question in quiz.questions] == [[0]] * 3
    assert [len(question.options) for question in quiz.questions] == [2] * 3


def test_a_thousand_findings_cost_little_and_the_first_ones_count() -> None:
    checks = 0

    def refuse(_: Any) -> bool:
        nonlocal checks
        checks += 1
        return False

    words = [f"w{number}." for number in range(1000)]
    lesson = LESSON.model_copy(update={"content": " ".join(words)})
    _, result = looked(lesson, *[remark(word, "other.") for word in words], passes=refuse)
    assert checks == 1 + MAX_REMARKS, "all of them together, then each"
    assert [doubt.message.split("”")[0].split("“")[1] for doubt in result.doubts] == words[:MAX_REMARKS]


SEVERITIES: Sequence[tuple[Any, str]] = [
    ("critical", "critical"), ("Warning", "warning"), ("minor", "warning"), ("blocker", "critical"),
    ("weltuntergang", "critical"), (7, "critical"), (None, "critical"), ([], "critical"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "read"), SEVERITIES)
def test_an_unknown_severity_is_critical(said: Any, read: str) -> None:
    answer = {"findings": [{"quote": "a", "problem": "b", "severity": said, "mend": "c"}]}
    assert Critique.model_validate(conform(answer, Critique)).findings[0].severity == read


def test_a_critique_is_read_where_models_name_or_nest_it_otherwise() -> None:
    one = {"quote": "a", "problem": "b", "severity": "critical", "mend": "c"}
    for said in ([one], {"findings": [one]}, {"critique": {"findings": [one]}}, json.dumps({"findings": [one]})):
        assert Critique.model_validate(conform(said, Critique)).findings[0].mend == "c", said
