"""Nobody is told to do what is dangerous or wrong; no phrase takes a term of another type."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contents import Tutorial
from domain.framework import Concept
from domain.request import Level
from nodes.authors.briefs import TutorialBrief
from nodes.offline.goals import reading_of
from nodes.offline.subjects import ANY, EXAM, avoided, neutral, subjects, toml, types_of
from tests.nodes.offline.plans import GOALS, LEVELS, content_briefs, draft_for, first_brief, goals, preferences, write

SUBJECT_GOALS = [f"learn {subject.names[0][1][0]}" for subject in subjects()]
KINDS = ("know", "make", "do", "avoid")


def lines_of(sheet: str) -> list[tuple[str, str]]:
    """Term and task of each line of the first table."""
    return re.findall(r"^\| \*\*(.+?)\*\* \([^)]+\) \| (.+?) \|$", sheet, re.MULTILINE)


def assert_safe(tutorial: Tutorial, brief: TutorialBrief) -> None:
    found = [one for one, _ in reading_of(brief.preferences).curricula]
    sheet = toml(f"phrases.{tutorial.language}")["worksheet"]
    lines = lines_of(tutorial.content)
    assert lines
    for escaped, task in lines:
        term = escaped.replace("\\", "")
        kinds = {types_of(one, tutorial.language)[term] for one in found if term in types_of(one, tutorial.language)}
        kind = "avoid" if term.casefold() in avoided() else kinds.pop() if len(kinds) == 1 else "know"
        assert task in sheet[kind]["task"], f"{term} is to {kind}, and its line says: {task}"
        assert sheet[kind]["question"].format(t=escaped) in tutorial.content
    for text in (tutorial.summary, brief.concept.description):
        before = re.split("to avoid: |要避免：", text)[0].casefold()
        dangers = {t.casefold() for t in brief.concept.keywords if t.casefold() in avoided()}
        assert not [danger for danger in dangers if danger in before]


@pytest.mark.parametrize("goal", [*SUBJECT_GOALS, *GOALS, "IELTS 7", "学做饭"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_no_phrase_takes_a_term_of_another_type(goal: str, language: str) -> None:
    for level in LEVELS:
        wanted = preferences(goal, current_level=level, available_hours_per_week=40, primary_language=language)
        for brief in content_briefs(wanted, await draft_for(wanted)):
            if isinstance(brief, TutorialBrief):
                assert_safe(await write(brief), brief)


@given(goal=goals, level=st.sampled_from(LEVELS), language=st.sampled_from(["en", "zh"]), data=st.data())
async def test_no_goal_makes_a_sentence_that_tells_somebody_to_do_what_is_to_be_avoided(
    goal: str, level: Level, language: str, data: st.DataObject
) -> None:
    wanted = preferences(goal, current_level=level, primary_language=language)
    briefs = [brief for brief in content_briefs(wanted, await draft_for(wanted)) if isinstance(brief, TutorialBrief)]
    brief: Any = briefs[data.draw(st.integers(0, len(briefs) - 1))]
    assert_safe(await write(brief), brief)


@given(term=st.sampled_from(sorted(avoided())), upper=st.booleans(), goal=st.sampled_from(GOALS))
async def test_a_danger_that_another_author_put_into_a_plan_is_avoided_too(term: str, upper: bool, goal: str) -> None:
    """A framework may be a model's, or have been renamed by hand."""
    named = term.upper() if upper else term
    for concept in (
        Concept(concept_id="c-1-1-1", name="Kitchen", keywords=[named]),
        Concept(concept_id="c-1-1-1", name=named),
    ):
        tutorial = await write(first_brief(goal, concept=concept))
        sheet = toml(f"phrases.{tutorial.language}")["worksheet"]
        assert [task in sheet["avoid"]["task"] for _, task in lines_of(tutorial.content)] == [True]


def test_words_of_a_goal_are_only_ever_read_about() -> None:
    """The neutral plan puts them into names of concepts; none of its terms to make or do holds them."""
    for plan in (neutral(ANY), neutral(EXAM)):
        assert not [term for entry in plan.entries() for _, pair in entry.terms for term in pair if "{s}" in term]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phrase_about_what_to_avoid_says_so(language: str) -> None:
    sheet = toml(f"phrases.{language}")["worksheet"]
    assert all(task.startswith(("Avoid it.", "要避免。")) for task in sheet["avoid"]["task"])
    assert not [kind for kind in KINDS[:3] for task in sheet[kind]["task"] if "avoid" in task.lower()]
