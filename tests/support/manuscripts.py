"""Manuscripts to be written down: whole ones, and ones that hold the same words wherever an author can write."""

from typing import Any

from domain.contents import Question, Quiz, Resource, Resources, Tutorial
from domain.framework import Concept, Framework, Module, Stage
from domain.roadmap_export import Key, Manuscript, Planning, WrittenContent
from domain.vocabulary import ContentStatus, ContentType
from tests.support.deadlines import TODAY
from tests.support.frameworks import framework

TEXT = "Some **words**.\n\n## Why\n\n```go\nfunc main() {}\n```\n"


def manuscript(*, language: str = "en", text: str = TEXT, drawn: Framework | None = None, **changes: Any) -> Manuscript:
    """Six concepts unless told, everything written."""
    whole = drawn or framework(2, 1, 3)
    contents: dict[Key, WrittenContent] = {}
    for concept in whole.concepts():
        for content_type, content in contents_of(text, language).items():
            contents[concept.concept_id, content_type] = WrittenContent(
                content.model_dump(mode="json"), ContentStatus.COMPLETED
            )
    values: dict[str, Any] = {"title": "Go", "framework": whole, "contents": contents, "plan": Planning(TODAY, 5.0)}
    return Manuscript(**values | changes)


def contents_of(
    text: str, language: str = "en", words: str = "A title", url: str = "https://go.dev"
) -> dict[ContentType, Tutorial | Resources | Quiz]:
    return {
        ContentType.TUTORIAL: Tutorial(
            title=words, summary=words, content=text, estimated_completion_time=30, language=language
        ),
        ContentType.RESOURCES: Resources(
            resources=[
                Resource(title=words, url=url, type=words, description=words, relevance_score=1, language=language)
            ]
        ),
        ContentType.QUIZ: Quiz(
            questions=[
                Question(
                    question_id=words,
                    question_type="multiple_choice",
                    question=words,
                    options=[words, "b"],
                    correct_answer=[0],
                    explanation=words,
                    difficulty="easy",
                    outcome=words,
                    heading=words,
                )
            ]
        ),
    }


def made_of(words: str) -> Manuscript:
    """`words` in every place; one concept complete, one with a failure that tells them."""
    concepts = [
        Concept(
            concept_id=concept_id, name=words, description=words, keywords=[words], prerequisites=["c-1-1-1", words]
        )
        for concept_id in ("c-1-1-1", words)
    ]
    module = Module(module_id=words, name=words, description=words, concepts=concepts)
    stage = Stage(stage_id=words, name=words, description=words, modules=[module])
    contents: dict[Key, WrittenContent] = {
        ("c-1-1-1", content_type): WrittenContent(content.model_dump(mode="json"), ContentStatus.COMPLETED)
        for content_type, content in contents_of(words, words, words or "x", words).items()
    }
    contents[words, ContentType.QUIZ] = WrittenContent(None, ContentStatus.FAILED, last_error=words)
    return Manuscript(words, Framework(roadmap_id="go-1", title=words, stages=[stage]), contents, Planning(TODAY, 5.0))
