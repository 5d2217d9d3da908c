"""`roadmap cost`: calls, tokens and money spent on models."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.inputs import user_filter, validate_id
from cli.options import Json, OfUser
from cli.output.stdio import echo_err, print_json, print_rich, styled
from cli.session import with_orchestrator
from rendering.text.text import dollars, one_line, seconds

if TYPE_CHECKING:
    from rich.table import Table

    from orchestrator import Orchestrator
    from repository.ledger.calls import Expense


def cost(
    roadmap: Annotated[str | None, typer.Option(metavar="ID", help="Only calls for this roadmap.")] = None,
    task: Annotated[str | None, typer.Option(metavar="ID", help="Only calls of this run.")] = None,
    user: OfUser = None,
    json: Json = False,
) -> None:
    """Sum up calls, tokens and cost by model and step."""
    user_id = user_filter(user)
    roadmap_id = None if roadmap is None else validate_id(roadmap, "roadmap")
    task_id = None if task is None else validate_id(task, "task")

    async def read(orchestrator: "Orchestrator") -> "list[Expense]":
        return await orchestrator.metrics.expenses(task_id=task_id, roadmap_id=roadmap_id, user_id=user_id)

    expenses = with_orchestrator(read)
    if json:
        print_json({"total": _total(expenses), "expenses": [asdict(expense) for expense in expenses]})
    elif expenses:
        print_rich(spending_table(expenses))
        print_notes(expenses)
    else:
        echo_err("No model calls found.")


def _total(expenses: "list[Expense]") -> dict[str, Any]:
    return {
        "calls": sum(expense.calls for expense in expenses),
        "rejected": sum(expense.rejected for expense in expenses),
        "failed": sum(expense.failed for expense in expenses),
        "tokens_in": sum(expense.tokens_in for expense in expenses),
        "tokens_out": sum(expense.tokens_out for expense in expenses),
        "cost": sum(expense.cost for expense in expenses),
        "seconds": sum(expense.seconds for expense in expenses),
        "unpriced_calls": sum(expense.unpriced_calls for expense in expenses),
        "estimated_calls": sum(expense.estimated_calls for expense in expenses),
    }


def spending_table(expenses: "list[Expense]") -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("Model", "Step"):
        table.add_column(heading)
    for heading in ("Calls", "Rejected", "Failed", "Tokens in", "Tokens out", "Cost", "Waited"):
        table.add_column(heading, justify="right")
    for expense in expenses:
        table.add_row(styled(expense.model), styled(expense.step), *_numbers(asdict(expense)))
    table.add_section()
    table.add_row("Total", "", *_numbers(_total(expenses)))
    return table


def print_notes(expenses: "list[Expense]") -> None:
    """Explain unknown prices and estimates on stderr if the table has any."""
    unpriced = sorted({expense.model for expense in expenses if expense.unpriced_calls})
    if unpriced:
        echo_err(f"No price known for {', '.join(one_line(model) for model in unpriced)}: set ROADMAP_MODEL_PRICES.")
    if any(expense.estimated_calls for expense in expenses):
        echo_err('"about": the provider reported no tokens for some calls; these are estimates.')


def _numbers(values: dict[str, Any]) -> list[str]:
    counts = [f"{values[name]:.0f}" for name in ("calls", "rejected", "failed")]
    about = "about " if values["estimated_calls"] else ""
    used = [f"{about}{values[name]:.0f}" for name in ("tokens_in", "tokens_out")]
    return [*counts, *used, dollars(values["cost"], values["unpriced_calls"]), seconds(values["seconds"])]
