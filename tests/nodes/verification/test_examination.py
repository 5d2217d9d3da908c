"""What is found wrong on a closer look is told to the author; what stays wrong is left out, and never passed on."""

from collections.abc import Sequence
from typing import Any

from domain.contents import KeyAnswer, Question, Quiz, QuizKey, Resource, Resources
from domain.errors import ModelUnavailable
from domain.vocabulary import ContentType
from nodes.authors.briefs import AuthorRole, Brief, QuizKeyBrief
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import RoadmapView, TaskView
from orchestrator.settings import Settings
from tests.support.authors import Reply, ScriptedAuthor, framework_draft
from tests.support.web_server import page, web_server

ONE_CONCEPT = {AuthorRole.FRAMEWORK: lambda *_: framework_draft(1)}


async def create(settings: Settings, author: ScriptedAuthor, **changes: Any) -> tuple[TaskView, RoadmapView, Any]:
    """The run, the roadmap, and the payloads by content type."""
    settings = settings.model_copy(update=changes)
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.create("chess")
        task = await orchestrator.wait(task.task_id)
        assert task.roadmap_id is not None
        roadmap = await orchestrator.roadmap(task.roadmap_id)
        versions = await orchestrator.contents.newest(task.roadmap_id)
        return task, roadmap, {version.content_type: version.payload for version in versions}


def resources(*urls: str, **claims: Any) -> Resources:
    return Resources(
        resources=[
            Resource(title="Chess", url=url, type="docs", description="", relevance_score=1, language="en", **claims)
            for url in urls
        ]
    )


def marks(payloads: Any) -> list[tuple[str, str]]:
    return [(found["url"], found["verification"]) for found in payloads["resources"]["resources"]]


LOOKING = {"link_check": True, "link_allow": ("127.0.0.1",)}


async def test_a_dead_link_is_asked_for_again(settings: Settings) -> None:
    told: list[Sequence[str]] = []
    async with web_server({"/good": page(title="Chess"), "/better": page(title="Chess")}) as server:

        def reply(_: Brief[Any], objections: Sequence[str]) -> Resources:
            told.append(objections)
            return resources(server.url("/good"), server.url("/better" if objections else "/invented"))

        author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.RESOURCES: reply})
        task, _, payloads = await create(settings, author, **LOOKING)
        assert marks(payloads) == [(server.url("/good"), "verified"), (server.url("/better"), "verified")]
    assert task.status == "completed"
    assert len(told) == 2
    assert "/invented): it answers 404" in told[1][0]
    assert payloads["resources"]["resources"][0]["checked_at"]


async def test_a_link_that_stays_dead_is_dropped_and_the_rest_is_kept(settings: Settings) -> None:
    async with web_server({"/good": page(title="Chess")}) as server:

        def reply(_: Brief[Any], objections: Sequence[str]) -> Resources:
            return resources(server.url("/good"), server.url(f"/invented{len(objections)}"))

        author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.RESOURCES: reply})
        task, _, payloads = await create(settings, author, **LOOKING)
        assert marks(payloads) == [(server.url("/good"), "verified")]
    assert task.status == "completed"
    assert author.times_asked()[AuthorRole.RESOURCES, "c-1-1-1"] == 3


async def test_a_list_of_dead_links_fails_with_that_reason(settings: Settings) -> None:
    async with web_server() as server:

        def reply(_: Brief[Any], objections: Sequence[str]) -> Resources:
            return resources(server.url(f"/invented{len(objections)}"))

        task, roadmap, _ = await create(
            settings, ScriptedAuthor({**ONE_CONCEPT, AuthorRole.RESOURCES: reply}), **LOOKING
        )
    assert task.status == "partial_failure"
    failed = roadmap.state("c-1-1-1", ContentType.RESOURCES)
    assert failed is not None
    assert "it answers 404" in (failed.last_error or "")


async def test_an_author_that_insists_on_dead_links_is_not_asked_for_ever(settings: Settings) -> None:
    async with web_server({"/good": page(title="Chess")}) as server:
        always = resources(server.url("/good"), server.url("/invented"))
        author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.RESOURCES: lambda *_: always})
        task, _, payloads = await create(settings, author, **LOOKING)
        assert marks(payloads) == [(server.url("/good"), "verified")]
    assert task.status == "completed"
    assert author.times_asked()[AuthorRole.RESOURCES, "c-1-1-1"] <= 3


async def test_no_author_is_believed_to_have_opened_a_link(settings: Settings) -> None:
    claimed = resources("https://go.dev/", verification="verified", checked_at="2020-01-01T00:00:00Z")
    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.RESOURCES: lambda *_: claimed})
    task, _, payloads = await create(settings, author)
    assert task.status == "completed"
    assert marks(payloads) == [("https://go.dev/", "unchecked")]
    assert payloads["resources"]["resources"][0]["checked_at"] is None


async def test_links_nobody_can_reach_leave_a_run_whole(settings: Settings) -> None:
    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.RESOURCES: lambda *_: resources("https://nowhere.invalid/")})
    task, _, payloads = await create(settings, author, link_check=True)
    assert task.status == "completed"
    assert marks(payloads) == [("https://nowhere.invalid/", "unchecked")]


def quiz(keys: Sequence[int], version: int = 0) -> Quiz:
    return Quiz(
        questions=[
            Question(
                question_id=f"q{number}",
                question_type="single_choice",
                question=f"Question {number}, version {version}?",
                options=["one", "two", "six"],
                correct_answer=[key],
                explanation="So it is.",
                difficulty="easy",
            )
            for number, key in enumerate(keys, start=1)
        ]
    )


def second(brief: Brief[Any], *answers: list[int]) -> QuizKey:
    """Return a reader's answers, which name options of `quiz` by their places there; a brief shows them in others."""
    assert isinstance(brief, QuizKeyBrief)
    places = [[one.options.index(option) for option in ("one", "two", "six")] for one in brief.questions]
    return QuizKey(
        answers=[
            KeyAnswer(question_id=one.question_id, correct_answer=[place[index] for index in answer])
            for one, place, answer in zip(brief.questions, places, answers, strict=False)
        ]
    )


def says(*answers: list[int]) -> Reply:
    return lambda brief, _: second(brief, *answers)


async def doubts(settings: Settings, roadmap_id: str) -> list[tuple[str, str | None]]:
    """Rules and places of what is in doubt in the newest versions."""
    async with Orchestrator.open(settings) as orchestrator:
        rows = await orchestrator.contents.newest(roadmap_id)
    return [(doubt["rule"], doubt["part"]) for row in rows for doubt in row.doubts]


REVIEWING = {"second_look": "quiz"}


async def test_a_key_that_another_reader_doubts_is_asked_for_again(settings: Settings) -> None:
    told: list[Sequence[str]] = []
    seen: list[QuizKeyBrief] = []

    def write(_: Brief[Any], objections: Sequence[str]) -> Quiz:
        told.append(objections)
        return quiz([0, 1, 2] if objections else [0, 1, 1])

    def read(brief: Brief[Any], _: Sequence[str]) -> QuizKey:
        assert isinstance(brief, QuizKeyBrief)
        seen.append(brief)
        return second(brief, [0], [1], [2])

    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.QUIZ: write, AuthorRole.QUIZ_KEY: read})
    task, _, payloads = await create(settings, author, **REVIEWING)
    assert task.status == "completed"
    questions = payloads["quiz"]["questions"]
    assert [question["options"][question["correct_answer"][0]] for question in questions] == ["one", "two", "six"]
    assert "Question 3: a second reader answers [2], the key says [1]" in told[1][0]
    assert "correct_answer" not in seen[0].model_dump_json()


async def test_a_question_that_stays_doubtful_is_dropped_where_three_remain(settings: Settings) -> None:
    author = ScriptedAuthor(
        {
            **ONE_CONCEPT,
            AuthorRole.QUIZ: lambda _, objections: quiz([0, 1, 2, 0], len(objections)),
            AuthorRole.QUIZ_KEY: says([0], [1], [2], [1]),
        }
    )
    task, _, payloads = await create(settings, author, **REVIEWING)
    assert task.status == "completed"
    assert [question["question_id"] for question in payloads["quiz"]["questions"]] == ["q1", "q2", "q3"]


async def test_a_quiz_that_nobody_agrees_with_is_shown_with_a_doubt_at_each_question(settings: Settings) -> None:
    author = ScriptedAuthor(
        {
            **ONE_CONCEPT,
            AuthorRole.QUIZ: lambda _, objections: quiz([0, 1, 2], len(objections)),
            AuthorRole.QUIZ_KEY: says([1], [0], [2]),
        }
    )
    task, roadmap, payloads = await create(settings, author, **REVIEWING)
    assert task.status == "completed"
    assert len(payloads["quiz"]["questions"]) == 3
    assert await doubts(settings, roadmap.roadmap_id) == [("look.key", "q1"), ("look.key", "q2")]
    assert author.times_asked()[AuthorRole.QUIZ, "c-1-1-1"] == 3


async def test_a_reader_who_does_not_answer_ends_nothing_and_is_no_agreement(settings: Settings) -> None:
    def fail(*_: Any) -> QuizKey:
        raise ModelUnavailable("the critic hung up")

    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.QUIZ: lambda *_: quiz([0, 1, 2]), AuthorRole.QUIZ_KEY: fail})
    task, roadmap, _ = await create(settings, author, **REVIEWING)
    assert task.status == "completed"
    assert await doubts(settings, roadmap.roadmap_id) == [("look.unread", None)]


async def test_a_reader_who_cannot_tell_has_not_disagreed(settings: Settings) -> None:
    author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.QUIZ: lambda *_: quiz([0, 1, 2]), AuthorRole.QUIZ_KEY: says([])})
    task, _, payloads = await create(settings, author, **REVIEWING)
    assert task.status == "completed"
    assert len(payloads["quiz"]["questions"]) == 3


async def test_what_was_objected_to_is_not_bought_again_by_a_run_that_starts_anew(settings: Settings) -> None:
    """The first start is told of the dead link and then loses its model; the next one goes on from there."""
    async with web_server({"/good": page(title="Chess")}) as server:
        away = True

        def reply(_: Brief[Any], objections: Sequence[str]) -> Resources:
            if objections and away:
                raise ModelUnavailable("gone")
            return resources(server.url("/good" if objections else "/invented"))

        author = ScriptedAuthor({**ONE_CONCEPT, AuthorRole.RESOURCES: reply})
        async with Orchestrator.open(settings.model_copy(update=LOOKING), author=author) as orchestrator:
            task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
            assert task.status == "partial_failure"
            asked = author.times_asked()[AuthorRole.RESOURCES, "c-1-1-1"]
            away = False
            await orchestrator.resume(task.task_id)
            assert (await orchestrator.wait(task.task_id)).status == "completed"
    assert asked == 2
