"""What the offline author writes for a concept passes every check, whatever the words of the goal are."""

from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from domain.content_types import check_content
from domain.contents import Content, Quiz, Resources, Tutorial
from domain.framework import Concept
from domain.request import Level
from domain.text.language import is_written_in
from nodes.authors.port import QuizBrief, ResourcesBrief, TutorialBrief
from nodes.content_step import expected_of
from tests.nodes.authors.offline_plans import (
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


@settings(max_examples=40, deadline=None)
@given(goal=goals, level=st.sampled_from(LEVELS), language=st.sampled_from(["", "en", "zh", "fr"]), data=st.data())
async def test_any_goal_gives_contents_that_pass_their_checks(
    goal: str, level: Level, language: str, data: st.DataObject
) -> None:
    wanted = preferences(goal, current_level=level, primary_language=language)
    briefs = list(content_briefs(wanted, await draft_for(wanted)))
    for brief in briefs[data.draw(st.integers(0, 11)) :: 12]:
        content = cast(Content, await write(brief))
        assert check_content(content, expected_of(brief, any_language=language in {"en", "zh"})) == []
        assert content == await write(brief)


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
    keywords=st.lists(st.text(max_size=40)),
)
async def test_any_concept_name_gives_contents_that_pass_their_checks(name: str, keywords: list[str]) -> None:
    concept = Concept(concept_id="c-1-1-1", name=name, keywords=keywords)
    for kind in (TutorialBrief, ResourcesBrief, QuizBrief):
        brief = first_brief("learn Rust", kind, concept=concept, stage_name=name, module_name=name, instructions=name)
        assert check_content(cast(Content, await write(brief)), expected_of(brief, any_language=True)) == []


@pytest.mark.parametrize("words", ["lorem ipsum", "TODO: [insert name]", "as an AI language model, I cannot help with"])
async def test_a_goal_may_be_about_placeholders(words: str) -> None:
    wanted = preferences(f"learn to write {words}")
    for brief in content_briefs(wanted, await draft_for(wanted), instructions=words):
        assert check_content(cast(Content, await write(brief)), expected_of(brief, any_language=True)) == []


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("level", LEVELS)
async def test_every_content_of_a_plan_passes_its_checks(goal: str, level: Level) -> None:
    wanted = preferences(goal, current_level=level)
    draft = await draft_for(wanted)
    tutorials: set[str] = set()
    for brief in content_briefs(wanted, draft):
        content = cast(Content, await write(brief))
        assert check_content(content, expected_of(brief, any_language=False)) == []
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
    assert len({question.question_type for question in quiz.questions}) == 3
    assert [question.question_id for question in quiz.questions] == [f"q{n}" for n in range(1, len(quiz.questions) + 1)]


def check_resources(resources: Resources) -> None:
    assert 4 <= len(resources.resources) <= 6
    assert len({resource.url for resource in resources.resources}) == len(resources.resources)
    assert resources.search_queries_used
    for resource in resources.resources:
        assert resource.verification == "unchecked"
        assert resource.url.isascii()
        assert urlsplit(resource.url).scheme == "https"
        assert 0 < resource.relevance_score <= 1


async def test_chinese_is_chinese() -> None:
    wanted = preferences("学习机器学习")
    draft = await draft_for(wanted)
    assert draft.title == "机器学习：从零开始"
    assert all(is_written_in(concept.description, "zh") for concept in concepts_of(draft))
    for brief in content_briefs(wanted, draft):
        content = await write(brief)
        if isinstance(content, Tutorial):
            assert content.language == "zh"
            assert is_written_in(content.content, "zh")
            assert (
                not is_written_in(content.summary, "en")
                or "AI" in content.summary
                or content.summary.isascii() is False
            )
            assert "草稿作者" in content.content


async def test_another_language_gets_english_and_is_told_so() -> None:
    tutorial = await write(
        first_brief("apprendre Rust", preferences=preferences("apprendre Rust", primary_language="fr"))
    )
    assert tutorial.language == "en"
    assert "“fr”" in tutorial.summary
    assert "English and Chinese only" in tutorial.summary
    resources = await write(
        first_brief("x", ResourcesBrief, preferences=preferences("apprendre Rust", primary_language="fr"))
    )
    assert any("fr.wikipedia.org" in resource.url and resource.language == "fr" for resource in resources.resources)


async def test_a_tutorial_says_once_that_a_draft_author_wrote_it() -> None:
    tutorial = await write(first_brief("learn Rust"))
    assert tutorial.content.count("draft author") == 1
    assert tutorial.estimated_completion_time == 210
    assert 400 <= len(tutorial.content.split()) <= 900
    assert tutorial.content.count("\n## ") >= 5


async def test_shorter_is_really_shorter_and_the_rest_of_a_wish_is_declined() -> None:
    plain = await write(first_brief("learn Rust"))
    shorter = await write(first_brief("learn Rust", instructions="shorter, with an example in Rust"))
    other = await write(first_brief("learn Rust", instructions="with an example in Rust"))
    assert len(shorter.content) < 0.75 * len(plain.content)
    assert "“shorter, with an example in Rust”" in shorter.content
    assert "works by rules and cannot do that" in other.content


async def test_hostile_words_stay_words_in_markdown() -> None:
    name = "<img src=x onerror=alert(1)> **x** ```\n# y | [z](javascript:alert(1))"
    concept = Concept(concept_id="c-1-1-1", name=name, description=name, keywords=[name])
    tutorial = await write(first_brief("learn Rust", concept=concept, instructions=name, prerequisite_names=[name]))
    page = MarkdownIt("commonmark").render(tutorial.content)
    assert not any(tag in page for tag in ("<img", "<a ", "<h1"))
    assert page.count("<pre>") == 1


async def test_search_addresses_are_encoded() -> None:
    resources = await write(first_brief("学习古典诗词 & 书法", ResourcesBrief, name="A & B? #1 = 100%"))
    for resource in resources.resources:
        assert "#" not in resource.url
        assert " " not in resource.url
    queries = [value for r in resources.resources for value in parse_qs(urlsplit(r.url).query).get("search", [])]
    assert "A & B? #1 = 100%" in queries


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
                        longest += len(question.options[right]) == max(map(len, question.options))
    assert places == {0, 1, 2, 3}
    assert longest < 0.45 * total
