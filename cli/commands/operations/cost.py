"""What models were asked and paid for."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.inputs import user_filter, validate_id
from cli.options import Json, OfUser
from cli.output.output import echo_err, print_json, print_rich, styled
from cli.session import ask
from rendering.text.text import dollars, one_line, seconds

if TYPE_CHECKING:
    from rich.table import Table

    from orchestrator import Orchestrator
    from repository.runs.calls import Expense


def cost(
    roadmap: Annotated[str | None, typer.Option(metavar="ID", help="Only of this roadmap.")] = None,
    task: Annotated[str | None, typer.Option(metavar="ID", help="Only of this run.")] = None,
    user: OfUser = None,
    json: Json = False,
) -> None:
    """Add up calls, tokens and money, by model and step."""
    user_id = user_filter(user)
    roadmap_id = None if roadmap is None else validate_id(roadmap, "roadmap")
    task_id = None if task is None else validate_id(task, "task")

    async def read(orchestrator: "Orchestrator") -> "list[Expense]":
        return await orchestrator.metrics.expenses(task_id=task_id, roadmap_id=roadmap_id, user_id=user_id)

    found = ask(read)
    if json:
        print_json({"total": _total(found), "expenses": [asdict(expense) for expense in found]})
    elif found:
        print_rich(spending_table(found))
        explain(found)
    else:
        echo_err("No model was asked for anything there.")


def _total(found: "list[Expense]") -> dict[str, Any]:
    return {
        "calls": sum(expense.calls for expense in found),
        "rejected": sum(expense.rejected for expense in found),
        "failed": sum(expense.failed for expense in found),
        "tokens_in": sum(expense.tokens_in for expense in found),
        "tokens_out": sum(expense.tokens_out for expense in found),
        "cost": sum(expense.cost for expense in found),
        "seconds": sum(expense.seconds for expense in found),
        "unpriced_calls": sum(expense.unpriced_calls for expense in found),
        "estimated_calls": sum(expense.estimated_calls for expense in found),
    }


def spending_table(found: "list[Expense]") -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("Model", "Step"):
        table.add_column(heading)
    for heading in ("Calls", "Rejected", "Failed", "Tokens in", "Tokens out", "Cost", "Waited"):
        table.add_column(heading, justify="right")
    for expense in found:
        table.add_row(styled(expense.model), styled(expense.step), *_numbers(asdict(expense)))
    table.add_section()
    table.add_row("Together", "", *_numbers(_total(found)))
    return table


def explain(found: "list[Expense]") -> None:
    """What the words in the table mean, where they stand there."""
    unpriced = sorted({expense.model for expense in found if expense.unpriced_calls})
    if unpriced:
        echo_err(
            f"The price of {', '.join(one_line(model) for model in unpriced)} is unknown: set ROADMAP_MODEL_PRICES."
        )
    if any(expense.estimated_calls for expense in found):
        echo_err('"about": the provider did not report the tokens of some calls; they are estimated.')


def _numbers(values: dict[str, Any]) -> list[str]:
    counts = [f"{values[name]:.0f}" for name in ("calls", "rejected", "failed")]
    about = "about " if values["estimated_calls"] else ""
    used = [f"{about}{values[name]:.0f}" for name in ("tokens_in", "tokens_out")]
    return [*counts, *used, dollars(values["cost"], values["unpriced_calls"]), seconds(values["seconds"])]
