"""A concept's page and its forms."""

import httpx
import pytest

from domain.contents import Quiz
from domain.course.book import LessonPlan
from domain.framework import Concept, Framework, Module, Stage
from domain.parts import chain_of, new_lesson
from domain.vocabulary import ContentType
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from repository.roadmaps.wishes import add_wishes
from tests.backend.pages.conftest import Post
from tests.backend.places import content_row, fill, quiz_row
from tests.support.authors import QUIZ, TUTORIAL
from tests.support.rows import framework


async def test_an_id_of_the_legacy_system_has_a_page(client: httpx.AsyncClient, database: Database) -> None:
    concept_id = "go-1:c-1-1-1 ü?#%"
    module = Module(module_id="m", name="M", concepts=[Concept(concept_id=concept_id, name="Types")])
    framework = Framework(roadmap_id="go-1", title="Go", stages=[Stage(stage_id="s", name="S", modules=[module])])
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "go-1", "local", framework)
    map_ = await client.get("/roadmaps/go-1")
    link = "/roadmaps/go-1/concepts/go-1%3Ac-1-1-1%20%C3%BC%3F%23%25"
    assert f'href="{link}"' in map_.text
    assert '<h1 dir="auto">Types</h1>' in (await client.get(link)).text


async def test_a_concept_with_a_slash_in_its_id_has_a_page_and_its_contents_are_found(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    module = Module(module_id="m", name="M", concepts=[Concept(concept_id="a/b", name="Types")])
    framework = Framework(roadmap_id="go-1", title="Go", stages=[Stage(stage_id="s", name="S", modules=[module])])
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "go-1", "local", framework)
        session.add(quiz_row("go-1", "a/b"))
    link = "/roadmaps/go-1/concepts/a%2Fb"
    assert '<h1 dir="auto">Types</h1>' in (await client.get(link)).text
    assert (await post(client, link, f"{link}/mark", mark="done")).headers["location"] == link
    progress = (await client.get("/api/v1/roadmaps/go-1/progress")).json()
    assert [one["concept_id"] for one in progress["concepts"] if one["done_at"]] == ["a/b"]
    assert (await client.put(f"/api/v1{link}/done")).status_code == 200
    assert (await client.get(f"/api/v1{link}/quiz/attempts")).json() == {"attempts": []}
    assert "a/b" in (await client.get(f"/api/v1{link}/quiz/versions")).text
    taken = await post(client, link, f"{link}/quiz", version="1", attempt="a-1", **{"q.0": "0"})
    assert taken.headers["location"] == f"{link}?attempt=a-1#quiz"
    sent = {"attempt_id": "a-2", "version": 1, "answers": [[] for _ in QUIZ.questions]}
    assert (await client.post(f"/api/v1{link}/quiz/attempts", json=sent)).json()["attempts"] == 2
    assert (await post(client, link, f"{link}/retry", content_type="tutorial")).status_code == 303
    assert (await client.post(f"/api/v1{link}/resources/retry")).json()["concept_id"] == "a/b"


async def test_a_wrong_answer_leads_to_the_section_of_the_lesson_that_answers_it(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    headings = ("## Two", "One", "No such section")
    questions = [
        question.model_copy(update={"heading": heading})
        for question, heading in zip(QUIZ.questions, headings, strict=True)
    ]
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "local", framework("r-1"))
        session.add(quiz_row("r-1", quiz=Quiz(questions=questions)))
        session.add(content_row(ContentType.TUTORIAL, TUTORIAL, "r-1"))
    link = "/roadmaps/r-1/concepts/c-1-1-1"
    assert "Read again" not in (await client.get(link)).text
    await post(client, link, f"{link}/quiz", version="1", attempt="a-1", **{"q.0": "1", "q.1": "0", "q.2": "1"})
    shown = (await client.get(f"{link}?attempt=a-1")).text
    assert shown.count("Read again") == 1, "q.1 was right, and the heading of q.2 is gone"
    assert 'Read again: <a dir="auto" href="#t-two">Two</a>' in shown
    assert 'id="t-two"' in shown
    attempts = (await client.get(f"/api/v1{link}/quiz/attempts")).json()["attempts"]
    assert [mark["heading"] for mark in attempts[0]["marks"]] == list(headings)
    assert "No such section" not in (await client.get(f"/api/v1{link}/quiz/questions")).text


async def test_a_review_of_a_round_that_cannot_be_is_refused_in_one_line(
    client: httpx.AsyncClient, database: Database, post: Post, subtests: pytest.Subtests
) -> None:
    await fill(database, "local")
    for round_ in ["0", "9" * 5000, "one", "٣", ""]:
        with subtests.test(round_=round_):
            answer = await post(client, "/", "/tasks/t-asked/review", decision="approve", round=round_)
            assert answer.status_code == 422


async def test_feedback_that_is_too_long_is_not_thrown_away(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await fill(database, "local")
    words = "shorter " * 2600
    answer = await post(client, "/", "/tasks/t-asked/review", decision="reject", round="1", feedback=words)
    assert (answer.status_code, words.strip() in answer.text) == (422, True)


async def test_a_form_that_no_page_of_ours_would_send_is_refused_in_one_line(
    client: httpx.AsyncClient, database: Database, post: Post, subtests: pytest.Subtests
) -> None:
    await fill(database, "local")
    for target, fields in [
        ("retry", {"content_type": "poem"}),
        ("retry", {"content_type": "quiz", "instructions": "x" * 21_000}),
        ("quiz", {"version": "one"}),
        ("quiz", {"version": "1", "q.0": "99"}),
        ("quiz", {"version": "1", "q.0": "-1"}),
        ("quiz", {"version": "1", "q.0": "٣"}),
        ("quiz", {"version": "1", "attempt": "a\x00b"}),
        ("quiz", {"version": "1", "attempt": "x" * 5000}),
    ]:
        with subtests.test(target=target, fields=fields):
            answer = await post(client, "/", f"/roadmaps/r-1/concepts/c-1-1-1/{target}", **fields)
            assert answer.status_code in (404, 422)
            assert answer.headers["content-type"].startswith("text/html")


async def test_a_version_that_there_is_not_is_not_shown_as_another(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database, "local")
    assert (await client.get("/roadmaps/r-1/concepts/c-1-1-1?tutorial=7")).status_code == 404
    assert (await client.get("/roadmaps/r-1/concepts/c-none")).status_code == 404


async def test_a_wish_that_nobody_can_find_cannot_be_taken_back(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await fill(database, "local")
    page = "/roadmaps/r-1/concepts/c-1-1-1"
    shown = (await client.get(page)).text
    assert shown.count(">Take back<") == 3
    assert "Every new version of the quiz follows them." in shown
    answer = await post(client, page, f"{page}/wishes", content_type="quiz", task_id="t-queued")
    assert answer.headers["location"] == f"{page}?said=taken_back#quiz"
    again = (await client.get(page)).text
    assert again.count(">Take back<") == 2
    assert "of the quiz follows them" not in again
    sent = await client.get("/api/v1/roadmaps/r-1/concepts/c-1-1-1/quiz/wishes")
    assert sent.json()["wishes"][0]["withdrawn_at"] is not None


async def test_a_wish_is_shown_as_its_words_and_not_as_markup(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await fill(database, "local")
    async with database.transaction() as session:
        await add_wishes(session, "t-x", "r-1", [("c-1-1-1", "quiz")], "</li><script>alert(1)</script>")
    shown = (await client.get("/roadmaps/r-1/concepts/c-1-1-1")).text
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown


async def test_no_foreign_or_senseless_form_takes_a_wish_back(
    client: httpx.AsyncClient, database: Database, post: Post, subtests: pytest.Subtests
) -> None:
    await fill(database, "local")
    page = "/roadmaps/r-1/concepts/c-1-1-1"
    target = f"{page}/wishes"
    assert (await client.post(target, data={"content_type": "quiz", "task_id": "t-queued"})).status_code == 403
    for fields in [
        {"content_type": "poem", "task_id": "t-queued"},
        {"content_type": "quiz", "task_id": ""},
        {"content_type": "quiz", "task_id": "t-none"},
        {"content_type": "quiz", "task_id": "a\x00b"},
        {"content_type": "quiz", "task_id": "x" * 5000},
    ]:
        with subtests.test(fields=fields):
            assert (await post(client, page, target, **fields)).status_code in (404, 422)
    assert (await client.get(page)).text.count(">Take back<") == 3


async def test_a_chain_of_lessons_can_be_read_and_written_again_lesson_by_lesson(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await fill(database, "local")
    written = [
        new_lesson(LessonPlan(lesson_id=f"l{n}"), TUTORIAL.model_copy(update={"title": f"Part <{n}> & more"}))
        for n in (1, 2)
    ]
    row = quiz_row("r-1")
    row.content_type, row.payload = ContentType.TUTORIAL, chain_of("C1", written).model_dump(mode="json")
    async with database.transaction() as session:
        await session.merge(row)
    link = "/roadmaps/r-1/concepts/c-1-1-1"
    shown = (await client.get(link)).text
    for number in (1, 2):
        assert f'href="#t-part-{number}-more">Part &lt;{number}&gt; &amp; more</a>' in shown
        assert f'id="t-part-{number}-more"' in shown
        assert f'<option value="l{number}">' in shown
    refused = await post(client, link, f"{link}/retry", content_type="tutorial", lesson="l9")
    assert (refused.status_code, "l1, l2" in refused.text) == (404, True)
    assert (await post(client, link, f"{link}/retry", content_type="tutorial", lesson="l2")).status_code == 303
    task = (await client.get("/api/v1/roadmaps/r-1/tasks")).json()["tasks"][0]
    assert task["task_type"] == "retry_tutorial"
