"""The chat author repairs parts of its former answer: it is shown the answer, and returns what changes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from domain.checks.findings import Finding, broken, doubt
from domain.contents import Quiz
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief
from nodes.authors.chat_models.chat import ChatAuthor
from nodes.authors.chat_models.models import Models, Names
from nodes.authors.port import AuthorAnswer
from nodes.authors.prices import Prices
from nodes.authors.prompting.content_rules import LESSON as LESSON_HINT
from nodes.authors.prompting.content_rules import REWRITE
from nodes.authors.prompting.data_blocks import MAX_TEXT_LENGTH
from nodes.authors.prompting.prompts import prompt_for
from nodes.authors.reading.reader import EMPTY
from nodes.authors.repairs import NO_PART, Repair
from tests.conformance.test_authors import BRIEFS
from tests.domain.parts.test_repairs import LESSON, QUIZ, RESOURCES, question, resource
from tests.support.environment import variables
from tests.support.faults import Fault, always
from tests.support.provider import Provider

CONTENT_BRIEFS = {brief.role: brief for brief in BRIEFS if isinstance(brief, ContentBrief)}
QUIZ_BRIEF = CONTENT_BRIEFS[AuthorRole.QUIZ]
SECOND = [broken("quiz.structure", "Question 2 must have exactly one right option.", "q2")]
NEW = question(2, question="New?")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().serving() as provider, variables(provider.environment()):
        yield provider


async def repaired(
    provider: Provider, said: Any, findings: list[Finding], brief: Brief[Any] = QUIZ_BRIEF, former: Any = QUIZ
) -> AuthorAnswer:
    provider.reply = lambda _: said
    chat = ChatAuthor(Names("openai:test"), Models(None, 5.0), Prices({}), max_tokens=1000, timeout=5.0)
    try:
        most = chat.most_for_repair(brief, former, findings)
        answer = await chat.repair(brief, former, findings)
    finally:
        await chat.close()
    assert most.tokens_out >= answer.tokens_out
    assert most.tokens_in >= answer.tokens_in
    return answer


async def test_a_repair_that_returns_one_question_leaves_the_others_byte_for_byte(provider: Provider) -> None:
    answer = await repaired(provider, {"questions": [NEW]}, SECOND)
    Quiz.model_validate(answer.content)
    before, after = ([json.dumps(part) for part in quiz["questions"]] for quiz in (QUIZ, answer.content))
    assert after[1] == json.dumps(NEW)
    assert after[:1] + after[2:] == before[:1] + before[2:]


async def test_a_repair_of_one_question_costs_at_most_a_third_of_the_quiz(provider: Provider) -> None:
    whole = await repaired(provider, QUIZ, SECOND)
    part = await repaired(provider, {"questions": [NEW]}, SECOND)
    assert part.tokens_out <= 0.3 * whole.tokens_out


async def test_the_prompt_of_a_repair_holds_the_former_answer_and_the_objections_by_part(provider: Provider) -> None:
    long = {**LESSON, "content": f"## One\n\n{'word ' * MAX_TEXT_LENGTH}\n\n## Two\n\nend"}
    findings = [doubt("tutorial.exercise", "There is no exercise."), doubt("code", "Unfinished.", "s2")]
    answer = {"sections": [{"id": "s2", "content": "## Two\n\nexercise"}]}
    await repaired(provider, answer, findings, CONTENT_BRIEFS[AuthorRole.TUTORIAL], long)
    [asked] = provider.log
    assert asked.user.startswith("Write the tutorial for this data.")
    assert "".join(section["content"] for section in asked.data["former_answer"]["sections"]) == long["content"]
    assert asked.data["objections"] == [
        {"objection": "There is no exercise."},
        {"part": "s2", "objection": "Unfinished."},
    ]
    schema = asked.body["response_format"]["json_schema"]["schema"]
    assert set(schema["properties"]) >= {"sections", "title", "summary", "estimated_completion_time"}
    assert "content" not in schema["properties"], "the whole lesson is not asked for"


@pytest.mark.parametrize(
    "said",
    [
        {"questions": [NEW]},
        {"quiz": {"questions": [NEW]}},
        [NEW],
        NEW,
        {"questions": [{**NEW, "question_id": "2"}]},
        {"questions": [{**NEW, "correct_answer": "A"}]},
        {"questions": [question(number, question="New?") for number in range(1, 6)]},
    ],
)
async def test_the_question_that_was_asked_for_is_found_in_whatever_came(said: Any) -> None:
    repair = Repair.of(QUIZ_BRIEF, QUIZ, SECOND)
    assert repair is not None
    content = repair.read([json.dumps(said)]).content
    assert content == {"questions": [*QUIZ["questions"][:1], NEW, *QUIZ["questions"][2:]]}


@pytest.mark.parametrize("role", [AuthorRole.TUTORIAL, AuthorRole.RESOURCES, AuthorRole.QUIZ])
async def test_a_complete_answer_to_a_repair_is_read_as_one(provider: Provider, role: AuthorRole) -> None:
    complete: dict[AuthorRole, tuple[Any, Any]] = {
        AuthorRole.TUTORIAL: (LESSON, {**LESSON, "title": "Other", "content": "## Other\n\ntext"}),
        AuthorRole.RESOURCES: (RESOURCES, {**RESOURCES, "resources": [resource(7), resource(8)]}),
        AuthorRole.QUIZ: (QUIZ, {"questions": [question(number) for number in (11, 12, 13)]}),
    }
    former, said = complete[role]
    answer = await repaired(provider, said, [doubt("x", "Not good.")], CONTENT_BRIEFS[role], former)
    assert answer.content == said


async def test_a_repair_without_the_part_says_so_and_destroys_nothing(provider: Provider) -> None:
    answer = await repaired(provider, {"questions": [question(3), question(4)]}, SECOND)
    assert answer.problem == NO_PART


async def test_an_empty_repair_is_an_empty_answer(provider: Provider) -> None:
    provider.script = always(Fault.EMPTY)
    assert (await repaired(provider, {}, SECOND)).problem == EMPTY


async def test_what_cannot_be_told_apart_is_asked_for_as_a_whole(provider: Provider) -> None:
    same = {"questions": [question(1), question(1), question(2)]}
    answer = await repaired(
        provider, QUIZ, [broken("quiz.ids", "Two questions have the same question_id.")], former=same
    )
    assert answer.content == QUIZ
    assert "former_answer" not in provider.log[0].data
    assert "Two questions have the same question_id." in provider.log[0].user


async def test_a_former_answer_without_room_is_asked_for_as_a_whole(provider: Provider) -> None:
    long = {**LESSON, "content": f"## One\n\n{'word ' * 20_000}\n\n## Two\n\nend"}
    provider.reply = lambda _: LESSON
    chat = ChatAuthor(Names("openai:test"), Models(None, 5.0), Prices({}), max_tokens=1000, timeout=5.0)
    await chat._abilities.has_room("openai:test", window=8000)
    try:
        answer = await chat.repair(CONTENT_BRIEFS[AuthorRole.TUTORIAL], long, [doubt("x", "Too long.")])
    finally:
        await chat.close()
    assert answer.content == LESSON
    assert "former_answer" not in provider.log[0].data


def test_the_prompt_of_a_rewriting_holds_the_version_at_hand_the_lesson_and_the_wishes() -> None:
    text = "word " * MAX_TEXT_LENGTH
    brief = QUIZ_BRIEF.model_copy(update={"present_version": QUIZ, "lesson": text, "instructions": "harder"})
    user = prompt_for(brief).user
    data = json.loads(user.partition("<data>\n")[2].partition("\n</data>")[0])
    assert (data["present_version"], data["lesson"], data["wishes"]) == (QUIZ, text, "harder")
    assert REWRITE in user
    assert LESSON_HINT in user
    assert REWRITE not in prompt_for(QUIZ_BRIEF).user
    assert len(prompt_for(brief, max_data=2000).user) < 10_000, "where there is little room it is shortened"


def test_the_prompt_of_links_holds_the_headings_of_the_lesson_only() -> None:
    text = "Before.\n\n## Types\n\nLong text.\n\n```sh\n# no heading\n```\n\n### Values ###\n"
    links = CONTENT_BRIEFS[AuthorRole.RESOURCES].model_copy(update={"lesson": text, "lesson_hash": "h"})
    user = prompt_for(links).user
    data = json.loads(user.partition("<data>\n")[2].partition("\n</data>")[0])
    assert data["lesson_headings"] == ["Types", "Values"]
    assert "lesson" not in data
    assert LESSON_HINT not in user
