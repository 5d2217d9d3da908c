"""`roadmap db backup` and `roadmap db restore`: the whole database in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from cli.output.stdio import echo_err, print_json, print_text
from cli.session import read_settings

if TYPE_CHECKING:
    from orchestrator.settings import Settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="Path of the dump, e.g. roadmap.dump.")]
Clean = Annotated[bool, typer.Option("--clean", help="First remove everything in the database.")]


def backup(file: File, json: Json = False) -> None:
    """Dump the whole database to a file. The dump is a consistent snapshot, even while runs are active."""
    from repository.postgres.backup import back_up
    from repository.postgres.server import EmbeddedServer

    settings = read_settings()
    if settings.database_url is not None:
        size = back_up(settings.database_url.get_secret_value(), file)
    else:
        server = EmbeddedServer(settings.home, any_major=True)
        was_running = server.is_running()
        try:
            size = back_up(server.start(), file)
        finally:
            if not was_running and server.is_of_another_major:
                server.stop()  # this version cannot work on that data
    if json:
        print_json({"file": str(file.absolute()), "bytes": size})
    else:
        print_text(f"Database backed up to {file} ({size / 1e6:.1f} MB).")


def restore(file: File, clean: Clean = False, json: Json = False) -> None:
    """Restore a backup into an empty database. Use a new ROADMAP_HOME, or an empty database of a server."""
    from repository.db import schema
    from repository.postgres.backup import restore

    settings = read_settings()
    revision = restore(_url(settings), file, clean=clean)
    if json:
        print_json({"file": str(file.absolute()), "revision": revision, "newest": schema.HEAD})
    else:
        print_text(f"Database restored from {file}, at revision {revision or 'none'}.")
        if unknown := schema.unknown(revision):
            echo_err(f"This version cannot use revision {revision}, {unknown.reason}: {unknown.to_do}.")
        elif revision != schema.HEAD and settings.database_url is not None:
            echo_err(f"This version requires revision {schema.HEAD}: run `roadmap db upgrade`.")
        echo_err("Runs that were active are stale now: start a worker, or use `roadmap resume TASK_ID`.")


def _url(settings: "Settings") -> str:
    from repository.postgres.server import EmbeddedServer

    return settings.database_url.get_secret_value() if settings.database_url else EmbeddedServer(settings.home).start()
