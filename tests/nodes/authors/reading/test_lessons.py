"""Lessons as Markdown behind a header: read as they are, and never mistaken for anything else."""

import json
from typing import Any

import pytest

from domain.contents import Tutorial
from nodes.authors.briefs import AuthorRole, Brief
from nodes.authors.prompting.content_rules import AS_MARKDOWN
from nodes.authors.prompting.prompts import prompt_for
from nodes.authors.reading.lessons import read_lesson
from nodes.authors.repairs import NO_LESSON, Inquiry
from tests.conformance.test_authors import BRIEFS

[LESSON_BRIEF] = [brief for brief in BRIEFS if brief.role is AuthorRole.TUTORIAL]
BODY = (
    "## Norms\n\n$$\\|x\\| = \\frac{a}{b} \\text{ and } \\\\ \\nabla f$$\n\n"
    '```python\nprint("a\\n", {"title": 1})\n```\n\n---\n\nend\n'
)
HEADER = "title: Norms: an introduction\nsummary: What a norm is.\nminutes: 45\nlanguage: en\n"
LESSON = {
    "title": "Norms: an introduction",
    "summary": "What a norm is.",
    "content": BODY,
    "estimated_completion_time": 45,
    "language": "en",
}


def read(text: str, brief: Brief[Any] = LESSON_BRIEF) -> dict[str, Any] | None:
    return Inquiry(brief).read([text]).content


@pytest.mark.parametrize(
    "text",
    [
        f"---\n{HEADER}---\n\n{BODY}",
        f"\n---\r\n{HEADER}---\n{BODY}",
        f"Here is the lesson:\n\n---\n{HEADER}---\n{BODY}",
        f"```markdown\n---\n{HEADER}---\n\n{BODY}```\n",
        f"<think>---\ntitle: no\n---\n</think>\n---\n{HEADER}---\n\n{BODY}",
        f"{HEADER}---\n\n{BODY}",
        '---\ntitle: "Norms: an introduction"\nSummary: >\n  What a\n  norm is.\n'
        f"Minutes: 45\nlanguage: 'en'\n---\n{BODY}",
        f"---\n{HEADER}author: me\n---\n{BODY}",
        json.dumps({"title": LESSON["title"], "summary": LESSON["summary"], "minutes": 45, "language": "en"})
        + f"\n\n{BODY}",
    ],
)
def test_a_lesson_behind_a_header_is_read_character_for_character(text: str) -> None:
    content = read(text)
    assert content is not None
    assert Tutorial.model_validate(content).model_dump() == LESSON


def test_a_lesson_that_comes_as_json_is_still_read() -> None:
    assert read(json.dumps(LESSON)) == LESSON
    assert read(f"```json\n{json.dumps(LESSON)}\n```") == LESSON


def test_front_matter_that_a_lesson_shows_is_not_its_header() -> None:
    body = f"## Front matter\n\n```yaml\n---\n{HEADER}---\n```\n\ntext\n"
    assert read(json.dumps({**LESSON, "content": body})) == {**LESSON, "content": body}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n---\n",
        f"---\n{HEADER}---\n",
        f"---\ntitle: T\n---\n{BODY}",
        BODY,
        "---\n" * 50_000,
        "title:\n" * 50_000,
    ],
    ids=range(7),
)
def test_what_lacks_its_header_is_refused_and_not_completed(text: str) -> None:
    assert read_lesson([text], Tutorial) is None


def test_an_author_is_told_the_form_that_it_missed() -> None:
    assert Inquiry(LESSON_BRIEF).read(["Certainly! A norm is a length."]).problem == NO_LESSON


def test_a_model_in_words_is_asked_for_markdown_and_not_for_a_string() -> None:
    prompt = prompt_for(LESSON_BRIEF, as_markdown=True, with_schema=True)
    assert prompt.user.startswith("Write the tutorial for this data.")
    assert AS_MARKDOWN in prompt.user
    assert "JSON" not in prompt.system + prompt.user.rpartition("</data>")[2]
    assert "minutes" in AS_MARKDOWN
