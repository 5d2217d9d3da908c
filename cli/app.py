"""The command `roadmap`: its subcommands, and one line for each error.

Import nothing heavy here or at the top of the command modules: `roadmap --help` must start fast.
"""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from cli.commands import bin, export, graph, lists, open_command, rename, reviews, runs, show, step, watch, wishes
from cli.commands.learning import book, pace, practice, quiz, repeat
from cli.commands.operations import backup, cost, db, doctor, prune, serve, token, worker
from cli.exit_codes import BROKEN_PIPE, BUG, exit_code
from cli.output.stdio import print_error
from domain.errors import RoadmapError
from domain.text.secrets import redact

GC_THRESHOLDS: Final = (50_000, 20, 50)
"""Far above Python's defaults: collecting garbage takes a ninth of the imports and a twentieth of a run otherwise."""

EPILOG: Final = (
    "Exit codes: 0 success, or the run waits for a review; 1 the run ended failed, partial_failure or cancelled; "
    "2 invalid input; 3 not found; 4 conflict; 5 database or model unavailable; 128 + N ended by signal N "
    "(130: Ctrl-C)."
)

HELP: Final = "Create learning roadmaps: turn a goal into stages, concepts, tutorials, resources and quizzes."

app = typer.Typer(
    name="roadmap",
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_given: bool) -> None:
    if is_given:
        from importlib.metadata import version

        typer.echo(version("roadmap-orchestrator"))
        raise typer.Exit


@app.callback(help=HELP)
def _roadmap(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Accept the options that stand before a command."""


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
app.command()(book.book)
app.command()(bin.delete)
app.command()(bin.restore)
app.command()(rename.rename)
app.command()(pace.pace)
app.command()(practice.stage_test)
app.command()(practice.cards)
app.command()(wishes.wishes)
app.command()(wishes.revert)
app.command()(quiz.quiz)
app.command()(repeat.repeat)
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    arguments: as in `sys.argv[1:]`, which is the default.
    """
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        return _run(arguments)
    except BrokenPipeError:  # the reader has closed the pipe
        _discard_stdout()
        return BROKEN_PIPE
    except RoadmapError as error:
        return _report(error, str(error), exit_code(error))
    except OSError as error:
        try:
            sys.stdout.flush()
        except OSError:  # the disk is full
            _discard_stdout()
        return _report(error, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", BUG)
    except Exception as error:
        return _report(
            error,
            f"this is a bug: {type(error).__name__}: {error} (ROADMAP_LOG_LEVEL=debug shows where; please report it)",
            BUG,
        )


def _discard_stdout() -> None:
    """Redirect stdout to /dev/null: a failing flush at exit would change the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str] | None) -> int:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # show the rest if the terminal lacks a character
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
