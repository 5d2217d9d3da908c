"""What goes into a prompt, and that no words of a learner get out of the place they are given."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from domain.contents import MIN_QUESTIONS
from domain.editing.review import EditPlan
from domain.framework import Concept
from domain.request import Intent, LearningRequest, Preferences
from nodes.authors.abilities.answers import LEAKED
from nodes.authors.briefs import (
    AuthorRole,
    Brief,
    EditPlanBrief,
    IntentBrief,
    NewPartsBrief,
    QuizBrief,
    StructureReviewBrief,
    TutorialBrief,
)
from nodes.authors.chat_models.chat import ChatAuthor
from nodes.authors.chat_models.models import Models, Names
from nodes.authors.prices import Prices
from nodes.authors.prompting.data_blocks import MAX_DATA_LENGTH
from nodes.authors.prompting.prompts import leaks, prompt_for
from tests.conformance.test_authors import BRIEFS
from tests.support.authors import INTENT
from tests.support.environment import variables
from tests.support.faults import Fault
from tests.support.injections import INJECTIONS
from tests.support.provider import Provider
from tests.support.rows import framework

MARK: Final = "injected-by-a-learner"


def data_in(user: str) -> Any:
    return json.loads(user.partition("<data>\n")[2].partition("\n</data>")[0])


def briefs_with(words: str) -> Iterator[Brief[Any]]:
    """The same words as goal, background, context, feedback and instructions."""
    preferences = Preferences(
        learning_goal=words, career_background=words, motivation=words, tech_stack=words, primary_language="en"
    )
    yield IntentBrief(request=LearningRequest(preferences=preferences, additional_context=words))
    yield EditPlanBrief(
        preferences=preferences, framework=framework(), issues=[], feedback=words, edit_round=0, max_concepts=9
    )
    yield TutorialBrief(
        preferences=preferences,
        roadmap_title=words[:200],
        stage_name="S",
        module_name="M",
        concept=Concept(concept_id="c-1-1-1", name="C"),
        prerequisite_names=[],
        instructions=words,
    )


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: type(brief).__name__)
def test_a_schema_lets_no_list_no_names_and_no_text_but_a_tutorials_go_on_for_ever(brief: Brief[Any]) -> None:
    def unbounded(part: Any, name: str) -> list[str]:
        if not isinstance(part, dict):
            return []
        limit = {"array": "maxItems", "string": "maxLength"}.get(str(part.get("type")))
        found = [name] if limit and limit not in part and "enum" not in part else []
        found += [name] if part.get("additionalProperties") else []
        inner = {**part.get("properties", {}), **part.get("$defs", {}), f"{name}[]": part.get("items")}
        choices = [deeper for value in part.get("anyOf", []) for deeper in unbounded(value, name)]
        return found + choices + [deeper for key, value in inner.items() for deeper in unbounded(value, key)]

    assert set(unbounded(prompt_for(brief).schema, "")) <= {"content"}


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: str(brief.role))
def test_a_model_that_was_cut_off_is_asked_for_less(brief: Brief[Any]) -> None:
    """Asked for the same again, it fills any room: more of it does not help."""
    schemas = [json.dumps(prompt_for(brief, cut_off=times).schema) for times in (0, 1, 2)]
    limits = [[int(limit) for limit in re.findall(r'"max(?:Items|Length)": (\d+)', schema)] for schema in schemas]
    assert sum(limits[0]) > sum(limits[1]) > sum(limits[2])
    assert min(limits[2]) > 0


@pytest.mark.parametrize("cut_off", [0, 1, 2, 5])
def test_a_schema_asks_for_as_many_questions_as_the_check_does_however_little_it_allows(cut_off: int) -> None:
    [quiz] = [brief for brief in BRIEFS if isinstance(brief, QuizBrief)]
    questions = prompt_for(quiz, cut_off=cut_off).schema["properties"]["questions"]
    assert questions["minItems"] == MIN_QUESTIONS <= questions["maxItems"]


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: type(brief).__name__)
def test_a_prompt_has_rules_a_task_data_and_the_language(brief: Brief[Any]) -> None:
    prompt = prompt_for(brief)
    assert "one JSON object" in prompt.system
    assert prompt.user.count("<data>") == prompt.user.count("</data>") == 1
    assert len(prompt.system) < 2500
    assert prompt.schema["title"] == brief.role
    if brief.role is not AuthorRole.QUIZ_KEY:
        assert data_in(prompt.user)["language"] == "en"


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: type(brief).__name__)
def test_the_system_message_is_the_same_whoever_asks(brief: Brief[Any]) -> None:
    other = brief.model_dump(mode="json")
    changed = json.loads(json.dumps(other).replace("learn to play chess", f"{MARK} 学习"))
    assert prompt_for(type(brief).model_validate(changed)).system == prompt_for(brief).system


def test_nobodys_id_is_told_to_a_model() -> None:
    request = LearningRequest(
        preferences=Preferences(learning_goal="chess"), user_id="ann@example.org", session_id="session-17"
    )
    prompt = prompt_for(IntentBrief(request=request))
    assert not re.search("ann@example|session-17", prompt.system + prompt.user)


def test_there_are_enough_injections_to_mean_something() -> None:
    assert len(set(INJECTIONS)) >= 50


def test_injected_words_stay_data_and_change_neither_rules_nor_shape(subtests: pytest.Subtests) -> None:
    for words in INJECTIONS:
        with subtests.test(words=words):
            for brief, harmless in zip(briefs_with(words), briefs_with("learn to play chess"), strict=True):
                prompt, usual = prompt_for(brief, [words]), prompt_for(harmless, ["learn to play chess"])
                assert (prompt.system, prompt.schema) == (usual.system, usual.schema)
                assert len(re.findall("<|>", prompt.user)) == len(re.findall("<|>", usual.user)), "a mark was forged"
                outside = re.sub(r"<data>\n.*?\n</data>", "", prompt.user, flags=re.DOTALL)
                assert outside == re.sub(r"<data>\n.*?\n</data>", "", usual.user, flags=re.DOTALL)
                assert words.strip()[:200] in json.dumps(data_in(prompt.user), ensure_ascii=False).replace(
                    '\\"', '"'
                ).replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")


def test_a_text_too_long_is_cut_and_a_framework_too_large_is_told_with_shorter_texts() -> None:
    intent = Intent.model_validate({**INTENT.model_dump(), "parsed_goal": "long " * 5000})
    long = BRIEFS[1].model_copy(update={"intent": intent})
    assert len(prompt_for(long).user) < 6000
    large = framework(concepts=1500)
    for concept in large.concepts():
        concept.description = "word " * 1000
    brief = EditPlanBrief(
        preferences=Preferences(learning_goal="chess"), framework=large, issues=[], feedback="x", max_concepts=2000
    )
    assert len(prompt_for(brief).user) < 2 * MAX_DATA_LENGTH


def test_a_leak_is_seen_however_it_is_spaced_and_an_innocent_text_is_none() -> None:
    system = prompt_for(BRIEFS[0]).system
    assert leaks(system, json.dumps({"text": f"Sure! {system[200:600]}"}))
    assert leaks(system, system.upper().replace(" ", "\n"))
    assert not leaks(system, "A tutorial about writing prompts: a system message states the rules of an answer.")


async def test_a_model_that_obeys_an_injection_and_repeats_its_rules_is_not_believed() -> None:
    """The provider answers in shape, with all that it was told inside: rules, and the words of this learner only."""
    with Provider(script=lambda _, __: Fault.ECHO).serving() as provider, variables(provider.environment()):
        chat = ChatAuthor(Names("openai:test"), Models(None, 5), Prices(), max_tokens=1000, timeout=5)
        for words in INJECTIONS[:5]:
            for brief in briefs_with(f"{words} {MARK}"):
                answer = await chat.write(brief)
                assert answer.problem == LEAKED
        for brief in briefs_with("learn to bake bread"):
            await chat.write(brief)
            asked = provider.log[-1]
            assert MARK not in asked.system + asked.user, "words of another learner"
            assert not any(words in asked.user for words in INJECTIONS)
        await chat.close()


@pytest.mark.parametrize("room", [MAX_DATA_LENGTH, 20_000, 6_000])
def test_words_that_ask_for_a_change_are_whole_however_little_room_there_is(room: int) -> None:
    words = ["把奇异值分解加进来。" * 200, "Nein, doch nicht: " + "ohne SVD. " * 150]
    plan = EditPlan(feedback_summary="", operations=[])
    accepted = framework(concepts=3)
    preferences = Preferences(learning_goal="PCA", primary_language="de")
    request = LearningRequest(preferences=preferences)
    for brief in (
        EditPlanBrief(
            preferences=preferences, framework=framework(), issues=[], max_concepts=9, asked_for=words,
            feedback=words[1], accepted=accepted,
        ),
        StructureReviewBrief(
            request=request, intent=None, framework=framework(), asked_for=words, accepted=accepted
        ),
        NewPartsBrief(
            preferences=preferences, framework=framework(), plan=plan, asked_for=words, accepted=accepted
        ),
    ):  # fmt: skip
        data = data_in(prompt_for(brief, max_data=room).user)
        assert data["asked_for"] == words
        assert "stages" in data["roadmap"]
        assert "accepted_roadmap" in data
        hint = prompt_for(brief, max_data=room).user
        assert ("thrown out" in hint) is isinstance(brief, StructureReviewBrief)
    assert "asked_for" not in prompt_for(EditPlanBrief(
        preferences=preferences, framework=framework(), issues=[], max_concepts=9)).user  # fmt: skip
