from domain.content_types import CONTENT_SPECS, CONTENT_STEPS
from domain.vocabulary import RETRY_OF, ContentType, Step, TaskType


def test_every_content_type_is_declared_once() -> None:
    assert list(CONTENT_SPECS) == list(ContentType)
    assert len({spec.shape for spec in CONTENT_SPECS.values()}) == len(ContentType)
    assert len({spec.step for spec in CONTENT_SPECS.values()}) == len(ContentType)


def test_the_names_in_the_json_of_a_framework_stay() -> None:
    names = {kind: (spec.status_prefix, spec.count_field) for kind, spec in CONTENT_SPECS.items()}
    assert names == {
        "tutorial": ("content", None),
        "resources": ("resources", "resources_count"),
        "quiz": ("quiz", "quiz_questions_count"),
    }


def test_the_task_type_of_a_retry_follows_from_the_content_type() -> None:
    assert set(RETRY_OF.values()) == {TaskType.RETRY_TUTORIAL, TaskType.RETRY_RESOURCES, TaskType.RETRY_QUIZ}


def test_the_steps_of_contents_are_those_of_generators_and_the_one_before_them() -> None:
    assert {
        Step.CONTENT_GENERATION,
        Step.TUTORIAL_GENERATION,
        Step.RESOURCE_RECOMMENDATION,
        Step.QUIZ_GENERATION,
    } == CONTENT_STEPS
