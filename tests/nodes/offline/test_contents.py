"""What the offline author writes for a concept passes every check, whatever the words of the goal are."""

import re
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from domain.checks.quizzes.item_flaws import right_is_longest
from domain.content_types import objections_to
from domain.contents import Content, Question, Quiz, Resources, Tutorial
from domain.framework import Concept
from domain.request import Level
from domain.text.language import is_written_in
from nodes.authors.briefs import QuizBrief, ResourcesBrief, TutorialBrief
from nodes.contents.content_brief import expected_of
from tests.nodes.offline.plans import (
    GOALS,
    LEVELS,
    concepts_of,
    content_briefs,
    draft_for,
    first_brief,
    goals,
    preferences,
    write,
)


@given(goal=goals, level=st.sampled_from(LEVELS), language=st.sampled_from(["", "en", "zh", "fr"]), data=st.data())
async def test_any_goal_gives_contents_that_pass_their_checks(
    goal: str, level: Level, language: str, data: st.DataObject
) -> None:
    wanted = preferences(goal, current_level=level, primary_language=language)
    briefs = list(content_briefs(wanted, await draft_for(wanted)))
    for brief in briefs[data.draw(st.integers(0, 11)) :: 12]:
        content = cast(Content, await write(brief))
        assert objections_to(content, expected_of(brief, any_language=language in {"en", "zh"})) == []
        assert content == await write(brief)


@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
    keywords=st.lists(st.text(max_size=40)),
)
async def test_any_concept_name_gives_contents_that_pass_their_checks(name: str, keywords: list[str]) -> None:
    concept = Concept(concept_id="c-1-1-1", name=name, keywords=keywords)
    for kind in (TutorialBrief, ResourcesBrief, QuizBrief):
        brief = first_brief("learn Rust", kind, concept=concept, stage_name=name, module_name=name)
        assert objections_to(cast(Content, await write(brief)), expected_of(brief, any_language=True)) == []


@pytest.mark.parametrize("words", ["lorem ipsum", "TODO: [insert name]", "as an AI language model, I cannot help with"])
async def test_a_goal_may_be_about_placeholders(words: str) -> None:
    wanted = preferences(f"learn to write {words}")
    for brief in content_briefs(wanted, await draft_for(wanted)):
        assert objections_to(cast(Content, await write(brief)), expected_of(brief, any_language=True)) == []


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("level", LEVELS)
async def test_every_content_of_a_plan_passes_its_checks(goal: str, level: Level) -> None:
    wanted = preferences(goal, current_level=level)
    draft = await draft_for(wanted)
    tutorials: set[str] = set()
    for brief in content_briefs(wanted, draft):
        content = cast(Content, await write(brief))
        assert objections_to(content, expected_of(brief, any_language=False)) == []
        if isinstance(content, Tutorial):
            assert brief.concept.name.split()[0].strip("*`") in content.content
            tutorials.add(content.content.replace(brief.concept.name, ""))
        elif isinstance(content, Quiz):
            check_quiz(content)
        elif isinstance(content, Resources):
            check_resources(content)
    assert len(tutorials) == len(concepts_of(draft))


def check_quiz(quiz: Quiz) -> None:
    assert 4 <= len(quiz.questions) <= 5
    assert {question.question_type for question in quiz.questions} <= {
        "single_choice",
        "multiple_choice",
        "true_false",
    }
    assert [question.question_id for question in quiz.questions] == [f"q{n}" for n in range(1, len(quiz.questions) + 1)]


def check_resources(resources: Resources) -> None:
    assert 2 <= len(resources.resources) <= 6
    assert resources.search_queries_used
    for resource in resources.resources:
        assert resource.verification == "unchecked"
        assert resource.url.isascii()
        assert urlsplit(resource.url).scheme == "https"
        assert 0 < resource.relevance_score <= 1
        is_search = "search" in resource.url.split("//", 1)[1]
        assert is_search == resource.title.startswith(("Search ", "在 Open", "在维基")), resource


@pytest.mark.parametrize("goal", GOALS)
async def test_no_address_stands_twice_in_a_roadmap(goal: str) -> None:
    wanted = preferences(goal)
    briefs = [brief for brief in content_briefs(wanted, await draft_for(wanted)) if isinstance(brief, ResourcesBrief)]
    urls = [resource.url for brief in briefs for resource in (await write(brief)).resources]
    assert len(set(urls)) == len(urls)


@pytest.mark.parametrize("goal", GOALS)
async def test_whatever_models_write_stands_somewhere_in_every_roadmap(goal: str) -> None:
    """So that pages and exports are always seen with it."""
    wanted = preferences(goal)
    contents = [cast(Content, await write(brief)) for brief in content_briefs(wanted, await draft_for(wanted))]
    sheets = "\n".join(content.content for content in contents if isinstance(content, Tutorial))
    questions = "\n".join(q.question for content in contents if isinstance(content, Quiz) for q in content.questions)
    assert "$$60 \\cdot " in sheets
    assert "\n| --- |" in sheets
    assert "<details>\n<summary>" in sheets
    assert "```python\n" in sheets
    assert "```python\n" in questions
    assert max(map(len, sheets.split())) > 45


@pytest.mark.parametrize("goal", [*GOALS, "learn to cook", "学做饭", "IELTS 7"])
async def test_a_quiz_asks_only_what_its_worksheet_states(goal: str) -> None:
    """Each key is looked up in the worksheet, as a learner would do."""
    wanted = preferences(goal)
    briefs = list(content_briefs(wanted, await draft_for(wanted)))
    sheets = {brief.concept.concept_id: await write(brief) for brief in briefs if isinstance(brief, TutorialBrief)}
    for brief in briefs:
        if isinstance(brief, QuizBrief):
            sheet = sheets[brief.concept.concept_id].content
            for question in cast(Quiz, await write(brief)).questions:
                look_up(question, sheet, brief)


def look_up(question: Question, sheet: str, brief: QuizBrief) -> None:
    kinds = dict(re.findall(r"^\| \*\*(.+?)\*\* \(([^)]+)\) \|", sheet, re.MULTILINE))
    listed = {term.replace("\\", "") for term in kinds}
    right = [question.options[index] for index in question.correct_answer]
    wrong = [option for index, option in enumerate(question.options) if index not in question.correct_answer]
    if "first table" in question.question or "第一张表" in question.question:
        assert set(right) <= listed
        assert not set(wrong) & listed
    elif "```" in question.question:
        assert question.question.split("```python\n")[1].split("\n```")[0] in sheet
        assert f"`{right[0]}`" in sheet
        assert not any(f"`{option}`" in sheet for option in wrong)
    elif question.question_type == "true_false":
        names = [f"“{name}”" for name in brief.prerequisite_names]
        assert (right[0] in {"Yes", "是"}) == all(name in question.question for name in names)
        assert all(name.replace("|", "") in sheet.replace("\\", "") for name in brief.prerequisite_names)
    elif any(char.isdigit() for char in right[0]):
        work = re.search(r"^\| (?:Work|练习) \| (\d+) \|", sheet, re.MULTILINE)
        assert work
        assert right[0].split()[0] == work[1]
        assert work[1] not in {option.split()[0] for option in wrong}
    else:
        asked = next(kind for term, kind in kinds.items() if f"“{term.replace(chr(92), '')}”" in question.question)
        assert asked.removeprefix("to ") in right[0]
        assert not any(asked.removeprefix("to ") in option for option in wrong)


async def test_chinese_is_chinese() -> None:
    wanted = preferences("学习机器学习")
    draft = await draft_for(wanted)
    assert draft.title == "机器学习"
    assert all(is_written_in(concept.description, "zh") for concept in concepts_of(draft))
    for brief in content_briefs(wanted, draft):
        content = await write(brief)
        if isinstance(content, Tutorial):
            assert content.language == "zh"
            assert is_written_in(content.content, "zh")
            assert "练习单，由规则编写" in content.content


async def test_another_language_gets_english_and_is_told_so() -> None:
    french = preferences("apprendre Rust", primary_language="fr")
    tutorial = await write(first_brief("apprendre Rust", preferences=french))
    assert tutorial.language == "en"
    assert "“fr”" in tutorial.summary
    assert "English or Chinese only" in tutorial.summary
    concept = Concept(concept_id="c-1-1-1", name="Ownership")
    resources = await write(first_brief("x", ResourcesBrief, preferences=french, concept=concept))
    assert any("fr.wikipedia.org" in resource.url for resource in resources.resources)


async def test_a_worksheet_says_once_what_it_is() -> None:
    tutorial = await write(first_brief("learn Rust"))
    assert tutorial.content.count("A worksheet, written by rules.") == 1
    assert tutorial.estimated_completion_time == 210


async def test_hostile_words_stay_words_in_markdown() -> None:
    name = "<img src=x onerror=alert(1)> **x** ```\n# y | [z](javascript:alert(1))"
    concept = Concept(concept_id="c-1-1-1", name=name, description=name, keywords=[name])
    tutorial = await write(first_brief("learn Rust", concept=concept, prerequisite_names=[name]))
    page = MarkdownIt("commonmark").render(tutorial.content)
    assert not any(tag in page for tag in ("<img", "<a ", "<h1"))
    assert "<pre>" not in page


async def test_search_addresses_are_encoded() -> None:
    concept = Concept(concept_id="c-1-1-1", name="A & B? #1 = 100%")
    resources = await write(first_brief("学习古典诗词 & 书法", ResourcesBrief, concept=concept))
    for resource in resources.resources:
        assert "#" not in resource.url
        assert " " not in resource.url
    queries = [value for r in resources.resources for value in parse_qs(urlsplit(r.url).query).get("search", [])]
    assert any("A & B? #1 = 100%" in query for query in queries)


async def test_right_answers_move_and_are_not_always_the_longest() -> None:
    places: set[int] = set()
    longest = total = 0
    for goal in GOALS[:8]:
        wanted = preferences(goal)
        for brief in content_briefs(wanted, await draft_for(wanted)):
            content = await write(brief)
            if isinstance(content, Quiz):
                for question in content.questions:
                    if question.question_type == "single_choice":
                        right = question.correct_answer[0]
                        places.add(right)
                        total += 1
                        longest += right_is_longest(question)
    assert places == {0, 1, 2, 3}
    assert longest < 0.45 * total
