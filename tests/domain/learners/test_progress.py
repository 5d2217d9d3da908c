"""With which concept a learner goes on."""

from domain.framework import Concept, Framework, Module, Stage
from domain.learners.progress import next_concept


def _framework(**prerequisites: list[str]) -> Framework:
    concepts = [Concept(concept_id=one, prerequisites=others) for one, others in prerequisites.items()]
    return Framework(roadmap_id="r", stages=[Stage(modules=[Module(concepts=concepts)])])


def _next(framework: Framework, learned: set[str], begun: set[str] | None = None) -> str | None:
    concept = next_concept(framework, learned, begun or set())
    return concept.concept_id if concept else None


def test_it_is_the_first_whose_prerequisites_are_learned() -> None:
    framework = _framework(a=[], b=["c"], c=["a"], d=["a"])
    assert _next(framework, set()) == "a"
    assert _next(framework, {"a"}) == "c", "b waits for c"
    assert _next(framework, {"a", "c"}) == "b"
    assert _next(framework, {"a", "b", "c", "d"}) is None


def test_one_that_was_begun_comes_before_the_others() -> None:
    framework = _framework(a=[], b=["c"], c=["a"], d=["a"])
    assert _next(framework, {"a"}, {"d"}) == "d"
    assert _next(framework, {"a"}, {"b"}) == "c", "what b waits for comes first"


def test_removed_prerequisites_and_circles_stop_nobody() -> None:
    assert _next(_framework(a=["gone"]), set()) == "a"
    assert _next(_framework(a=["b"], b=["a"]), set()) == "a"
    assert _next(_framework(), set()) is None
