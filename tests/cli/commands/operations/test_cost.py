from dataclasses import replace

import pytest
from rich.console import Console

from cli.commands.operations.cost import print_notes, spending_table
from repository.ledger.calls import Expense

PAID = Expense("openai:gpt-5", "quiz_generation", 2, 0, 0, 1000, 500, 0.25, 3.0)
UNPRICED = Expense("openai:ours", "quiz_generation", 1, 0, 0, 100, 50, 0.0, 1.0, unpriced_calls=1)


def shown(*found: Expense) -> list[str]:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(spending_table(list(found)))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_sum_over_calls_without_a_price_is_a_lower_bound() -> None:
    lines = shown(PAID, UNPRICED)
    assert "at least $0.25" in lines[-1]
    assert "at least" not in lines[1]
    assert "unknown" in lines[2]
    assert "unknown" in shown(UNPRICED)[-1]
    assert "$0.00" in shown(replace(UNPRICED, unpriced_calls=0))[-1]


def test_tokens_that_are_estimates_are_not_shown_as_counted() -> None:
    lines = shown(PAID, replace(UNPRICED, estimated_calls=1))
    assert "about 1100" in lines[-1]
    assert "about" not in lines[1]


def test_unknown_prices_and_estimates_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    print_notes([PAID, replace(UNPRICED, estimated_calls=1)])
    told = capsys.readouterr().err
    assert "No price known for openai:ours: set ROADMAP_MODEL_PRICES." in told
    assert "these are estimates" in told
    print_notes([PAID])
    assert capsys.readouterr().err == ""
