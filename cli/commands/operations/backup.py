"""Backup and restore: the whole database in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from cli.output.stdio import echo_err, print_json, print_text
from cli.session import read_settings

if TYPE_CHECKING:
    from orchestrator.settings import Settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="As roadmap.dump.")]
Clean = Annotated[bool, typer.Option("--clean", help="First remove all that the database holds.")]


def backup(file: File, json: Json = False) -> None:
    """Write the whole database into a file. It is as of one moment; runs may go on meanwhile."""
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
                server.stop()  # it is no home to live in any more
    if json:
        print_json({"file": str(file.absolute()), "bytes": size})
    else:
        print_text(f"The database is in {file}, {size / 1e6:.1f} MB.")


def restore(file: File, clean: Clean = False, json: Json = False) -> None:
    """Bring a backup into a database that holds nothing. That is a new ROADMAP_HOME, or an empty one of a server."""
    from repository.db import schema
    from repository.postgres.backup import restore

    settings = read_settings()
    revision = restore(_url(settings), file, clean=clean)
    if json:
        print_json({"file": str(file.absolute()), "revision": revision, "newest": schema.HEAD})
    else:
        print_text(f"The database holds what {file} did, at revision {revision or 'none'}.")
        if revision != schema.HEAD and settings.database_url is not None:
            echo_err(f"This version works on {schema.HEAD}: run `roadmap db upgrade`.")
        echo_err("Runs that were going on read as stale: a worker takes them up, or `roadmap resume TASK_ID`.")


def _url(settings: "Settings") -> str:
    from repository.postgres.server import EmbeddedServer

    return settings.database_url.get_secret_value() if settings.database_url else EmbeddedServer(settings.home).start()
