"""`roadmap prune`: delete data of old runs."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from cli.output.stdio import print_json, print_text
from cli.session import with_orchestrator
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
        help="Prune runs that ended earlier; overrides ROADMAP_KEEP_RUNS and ROADMAP_KEEP_EVENTS.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")]


def prune(older_than: Days = None, dry_run: DryRun = False, json: Json = False) -> None:
    """Delete checkpoints, answers and events of old runs. Roadmaps, runs and costs stay."""

    async def run_prune(orchestrator: "Orchestrator") -> "Pruned":
        return await orchestrator.prune(older_than=older_than, dry_run=dry_run)

    pruned = with_orchestrator(run_prune)
    if json:
        print_json({"dry_run": dry_run, **pruned.as_json()})
    else:
        counts = ", ".join(counted(number, name.removesuffix("s")) for name, number in pruned.as_json().items())
        print_text(f"{'Would remove' if dry_run else 'Removed'}: {counts}.")
