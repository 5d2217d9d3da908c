import pytest

from domain.checks.prose.markdown import outline
from domain.checks.prose.repetition import repetition

DAYS = ["Tuesday: run for eight minutes, walk for two minutes, repeat it four times"]


@pytest.mark.parametrize("markdown", ["Title\n=====\n\nText.", "# Title\n\nText.", "Title\n---\n\nText."])
def test_both_kinds_of_headings_are_read(markdown: str) -> None:
    assert outline(markdown).headings == ["Title"]


@pytest.mark.parametrize("markdown", ["Text.\n\n---\n\nText.", "- item\n---", "| a | b |\n---", "```\na\n===\n```"])
def test_a_rule_is_no_heading(markdown: str) -> None:
    assert outline(markdown).headings == []


def test_equal_days_of_a_training_plan_are_no_loop() -> None:
    plan = [
        line for week in range(8) for line in (f"**Week {week}**", *DAYS, "Thursday: rest, and nothing else to do.")
    ]
    assert repetition(plan) is None


def test_a_labelled_line_again_and_again_is_a_loop() -> None:
    assert repetition(DAYS * 8) is not None
