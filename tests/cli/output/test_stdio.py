import json

import pytest

from cli.output.stdio import print_json, print_rich, styled
from rendering.text.text import clean, counted, hours, one_line, seconds
from tests.cli.roadmaps import HOSTILE, NOON


def test_control_sequences_are_removed() -> None:
    assert clean(HOSTILE) == "[bold]x[/bold] [31mred]0;title 31m # <b>`c`</b> turned"
    assert clean("one\ttwo\r\nthree") == "one\ttwo\nthree"
    assert clean("学习 شجرة 👩‍👩‍👧 e\u0301") == "学习 شجرة 👩‍👩‍👧 e\u0301"


def test_a_text_fits_into_one_line() -> None:
    assert one_line(" a\n\tb \u2028 c ") == "a b c"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"


def test_json_has_no_control_characters(capfd: pytest.CaptureFixture[str]) -> None:
    document = {"text": HOSTILE + "\x7f", "at": NOON, "name": "学习"}
    print_json(document)
    printed = capfd.readouterr().out
    assert json.loads(printed) == {**document, "at": "2026-07-01T12:00:00Z"}
    assert not {"\x1b", "\x7f", "\x9b"} & set(printed)
    assert "学习" in printed


def test_markup_is_printed_literally(capfd: pytest.CaptureFixture[str]) -> None:
    print_rich(styled("[bold]x[/bold] :smile: \x1b[31m"))
    assert capfd.readouterr().out == "[bold]x[/bold] :smile: [31m\n"


@pytest.mark.parametrize(("number", "said"), [(2.0, "2 h"), (2.5, "2.5 h"), (0.25, "0.2 h"), (120.0, "120 h")])
def test_hours(number: float, said: str) -> None:
    assert hours(number) == said


@pytest.mark.parametrize(("number", "said"), [(3.21, "3.2 s"), (250, "4 min 10 s"), (7500, "2 h 5 min")])
def test_seconds(number: float, said: str) -> None:
    assert seconds(number) == said


def test_counted() -> None:
    assert [counted(1, "stage"), counted(2, "stage")] == ["1 stage", "2 stages"]
