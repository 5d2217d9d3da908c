"""A concept's page and its forms."""

import httpx
import pytest

from domain.framework import Concept, Framework, Module, Stage
from repository.database import Database
from repository.roadmaps import save_roadmap_metadata
from tests.backend.pages.conftest import Post
from tests.backend.places import fill


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


@pytest.mark.parametrize(
    ("target", "fields"),
    [
        ("retry", {"content_type": "poem"}),
        ("retry", {"content_type": "quiz", "instructions": "x" * 5000}),
        ("quiz", {"version": "one"}),
        ("quiz", {"version": "1", "q.0": "99"}),
        ("quiz", {"version": "1", "q.0": "-1"}),
        ("quiz", {"version": "1", "q.0": "٣"}),
    ],
)
async def test_a_form_that_no_page_of_ours_would_send_is_refused_in_one_line(
    client: httpx.AsyncClient, database: Database, post: Post, target: str, fields: dict[str, str]
) -> None:
    await fill(database, "local")
    answer = await post(client, "/", f"/roadmaps/r-1/concepts/c-1-1-1/{target}", **fields)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_version_that_there_is_not_is_not_shown_as_another(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database, "local")
    assert (await client.get("/roadmaps/r-1/concepts/c-1-1-1?tutorial=7")).status_code == 404
    assert (await client.get("/roadmaps/r-1/concepts/c-none")).status_code == 404
