"""`review` and `modify` refuse invalid options before the database is opened."""

import pytest

from cli.app import main


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
