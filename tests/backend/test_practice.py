"""Tests of stages and cards over HTTP and on pages: made from what is there, graded by what was shown."""

import re

import httpx
import pytest
from sqlalchemy import text

from domain.course.book import ConceptPlan, CourseBook, Misconception, Term
from repository.db.database import Database, execute
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.backend.pages.conftest import sent
from tests.backend.places import fill, quiz_row
from tests.support.page_forms import controls
from tests.support.stocked import structure

TEST = "/api/v1/roadmaps/r-1/stage-tests/s-1"


async def test_a_test_is_graded_by_the_versions_that_were_shown(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    shown = (await client.get(TEST)).json()
    assert shown == (await client.get(TEST)).json(), "the same attempt is the same test"
    assert "correct_answer" not in str(shown)
    newer = quiz_row("r-1")
    newer.version, newer.payload = 2, {"questions": []}
    async with database.transaction() as session:
        session.add(newer)
    places = [{name: one[name] for name in ("concept_id", "version", "question_id")} for one in shown["questions"]]
    answers = [{**place, "chosen": [0] if index else []} for index, place in enumerate(places)]
    result = (await client.post(TEST, json={"answers": answers})).json()
    assert (result["correct"], result["questions"]) == (2, 3)
    assert [mark["right"] for mark in result["marks"]] == [False, True, True]
    assert (await client.get("/api/v1/roadmaps/r-1/progress")).json()["concepts"][0]["attempts"] == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"chosen": [9]}, 422),
        ({"question_id": "q99"}, 422),
        ({"version": 7}, 404),
        ({"concept_id": "c-9"}, 404),
        ({"version": 0}, 422),
        ({"question_id": "a\x00b"}, 422),
        ({"more": 1}, 422),
    ],
    ids=str,
)
async def test_an_answer_that_fits_no_question_is_refused_in_one_line(
    client: httpx.AsyncClient, database: Database, change: dict[str, object], status: int
) -> None:
    await fill(database, "local")
    question = (await client.get(TEST)).json()["questions"][0]
    answer = {name: question[name] for name in ("concept_id", "version", "question_id")} | {"chosen": [0]} | change
    refused = await client.post(TEST, json={"answers": [answer]})
    assert (refused.status_code, "\n" in refused.json()["detail"]) == (status, False)


async def test_the_same_question_twice_and_no_question_at_all_are_refused(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database, "local")
    question = (await client.get(TEST)).json()["questions"][0]
    answer = {name: question[name] for name in ("concept_id", "version", "question_id")} | {"chosen": [0]}
    for answers in ([], [answer, answer], [answer] * 13):
        assert (await client.post(TEST, json={"answers": answers})).status_code == 422


async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    for path in ("r-1/stage-tests/s-9", "r-9/stage-tests/s-1", "r-9/cards", "r-2/stage-tests/s-1"):
        assert (await client.get(f"/api/v1/roadmaps/{path}")).status_code == 404, path
    async with database.transaction() as session:
        await execute(session, text("DELETE FROM content_versions"), {})
    assert "none of its quizzes" in (await client.get(TEST)).json()["detail"]


async def test_cards_are_made_from_the_book_and_there_are_none_without_one(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database, "local")
    assert (await client.get("/api/v1/roadmaps/r-1/cards")).json()["cards"] == []
    assert "No cards" in (await client.get("/roadmaps/r-1/cards")).text
    plan = ConceptPlan(
        concept_id="c-1-1-1", misconceptions=[Misconception(belief="It <b>is</b>.", correction="It is <not>.")]
    )
    book = CourseBook(glossary=[Term(term="T", meaning="M", notation=r"$\theta$")], concepts=[plan])
    async with database.transaction() as session:
        update = text("UPDATE roadmap_metadata SET course_book = CAST(:book AS jsonb) WHERE roadmap_id = 'r-1'")
        await execute(session, update, {"book": book.model_dump_json()})
    cards = (await client.get("/api/v1/roadmaps/r-1/cards")).json()["cards"]
    assert [(card["kind"], card["front"], card["back"]) for card in cards] == [
        ("term", "T", "M\n\n$\\theta$"),
        ("misconception", "It <b>is</b>.", "It is <not>."),
    ]
    shown = (await client.get("/roadmaps/r-1/cards")).text
    assert "It &lt;b&gt;is&lt;/b&gt;." in shown
    assert "<mi>θ</mi>" in shown
    assert r"\theta" not in shown


async def test_a_test_can_be_taken_on_its_page(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    page = "/roadmaps/r-1/stage-tests/s-1"
    shown = (await client.get(page)).text
    (form,) = [one for one in controls(shown, {}) if one.action == page]
    fields = {name: value for name, value in form.fields if name != "csrf" and not name.startswith("q.")}
    assert len(fields) == 2 + 3 * 3
    result = await sent(client, page, page, **fields, **{"q.0": "0", "q.1": "1"})
    assert (result.status_code, "1 of 3 correct" in result.text) == (200, True)
    assert f"{page}?attempt=2" in result.text
    for bad in ({"total": "99"}, {"attempt": "x"}, {"version.0": "-1"}, {"q.0": "7"}):
        refused = await sent(client, page, page, **fields | bad)
        assert refused.status_code == 422, bad


async def test_only_a_test_with_earlier_questions_says_that_it_has_them(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-5", "local", structure("r-5", "Go", (2, 1, 1), "Concept {}".format))
        for concept_id in ("c-1-1-1", "c-2-1-1"):
            session.add(quiz_row("r-5", concept_id))
    first, second = [(await client.get(f"/roadmaps/r-5/stage-tests/{stage}")).text for stage in ("s-1", "s-2")]
    assert ("earlier stages" in first, "earlier stages" in second) == (False, True)


async def test_the_map_links_to_tests_and_cards_that_there_are(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-5", "local", structure("r-5", "Go", (2, 1, 1), "Concept {}".format))
        session.add(quiz_row("r-5", "c-2-1-1"))
        await execute(session, text("UPDATE concept_contents SET status = 'completed' WHERE roadmap_id = 'r-5'"), {})
        written = "UPDATE concept_contents SET version = 1 WHERE roadmap_id = 'r-5' AND concept_id = 'c-2-1-1'"
        await execute(session, text(written), {})
    practice = re.compile(r'href="(/roadmaps/r-5/(?:cards|stage-tests)[^"]*)">([^<]+)</a>')
    tested = ("/roadmaps/r-5/stage-tests/s-2", "test of stage 2")
    assert practice.findall((await client.get("/roadmaps/r-5")).text) == [tested]
    assert (await client.get(tested[0])).status_code == 200
    async with database.transaction() as session:
        book = """UPDATE roadmap_metadata SET course_book = '{"glossary": []}' WHERE roadmap_id = 'r-5'"""
        await execute(session, text(book.replace(":", r"\:")), {})
    cards = ("/roadmaps/r-5/cards", "cards")
    assert practice.findall((await client.get("/roadmaps/r-5")).text) == [tested, cards]
