"""Making room: what old runs left behind."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from cli.output.stdio import print_json, print_text
from cli.session import ask
from rendering.text.text import counted

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from repository.runs.retention import Pruned

Days = Annotated[
    float | None,
    typer.Option(
        "--older-than",
        metavar="DAYS",
        min=0,
        max=36_500,
        help="Of runs that ended before then, in place of ROADMAP_KEEP_RUNS and ROADMAP_KEEP_EVENTS.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]


def prune(older_than: Days = None, dry_run: DryRun = False, json: Json = False) -> None:
    """Remove what old runs left behind: checkpoints, answers, events. Roadmaps, runs and costs stay."""

    async def carry_out(orchestrator: "Orchestrator") -> "Pruned":
        return await orchestrator.prune(older_than=older_than, dry_run=dry_run)

    pruned = ask(carry_out)
    if json:
        print_json({"dry_run": dry_run, **pruned.as_json()})
    else:
        gone = ", ".join(counted(number, name.removesuffix("s")) for name, number in pruned.as_json().items())
        print_text(f"{'Would remove' if dry_run else 'Removed'}: {gone}.")
