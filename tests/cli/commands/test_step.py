import pytest

from cli.app import main
from cli.terminal.shell import COMMANDS, HELP, read_number, read_words
from domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  n  ", ["next"]),
        ("break 'a b'", ["break", "a b"]),
        ('set request {"a": "b  c"} ', ["set", "request", '{"a": "b  c"}']),
        ("set feedback", ["set", "feedback"]),
        ("q", ["quit"]),
    ],
)
def test_command_lines_are_split(line: str, words: list[str]) -> None:
    assert read_words(line) == words


@pytest.mark.parametrize("word", ["", "-1", "1.5", "²", "9" * 5000])
def test_invalid_numbers_are_refused(word: str) -> None:
    with pytest.raises(InvalidInput):
        read_number(word, default=1)


def test_help_has_one_line_per_command() -> None:
    assert len(COMMANDS) == len(set(COMMANDS)) == len(HELP.splitlines())
    assert all(len(line) < 100 for line in HELP.splitlines())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["step", "create", " "], 2),
        (["step", "create", "x", "--hours-per-week", "nan"], 2),
        (["step", "retry", "r", "c-1-1-1", "poem"], 2),
        (["step", "modify", "r", "a\x00b"], 2),
        (["step", "resume", "\udcff"], 3),
        (["step", "retry", "r", "\udcff", "quiz"], 3),
        (["step", "create", "x"], 5),
    ],
)
def test_invalid_step_commands_are_refused(
    arguments: list[str], code: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(arguments) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert "Traceback" not in err
