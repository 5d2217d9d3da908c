"""`roadmap wishes` and `revert`: what every new version of a content follows, and how an older one comes back."""

import asyncio
import json

import pytest

from cli.app import main
from domain.vocabulary import ContentType
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from repository.roadmaps.wishes import add_wishes
from tests.backend.places import quiz_row
from tests.support.environment import variables
from tests.support.rows import framework


def test_wishes_are_shown_and_taken_back(database_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    async def fill() -> None:
        database = Database(database_url)
        async with database.transaction() as session:
            await save_roadmap_metadata(session, "r-1", "ann", framework("r-1"))
            await add_wishes(session, "t-1", "r-1", [("c-1-1-1", ContentType.QUIZ)], "harder\nand \x1b[31mshorter")
        await database.close()

    asyncio.run(fill())

    def run(*arguments: str, code: int = 0) -> tuple[str, str]:
        assert main(["wishes", *arguments]) == code
        out, err = capfd.readouterr()
        return out, err

    with variables({"ROADMAP_DATABASE_URL": database_url}):
        content = ("r-1", "c-1-1-1", "quiz")
        out, _ = run(*content)
        assert out.count("\n") == 1
        assert "\x1b" not in out
        assert "t-1  holds  harder and" in out
        out, _ = run(*content, "--take-back", "t-1", "--json")
        [wish] = json.loads(out)["wishes"]
        assert wish["withdrawn_at"]
        assert "t-1  taken back" in run(*content)[0]
        assert "no wishes" in run("r-1", "c-1-1-1", "tutorial")[1]
        assert "There is no wish of task t-2" in run(*content, "--take-back", "t-2", code=3)[1]
        assert "nowhere" in run("nowhere", "c-1-1-1", "quiz", code=3)[1]


def test_a_version_is_put_back(database_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    async def fill() -> None:
        database = Database(database_url)
        async with database.transaction() as session:
            await save_roadmap_metadata(session, "r-1", "ann", framework("r-1"))
            first, second = quiz_row("r-1"), quiz_row("r-1")
            second.version, second.payload, second.task_id = 2, {"questions": []}, "t-2"
            session.add_all([first, second])
        await database.close()

    asyncio.run(fill())

    def run(*arguments: str, code: int = 0) -> tuple[str, str]:
        assert main(["revert", *arguments]) == code
        return capfd.readouterr()

    with variables({"ROADMAP_DATABASE_URL": database_url}):
        content = ("r-1", "c-1-1-1", "quiz", "--version")
        assert run(*content, "1")[0] == "Version 3 of the quiz of c-1-1-1 is a copy of version 1.\n"
        assert json.loads(run(*content, "1", "--json")[0])["version"] == 3
        assert "newest already" in run(*content, "3")[0]
        assert "has no version 9" in run(*content, "9", code=3)[1]
        assert "no concept c-9" in run("r-1", "c-9", "quiz", "--version", "1", code=3)[1]
        run(*content, "0", code=2)
        run("r-1", "c-1-1-1", "poem", "--version", "1", code=2)
