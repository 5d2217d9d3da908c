"""`roadmap quiz`: questions without their key, and what to read again after a wrong answer."""

import asyncio
import json

import pytest

from cli.app import main
from domain.contents import Quiz
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.backend.places import quiz_row
from tests.support.authors import QUIZ
from tests.support.environment import variables
from tests.support.rows import framework

WITH_HEADINGS = Quiz(questions=[one.model_copy(update={"heading": "One\x1b[31m more"}) for one in QUIZ.questions])


def test_a_quiz_is_shown_and_graded(database_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    async def fill() -> None:
        database = Database(database_url)
        async with database.transaction() as session:
            await save_roadmap_metadata(session, "r-1", "ann", framework("r-1"))
            session.add(quiz_row("r-1", quiz=WITH_HEADINGS))
        await database.close()

    asyncio.run(fill())

    def run(*arguments: str, code: int = 0) -> str:
        assert main(["quiz", *arguments]) == code
        return "".join(capfd.readouterr())

    with variables({"ROADMAP_DATABASE_URL": database_url}):
        quiz = ("r-1", "c-1-1-1")
        shown = run(*quiz)
        assert "1. What is 0 and one?\n   A. 1\n   B. 2\n" in shown
        assert "It is counted" not in shown
        assert "Answer with: roadmap quiz r-1 c-1-1-1 --version 1 --answers" in shown
        graded = run(*quiz, "--answers", "a B -")
        assert graded.startswith("1. correct\n   It is counted.\n2. not correct: A is right\n")
        assert graded.count("Read again: One") == 2
        assert "\x1b" not in graded
        assert graded.endswith("1 of 3 correct.\n")
        attempt = json.loads(run(*quiz, "--answers", "A A AB", "--user", "bo", "--json"))
        assert (attempt["correct"], [mark["right"] for mark in attempt["marks"]]) == (2, [True, True, False])
        assert json.loads(run(*quiz, "--json"))["version"] == 1
        for answers, message in {
            "A": "3 questions, and there are 1 answers",
            "": "3 questions, and there are 0 answers",
            "A B C": "has 2 options",
            "A B 3": "“3” is no answer",
            "A B é": "is no answer",
            "x" * 5000: "is no answer",
        }.items():
            refused = run(*quiz, "--answers", answers, code=2)
            assert message in refused
            assert refused.count("\n") == 1
        assert "has no quiz in version 2" in run(*quiz, "--version", "2", code=3)
        assert "has no quiz" in run("r-1", "c-1-1-2", code=3)
