"""The nodes that write contents, by content type: one file for each type of this program, and those of plug-ins."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from langgraph.runtime import Runtime

from domain.content_plugins import Parts
from domain.content_types import CONTENT_SPECS, GENERATOR_OF
from domain.course.lesson_use import LessonUse
from domain.vocabulary import ContentType
from nodes.authors.briefs import ContentBrief
from nodes.contents.content_step import Generator, make_contents
from nodes.context import RunContext
from nodes.quiz_generation import QUIZ, quiz_generation
from nodes.resource_recommendation import RESOURCES, resource_recommendation
from nodes.state import RunState
from nodes.tutorial_generation import TUTORIAL, tutorial_generation


class Node(Protocol):
    """A node of a graph."""

    async def __call__(self, state: RunState, runtime: Runtime[RunContext]) -> RunState: ...


def _what_is_wrong(content_type: ContentType, generator: Generator[Any]) -> str | None:
    """Return what is wrong with the generator of a plug-in, or None."""
    brief: Any = generator.brief
    if not (isinstance(brief, type) and issubclass(brief, ContentBrief)):
        return "brief is no subclass of ContentBrief"
    for name, value in {"role": content_type, "content_type": content_type}.items():
        if getattr(brief, name, None) != value:
            return f"{name} of the brief is not {value.value!r}"
    if getattr(brief, "shape", None) is not CONTENT_SPECS[content_type].shape:
        return "shape of the brief is not the one of the part for domain"
    if not str(getattr(brief, "task", "")).strip():
        return "the brief has no task, which tells a model what to write"
    if not isinstance(generator.lesson, LessonUse):
        return f"lesson of the generator is {generator.lesson!r}, no LessonUse"
    fields = brief.model_fields
    if added := [name for name in fields.keys() - ContentBrief.model_fields.keys() if fields[name].is_required()]:
        return f"field {min(added)!r} of the brief has no default"
    return None


_PLUGIN_GENERATORS: Final[Mapping[ContentType, Generator[Any]]] = Parts(
    "nodes", ContentType, Generator, {}, _what_is_wrong
)


def _node(content_type: ContentType, generator: Generator[Any]) -> Node:
    async def write_contents(state: RunState, runtime: Runtime[RunContext]) -> RunState:
        """request -> content rows"""
        return await make_contents(state, runtime, generator)

    write_contents.__name__ = GENERATOR_OF[content_type]
    return write_contents


GENERATORS: Final[Mapping[ContentType, Node]] = {
    ContentType.TUTORIAL: tutorial_generation,
    ContentType.RESOURCES: resource_recommendation,
    ContentType.QUIZ: quiz_generation,
    **{content_type: _node(content_type, generator) for content_type, generator in _PLUGIN_GENERATORS.items()},
}

LESSON_USES: Final[Mapping[ContentType, LessonUse]] = {
    **{generator.brief.content_type: generator.lesson for generator in (TUTORIAL, RESOURCES, QUIZ)},
    **{content_type: generator.lesson for content_type, generator in _PLUGIN_GENERATORS.items()},
}
"""How each content type uses the lesson of its concept."""
