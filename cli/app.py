"""The command `roadmap`: which commands there are, and how each way of ending becomes an exit code.

Nothing heavy may be imported here or at the head of the modules below: `roadmap --help` has to be quick.
"""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from cli.commands import bin, export, graph, lists, open_command, pace, reviews, runs, show, step, watch
from cli.commands.operations import backup, cost, db, doctor, prune, serve, token, worker
from cli.output.stdio import print_error
from domain.errors import Conflict, InvalidInput, NotFound, RoadmapError, RunFailed, Superseded, Unavailable
from domain.text.secrets import redact

EXIT_CODES: Final[dict[type[RoadmapError], int]] = {
    RunFailed: 1,
    InvalidInput: 2,
    NotFound: 3,
    Conflict: 4,
    Superseded: 4,
    Unavailable: 5,
}
"""The error tree -> exit codes; a class that is not listed has its nearest parent's."""

COLLECTION: Final = (50_000, 20, 50)
"""Garbage is looked for less often than Python's 700 objects have it: a ninth of an import, a twentieth of a run."""

BUG: Final = 1
BROKEN_PIPE: Final = 1  # as Typer has it
# 130, interrupted, is Typer's own answer to a KeyboardInterrupt; cli/terminal/signals.py answers other signals.

EPILOG: Final = (
    "Exit codes: 0 done, completed, or waiting for a review; 1 the run ended failed, partial_failure or cancelled; "
    "2 bad input; 3 not found; 4 conflict; 5 database or model out of reach; 128 + n ended by signal n (130: Ctrl-C)."
)

app = typer.Typer(
    name="roadmap",
    help="Learning roadmaps: a goal becomes stages, concepts, tutorials, resources and quizzes.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("roadmap-orchestrator"))
        raise typer.Exit


@app.callback()
def _roadmap(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Learning roadmaps: a goal becomes stages, concepts, tutorials, resources and quizzes."""


app.command()(runs.create)
app.command()(runs.retry)
app.command()(runs.retry_failed)
app.command()(runs.resume)
app.command()(reviews.modify)
app.command()(reviews.review)
app.command()(reviews.diff)
app.command()(watch.watch)
app.command()(watch.cancel)
app.command("list")(lists.list_roadmaps)
app.command()(show.show)
app.command()(bin.delete)
app.command()(bin.restore)
app.command()(pace.pace)
app.command()(export.export)
app.command()(show.status)
app.command()(lists.tasks)
app.command()(lists.log)
app.command()(graph.graph)
app.command()(cost.cost)
app.command()(worker.worker)
app.command()(serve.serve)
app.command()(prune.prune)
app.command("open")(open_command.open_pages)
app.add_typer(step.step)
db.db.command()(backup.backup)
db.db.command()(backup.restore)
app.add_typer(db.db)
app.add_typer(token.token)
app.command()(doctor.doctor)
app.command()(doctor.settings)


def exit_code(error: RoadmapError) -> int:
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), BUG)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (of `sys.argv`, unless given); its exit code."""
    gc.set_threshold(*COLLECTION)
    try:
        return _run(arguments)
    except BrokenPipeError:  # whoever read has left
        _give_up_stdout()
        return BROKEN_PIPE
    except RoadmapError as error:
        return _report(error, str(error), exit_code(error))
    except OSError as error:
        try:
            sys.stdout.flush()
        except OSError:  # a full disk
            _give_up_stdout()
        return _report(error, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", BUG)
    except Exception as error:
        return _report(
            error,
            f"this is a bug: {type(error).__name__}: {error} (ROADMAP_LOG_LEVEL=debug shows where; please report it)",
            BUG,
        )


def _give_up_stdout() -> None:
    """What is still buffered must not complain at exit, which would change the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str] | None) -> int:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show a letter still shows the rest
    try:
        app(arguments, prog_name="roadmap")
    except SystemExit as end:
        code = end.code
    else:
        code = 0
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _report(error: Exception, line: str, code: int) -> int:
    if os.environ.get("ROADMAP_LOG_LEVEL", "").lower() == "debug":
        print(redact("".join(traceback.format_exception(error))), file=sys.stderr, end="")
    print_error(redact(line))
    return code
