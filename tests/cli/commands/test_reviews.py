"""`review` and `modify` refuse invalid options before the database is opened; `diff` shows what is proposed."""

import asyncio
import json

import pytest

from cli.app import main
from domain.editing.review import EditPlan, Operation
from nodes.authors.briefs import AuthorRole
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.support.authors import ScriptedAuthor
from tests.support.environment import variables


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["review", "t"], "either --approve or --reject"),
        (["review", "t", "--approve", "--reject", "--feedback", "x"], "either --approve or --reject"),
        (["review", "t", "--reject"], "--reject requires --feedback TEXT"),
        (["review", "t", "--reject", "--feedback", "  "], "--feedback: must not be blank"),
        (["review", "t", "--reject", "--feedback", "a\x00b"], "--feedback: contains a NUL character"),
        (["review", "t", "--reject", "--feedback", "x" * 20_001], "--feedback: String should have at most 20000"),
        (["review", "t", "--approve", "--feedback", "x"], "--feedback requires --reject"),
        (["modify", "r", ""], "INSTRUCTIONS: must not be blank"),
        (["modify", "r", "a\udcff"], "INSTRUCTIONS: "),
        (["modify", "r", "x", "--review-timeout", "5"], "--review-timeout requires --review"),
        (["modify", "r", "x", "--review", "--review-timeout", "0"], "--review-timeout: must be greater than 0"),
        (["create", "x", "--review", "--review-timeout", "nan"], "--review-timeout: must be greater than 0"),
    ],
)
def test_invalid_options_are_refused_in_one_line(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")  # nobody asks it
    assert main(arguments) == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_diff_shows_what_is_written_again_while_the_change_waits_for_a_review(
    settings: Settings, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    wish = "with a \x1b[31mpicture"
    rewrite = Operation(
        action="rewrite", target_type="concept", concept_ids=["c-1-1-1"], content_types=["tutorial"], wish=wish
    )
    author = ScriptedAuthor({AuthorRole.EDIT_PLAN: lambda _, __: EditPlan(feedback_summary="", operations=[rewrite])})

    async def propose() -> str:
        async with Orchestrator.open(settings, author=author) as orchestrator:
            made = await orchestrator.wait((await orchestrator.create("learn chess")).task_id)
            asked = await orchestrator.modify(made.roadmap_id or "", "pictures", review=ReviewRequest())
            return (await orchestrator.wait(asked.task_id)).task_id

    task_id = asyncio.run(propose())
    with variables({"ROADMAP_DATABASE_URL": database_url}):
        assert main(["diff", task_id]) == 0
        shown = capfd.readouterr().out
        assert "Written again:" in shown
        assert "c-1-1-1" in shown
        assert "\x1b[31m" not in shown
        assert main(["diff", task_id, "--json"]) == 0
        [content] = json.loads(capfd.readouterr().out)["proposal"]["rewritten"]
    assert (content["concept_id"], content["content_type"]) == ("c-1-1-1", "tutorial")
