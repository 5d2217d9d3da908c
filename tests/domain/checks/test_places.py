"""A finding of a lesson names the section that it is about, so that its author repairs that section alone."""

import pytest

from domain.checks import Expected
from domain.checks.expected import Subject
from domain.content_types import check_content
from domain.contents import Tutorial
from tests.domain.checks.test_tutorial import FILLING

FAULTS = {
    "text.control_characters": "The norm is \x0crac of it.",
    "text.chat": "I hope this helps! Let me know if you want more.",
    "text.placeholder": "Some words. [Insert the diagram of the tree here]",
    "text.lessons": "As you saw in lesson 99, it grows.",
    "text.danger": "Then run `rm -rf /` and press Enter.",
    "code.syntax": "```python\nif x\n    print(x)\n```",
    "code.names": "```python\nprices = [1]\nprint(pricse)\n```",
}


def lesson(fault: str) -> Tutorial:
    content = f"Before it.\n\n## One\n\n{FILLING}\n\n## Two\n\n{fault}\n\n## Exercise\n\n{FILLING}\n"
    if fault == FAULTS["text.chat"]:
        content = f"Before it.\n\n## One\n\n{FILLING}\n\n## Two\n\n{FILLING}\n\n{fault}\n"
    return Tutorial(title="T", summary="S", content=content, estimated_completion_time=30, language="en")


def found(tutorial: Tutorial) -> list[tuple[str, str | None]]:
    expected = Expected(language="en", subject=Subject("T"), others=(Subject("U"),))
    return [(finding.rule, finding.part) for finding in check_content(tutorial, expected)]


@pytest.mark.parametrize("rule", FAULTS)
def test_a_repair_of_one_section_does_not_buy_the_whole_lesson_again(rule: str) -> None:
    assert (rule, "s3") in found(lesson(FAULTS[rule]))


def test_a_fault_in_the_summary_opens_no_section() -> None:
    tutorial = lesson("words").model_copy(update={"summary": "Sure! Here is the lesson that you asked for."})
    assert ("text.chat", "summary") in found(tutorial)


def test_a_name_that_several_sections_use_may_be_mended_in_each_of_them() -> None:
    tutorial = lesson("```python\nprices = [1]\n```").model_copy()
    content = tutorial.content + "\n```python\nprint(pricse)\n```\n\n## More\n\n```python\nprint(pricse)\n```\n"
    assert ("code.names", None) in found(tutorial.model_copy(update={"content": content}))


def test_what_is_wrong_with_the_whole_lesson_is_about_no_section() -> None:
    tutorial = lesson("words").model_copy(update={"content": "## One\n\nshort"})
    assert [part for _, part in found(tutorial)] == [None] * len(found(tutorial))
