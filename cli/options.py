"""Arguments and options that several commands share."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, and nothing else there.")]
RoadmapId = Annotated[str, typer.Argument(metavar="ROADMAP_ID", help="As `roadmap list` shows it.")]
TaskId = Annotated[str, typer.Argument(metavar="TASK_ID", help="As `roadmap tasks` shows it.")]
NewUser = Annotated[str | None, typer.Option("--user", metavar="ID", help="Whose it is (default: local).")]
Detach = Annotated[bool, typer.Option("--detach", help="Only ask for it: a worker runs it (see `roadmap worker`).")]
OfUser = Annotated[str | None, typer.Option("--user", metavar="ID", help="Only what belongs to this user.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="The most to show at once.")]
After = Annotated[
    str | None, typer.Option("--after", metavar="CURSOR", help="Go on where the last page ended (its `next`).")
]
