"""Notes of a learner, and “this is wrong”."""

import re

import httpx
import pytest
from sqlalchemy import text

from domain.vocabulary import ContentType, Role
from repository.db.database import Database, execute
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.places import content_row, quiz_row
from tests.support.authors import RESOURCES, TUTORIAL
from tests.support.rows import framework

CONCEPT = "/roadmaps/r-1/concepts/c-1-1-1"
HOSTILE = "</textarea><script>alert(1)</script> " + "w" * 80 + " ملاحظة"


async def _stock(database: Database, user_id: str = "local") -> None:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", user_id, framework("r-1"))
        session.add(quiz_row("r-1"))
        session.add(content_row(ContentType.TUTORIAL, TUTORIAL, "r-1"))
        session.add(content_row(ContentType.RESOURCES, RESOURCES, "r-1"))
        written = "UPDATE concept_contents SET status = 'completed', version = 1 WHERE concept_id = 'c-1-1-1'"
        await execute(session, text(written), {})


async def test_a_note_is_kept_and_two_windows_lose_nothing(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _stock(database)
    saved = await post(client, CONCEPT, f"{CONCEPT}/note", version="0", note=HOSTILE)
    assert saved.headers["location"] == f"{CONCEPT}?said=noted#note"
    shown = (await client.get(CONCEPT)).text
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown
    same = await post(client, CONCEPT, f"{CONCEPT}/note", version="0", note=HOSTILE)
    assert same.status_code == 303, "a double click changes nothing"
    other = await post(client, CONCEPT, f"{CONCEPT}/note", version="0", note="from another window")
    assert other.status_code == 409
    assert "from another window</textarea>" in other.text
    assert 'class="stored-note">&lt;/textarea' in other.text
    assert 'name="version" value="1"' in other.text, "saving again replaces the other note knowingly"
    assert (await post(client, CONCEPT, f"{CONCEPT}/note", version="1", note=" \n")).status_code == 303
    assert (await client.get(f"/api/v1{CONCEPT}/note")).json()["note"] == ""


@pytest.mark.parametrize("note", ["x" * 20_001, "a\x00b"])
async def test_a_note_that_cannot_be_kept_is_said_beside_the_field(
    client: httpx.AsyncClient, database: Database, post: Post, note: str
) -> None:
    await _stock(database)
    answer = await post(client, CONCEPT, f"{CONCEPT}/note", version="0", note=note)
    assert answer.status_code == 422
    assert 'id="error-note"' in answer.text
    assert f">\n{note.replace(chr(0), '')}</textarea>" in answer.text
    huge = await post(client, CONCEPT, f"{CONCEPT}/note", version="0", note="x" * 100_000)
    assert huge.status_code == 422


async def test_notes_are_private(serve: Serve, database: Database, bearer: Serve) -> None:
    client = await serve(auth="token")
    await _stock(database, "ann")
    ann, bob, boss = await bearer("ann"), await bearer("bob"), await bearer("boss", Role.ADMIN)
    target = f"/api/v1{CONCEPT}/note"
    assert (await client.put(target, json={"note": "mine", "version": 0}, headers=ann)).json()["version"] == 1
    assert (await client.get(target, headers=bob)).status_code == 404
    assert (await client.get(target, headers=boss)).json()["note"] == ""
    assert (await client.get(f"{target}?user_id=ann", headers=boss)).status_code == 403
    assert (await client.put(target, json={"note": "other", "version": 0}, headers=ann)).status_code == 409
    assert (await client.put("/api/v1/roadmaps/r-1/concepts/c-9/note", json={"note": "x", "version": 0}, headers=ann)
            ).status_code == 404  # fmt: skip


async def test_what_is_reported_becomes_the_instructions_of_a_retry_and_is_seen_by_the_operator(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _stock(database)
    shown = (await client.get(CONCEPT)).text
    assert shown.count("<summary>This is wrong</summary>") == 3
    assert "<option>Question 1: What is 0 and one?</option>" in shown
    assert "<option>Link: " in shown
    fields = {"content_type": "quiz", "version": "1", "attempt": "w-1", "part": "Question 1: What is 0 and one?"}
    for _ in range(2):
        done = await post(client, CONCEPT, f"{CONCEPT}/report", **fields, words=HOSTILE)
        assert done.headers["location"] == f"{CONCEPT}?said=reported#quiz"
    for page in (CONCEPT, "/operations"):
        text = (await client.get(page)).text
        assert text.count("Question 1: What is 0 and one?: &lt;/textarea&gt;&lt;script&gt;") == 1, page
        assert "<script>alert" not in text
    assert len((await client.get("/api/v1/reports")).json()["reports"]) == 1
    newer = quiz_row("r-1")
    newer.version = 2
    async with database.transaction() as session:
        session.add(newer)
    assert (await client.get("/api/v1/roadmaps/r-1/reports")).json()["reports"] == [], "it was written again"
    assert "What is 0 and one?: &lt;" not in (await client.get("/operations")).text


async def test_a_report_without_words_is_asked_for_them_and_one_of_nothing_is_refused(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _stock(database)
    fields = {"content_type": "quiz", "version": "1", "attempt": "w-1", "part": "Question 1"}
    for words in ("", " ", "x" * 2001, "a\x00"):
        answer = await post(client, CONCEPT, f"{CONCEPT}/report", **fields, words=words)
        assert answer.status_code == 422
        assert 'id="error-words"' in answer.text
    for changes, status in (
        ({"version": "9"}, 404),
        ({"version": "x"}, 422),
        ({"content_type": "song"}, 422),
        ({"attempt": "x" * 300}, 422),
    ):
        answer = await post(client, CONCEPT, f"{CONCEPT}/report", **fields | changes, words="wrong")
        assert answer.status_code == status
    assert (await client.get("/api/v1/reports")).json()["reports"] == []


async def test_the_longest_note_is_kept_whatever_it_is_written_in(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _stock(database)
    note = "\U0001f600" * 20_000
    assert (await post(client, CONCEPT, f"{CONCEPT}/note", version="0", note=note)).status_code == 303
    assert (await client.get(f"/api/v1{CONCEPT}/note")).json()["note"] == note


async def test_reports_are_offered_as_far_as_instructions_may_hold_them_and_only_to_who_may_write(
    serve: Serve, database: Database, bearer: Serve, post: Post
) -> None:
    client = await serve(auth="token")
    await _stock(database, "ann")
    ann, rev = await bearer("ann"), await bearer("rev", Role.REVIEWER)
    client.headers.update(ann)
    for letter in "abcdefghijk":
        fields = {"content_type": "quiz", "version": "1", "attempt": f"w-{letter}"}
        sent = await post(client, CONCEPT, f"{CONCEPT}/report", **fields, words=letter * 2000)
        assert sent.status_code == 303
    shown = (await client.get(CONCEPT)).text
    [offered] = re.findall('<textarea id="how-quiz"[^>]*>([^<]*)</textarea>', shown)
    assert offered == "\n".join(sorted(offered.split("\n"), reverse=True))
    assert len(offered) == 20_000
    taken = await post(client, CONCEPT, f"{CONCEPT}/retry", content_type="quiz", instructions=offered)
    assert taken.status_code == 303
    client.headers.update(rev)
    assert "000000" not in (await client.get(CONCEPT)).text
