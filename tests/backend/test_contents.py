"""Contents over HTTP and on pages: what became of their code, and where their doubts belong."""

from typing import Any

import httpx
import pytest

from domain.contents import Tutorial
from repository.db.database import Database
from repository.tables.roadmaps import ContentVersionRow
from tests.backend.places import fill

CONCEPT = "/roadmaps/r-1/concepts/c-1-1-1"
LESSON = Tutorial(
    title="T",
    summary="S",
    content="## Eins\n\n```sql\nSELECT 1;\n```\n\n## Zwei\n\n> [!TIP]\n> Wort\n\n```sql\nSELECT b;\n```\n",
    estimated_completion_time=10,
    language="de",
)
DOUBTS: list[dict[str, Any]] = [
    {"rule": "code.run", "message": "Code block 2 (sql) fails: no such column: b.", "part": "s2"},
    {"rule": "tutorial.exercise", "message": "There is no exercise.", "part": None},
]
REPORT = [
    {"number": 1, "line": 2, "language": "sql", "state": "ran", "reason": None, "part": "s1"},
    {"number": 2, "line": 11, "language": "sql", "state": "doubtful", "reason": None, "part": "s2"},
]


async def stored(database: Database, code_report: list[dict[str, object]] | None) -> None:
    await fill(database, "local")
    async with database.transaction() as session:
        row = ContentVersionRow(
            roadmap_id="r-1", concept_id="c-1-1-1", content_type="tutorial", version=1,
            payload=LESSON.model_dump(mode="json"), task_id="t", author="scripted", doubts=DOUBTS,
            code_report=code_report,
        )  # fmt: skip
        await session.merge(row)


async def test_the_api_says_which_code_ran_and_what_a_doubt_is_about(
    client: httpx.AsyncClient, database: Database
) -> None:
    await stored(database, REPORT)
    (version,) = (await client.get(f"/api/v1{CONCEPT}/tutorial/versions")).json()["versions"]
    one = (await client.get(f"/api/v1{CONCEPT}/tutorial?version=1")).json()
    for answer in (version, one):
        assert answer["code"] == REPORT
        assert [(doubt["part"], doubt["heading"]) for doubt in answer["doubts"]] == [("s2", "Zwei"), (None, None)]


async def test_a_version_without_a_report_is_not_said_to_have_run(
    client: httpx.AsyncClient, database: Database
) -> None:
    await stored(database, None)
    assert (await client.get(f"/api/v1{CONCEPT}/tutorial?version=1")).json()["code"] is None
    page = (await client.get(CONCEPT)).text
    assert page.count('<p class="run">Nicht ausgeführt</p>') == 2


@pytest.mark.parametrize("path", [CONCEPT, "/api/v1/roadmaps/r-1/export?format=html"])
async def test_a_page_and_an_export_show_it_at_each_block(
    client: httpx.AsyncClient, database: Database, path: str
) -> None:
    await stored(database, REPORT)
    page = (await client.get(path)).text
    first, second = (
        page.index('<p class="run">Ausgeführt</p>'),
        page.index('<p class="run">Ausgeführt: zweifelhaft</p>'),
    )
    remark = page.index('<p class="remark"><strong>Zweifel:</strong>')
    assert first < remark < second
    assert "Tipp</p>" in page
    assert "Nicht ausgeführt" not in page
