import pytest

from domain.checks import check_draft, check_framework
from domain.framework import Concept, ConceptDraft, Framework, FrameworkDraft, Module, ModuleDraft, Stage, StageDraft
from domain.request import Preferences
from tests.support.deadlines import weeks_of


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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Introduction to SQL joins", "SQL joins"),
        ("Error handling", "Handling errors"),
        ("HTTP requests", "HTTP Request: basics"),
        ("Getting started with Docker", "Docker essentials"),
    ],
)
def test_the_same_concept_under_two_names_is_a_warning(one: str, other: str) -> None:
    (issue,) = check_framework(framework(module(concept(1, name=one), concept(2, name=other))), max_concepts=3)
    assert (issue.severity, issue.category) == ("warning", "similar_name")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Project, part 1", "Project, part 2"), ("C", "C++"), ("Reading files", "Writing files"), ("循环", "循环语句")],
)
def test_names_that_differ_in_what_matters_are_no_duplicates(one: str, other: str) -> None:
    assert check_framework(framework(module(concept(1, name=one), concept(2, name=other))), max_concepts=3) == []


@pytest.mark.parametrize(
    ("deadline", "hours", "found"),
    [
        ("in 2 weeks", 30.0, ["time"]),
        ("in 2 weeks", 12.0, []),
        ("half a year", 30.0, []),
        ("两周", 30.0, ["time"]),
        ("before my birthday", 30.0, []),
        (None, 30.0, []),
    ],
)
def test_a_plan_for_more_hours_than_there_are_is_a_warning(
    deadline: str | None, hours: float, found: list[str]
) -> None:
    wanted = Preferences(learning_goal="x", available_hours_per_week=5, target_deadline=deadline)
    issues = check_framework(framework(module(concept(1, hours=hours))), 3, wanted, weeks_of(deadline))
    assert [issue.category for issue in issues] == found


@pytest.mark.parametrize(("hours", "told"), [(100.0, True), (19.0, False)])
def test_a_plan_far_beyond_the_deadline_is_an_objection(hours: float, told: bool) -> None:
    drafts = [ConceptDraft(name="C", description="", estimated_hours=hours)]
    stage = StageDraft(name="S", description="", modules=[ModuleDraft(name="M", description="", concepts=drafts)])
    wanted = Preferences(learning_goal="x", available_hours_per_week=5, target_deadline="in 2 weeks")
    draft = FrameworkDraft(title="T", stages=[stage])
    assert bool(check_draft(draft, wanted, weeks=2)) is told
    assert check_draft(draft, wanted, weeks=None) == []
