"""`roadmap repeat` and `roadmap rename`."""

import asyncio
import io
import json

import pytest

from cli.app import main
from domain.contents import Quiz
from domain.learners.progress import ConceptMark
from repository.db.database import Database
from repository.roadmaps.learning import set_mark
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.backend.places import quiz_row
from tests.support.authors import QUIZ
from tests.support.environment import variables
from tests.support.rows import framework

QUESTIONS = [one.model_copy(update={"question_id": f"q{n}"}) for n, one in enumerate(QUIZ.questions)]


def test_questions_are_asked_until_none_is_due(
    database_url: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fill() -> None:
        database = Database(database_url)
        async with database.transaction() as session:
            await save_roadmap_metadata(session, "r-1", "local", framework("r-1"))
            session.add(quiz_row("r-1", quiz=Quiz(questions=QUESTIONS)))
            await set_mark(session, "local", "r-1", "c-1-1-1", ConceptMark.DONE)
        await database.close()

    asyncio.run(fill())

    def run(*arguments: str, typed: str = "", code: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert main(list(arguments)) == code
        return "".join(capfd.readouterr())

    with variables({"ROADMAP_DATABASE_URL": database_url}):
        due = json.loads(run("repeat", "--json"))
        assert (due["total"], len(due["questions"])) == (3, 3)
        assert "3 questions for today" in run("repeat", typed="q\n")
        said = run("repeat", typed="é\nZ\nA\n-\n")
        assert said.count("Answer with letters up to") == 2
        assert "Correct." in said
        assert "Not correct: " in said
        assert "Again in a few minutes." in said
        said = run("repeat", typed="\n".join(["A"] * 9))
        assert "Nothing is due. The next question is due on" in said
        assert json.loads(run("repeat", "--json"))["total"] == 0
        assert "Nothing is due" in run("repeat", "--user", "bo")
        assert "--user" in run("repeat", "--user", " ", code=2)
        assert "is called: My own" in run("rename", "r-1", " My\n own ")
        assert json.loads(run("rename", "r-1", "x", "--json")) == {"roadmap_id": "r-1", "title": "x"}
        assert "title: " in run("rename", "r-1", "", code=2)
        assert "no roadmap" in run("rename", "r-9", "x", code=3).lower()
