import pytest

from domain.checks import check_content, check_framework
from domain.contents import Question, Quiz, Resource, Resources, Tutorial
from domain.framework import Concept, Framework, Module, Stage

GOOD_TEXT = "# Title\n\n## One\n\nText.\n\n```python\n# no heading\n```\n\n## Two\n\nMore text.\n"


def tutorial(content: str = GOOD_TEXT, *, title: str = "T", language: str = "en") -> Tutorial:
    return Tutorial(title=title, summary="", content=content, estimated_completion_time=30, language=language)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (GOOD_TEXT + "```\nnever closed", "never closed"),
        (GOOD_TEXT + "````\n```\n", "never closed"),
        (GOOD_TEXT + "~~~\n```\n", "never closed"),
        ("Just text.", "headings"),
        ("```\n# a\n# b\n# c\n```", "headings"),
        ("", "headings"),
    ],
)
def test_a_truncated_or_shapeless_tutorial_does_not_count(content: str, complaint: str) -> None:
    assert complaint in " ".join(check_content(tutorial(content)))


@pytest.mark.parametrize("content", [GOOD_TEXT, "## a\n## b\n````md\n```\n````\n", "## a\n## b\n``` not`a fence\n"])
def test_a_whole_tutorial_counts(content: str) -> None:
    assert check_content(tutorial(content)) == []


def test_a_tutorial_in_another_script_than_it_declares_does_not_count() -> None:
    assert "not written in the language" in " ".join(check_content(tutorial(language="zh")))


def test_a_blank_title_does_not_count() -> None:
    assert check_content(tutorial(title="  ")) == ["The title is blank."]


def question(**changes: object) -> Question:
    good = {
        "question_id": "q1",
        "question_type": "single_choice",
        "question": "Which?",
        "options": ["a", "b", "c"],
        "correct_answer": [1],
        "explanation": "Because.",
        "difficulty": "easy",
    }
    return Question.model_validate({**good, **changes})


def quiz(*questions: Question) -> Quiz:
    return Quiz(questions=list(questions))


def test_a_sound_quiz_counts() -> None:
    multiple = question(question_id="q2", question_type="multiple_choice", correct_answer=[0, 2])
    either = question(question_id="q3", question_type="true_false", options=["True", "False"], correct_answer=[0])
    assert check_content(quiz(question(), multiple, either)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"options": ["a"], "correct_answer": [0]},
        {"options": ["a", " A ", "c"]},
        {"options": ["a", " ", "c"]},
        {"correct_answer": []},
        {"correct_answer": [3]},
        {"correct_answer": [-1]},
        {"correct_answer": [0, 1]},
        {"question_type": "multiple_choice", "correct_answer": [1, 1]},
        {"question_type": "true_false"},
        {"explanation": " "},
        {"question": " "},
        {"question_id": "q2"},
    ],
)
def test_a_question_nobody_could_answer_rightly_does_not_count(changes: dict[str, object]) -> None:
    others = [question(question_id="q2"), question(question_id="q3")]
    assert check_content(quiz(question(**changes), *others))


def test_a_quiz_of_two_questions_does_not_count() -> None:
    assert "at least 3" in check_content(quiz(question(), question(question_id="q2")))[0]


def resource(url: str, title: str = "Docs") -> Resource:
    return Resource(title=title, url=url, type="documentation", description="", relevance_score=1, language="en")


@pytest.mark.parametrize(
    "url", ["", "go.dev", "ftp://go.dev", "javascript:alert(1)", "https://", "https://[bad", "https://a b.c", "//x.y"]
)
def test_a_link_that_no_browser_should_follow_does_not_count(url: str) -> None:
    assert check_content(Resources(resources=[resource(url)]))


def test_resources_need_titles_and_there_must_be_some() -> None:
    assert check_content(Resources(resources=[resource("https://go.dev/doc/?q=a%20b#x")])) == []
    assert check_content(Resources(resources=[resource("https://go.dev", title=" ")]))
    assert check_content(Resources(resources=[]))


def framework(*modules: Module) -> Framework:
    return Framework(
        roadmap_id="r", title="T", stages=[Stage(stage_id="s-1", name="S", order=1, modules=list(modules))]
    )


def module(*concepts: Concept) -> Module:
    return Module(module_id="m-1-1", name="M", concepts=list(concepts))


def concept(number: int, *prerequisites: str, hours: float = 1, name: str | None = None) -> Concept:
    return Concept(
        concept_id=f"c-1-1-{number}",
        name=name or f"C{number}",
        estimated_hours=hours,
        prerequisites=list(prerequisites),
    )


@pytest.mark.parametrize(
    ("broken", "category"),
    [
        (Framework(roadmap_id="r", title="T"), "no_concepts"),
        (framework(), "empty_stage"),
        (framework(module()), "empty_module"),
        (framework(module(concept(1)), module(concept(2))), "duplicate_id"),
        (framework(module(concept(1), concept(1))), "duplicate_id"),
        (framework(module(concept(1, "c-7"))), "unknown_prerequisite"),
        (framework(module(concept(1, "c-1-1-2"), concept(2))), "later_prerequisite"),
        (framework(module(concept(1, "c-1-1-1"))), "later_prerequisite"),
        (framework(module(concept(1, hours=0))), "hours"),
        (framework(module(concept(1, hours=float("nan")))), "hours"),
        (framework(module(*(concept(number) for number in range(1, 5)))), "too_many_concepts"),
    ],
)
def test_a_broken_structure_is_critical(broken: Framework, category: str) -> None:
    issues = check_framework(broken, max_concepts=3)
    assert category in {issue.category for issue in issues if issue.severity == "critical"}


def test_a_sound_structure_passes_and_a_name_twice_is_a_warning() -> None:
    assert check_framework(framework(module(concept(1), concept(2, "c-1-1-1"))), max_concepts=3) == []
    (issue,) = check_framework(framework(module(concept(1, name="X"), concept(2, name="x"))), max_concepts=3)
    assert issue.severity == "warning"
