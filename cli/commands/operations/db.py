"""`roadmap db`: migrate the database, start and stop the embedded server."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from cli.output.stdio import echo_err, print_json, print_text
from cli.session import read_settings
from domain.errors import Conflict, InvalidInput
from domain.text.secrets import redact_url
from rendering.text.text import counted

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from repository.postgres.server import EmbeddedServer

db = typer.Typer(
    name="db",
    help="Manage the database: revision, embedded server, backups.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@db.command()
def current(json: Json = False) -> None:
    """Show the revision of the database."""
    from repository.db import schema

    revision = schema.current(_url(read_settings()))
    if json:
        print_json({"revision": revision, "newest": schema.HEAD})
    else:
        print_text(f"{revision or 'none'} ({'newest' if revision == schema.HEAD else f'newest: {schema.HEAD}'})")


@db.command()
def upgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="E.g. 0004 (default: the newest).")] = "head",
    json: Json = False,
) -> None:
    """Upgrade the database to a revision, by default the newest."""
    from repository.db import schema

    _check_revision(revision, ("head", *schema.KNOWN))
    url = _url(read_settings())
    before = schema.current(url)
    schema.upgrade(url, revision)
    _report_move(before, schema.current(url), as_json=json)


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="E.g. 0004, or base: the state before 0001.")],
    json: Json = False,
) -> None:
    """Downgrade the database to a revision. Data that it cannot hold is lost."""
    from repository.db import schema

    _check_revision(revision, (schema.BASE, *schema.KNOWN))
    settings = read_settings()
    url = _url(settings)
    before = schema.current(url)
    schema.downgrade(url, revision)
    _report_move(before, schema.current(url), as_json=json)
    if settings.database_url is None and revision != schema.HEAD:
        echo_err("The next command that uses roadmaps upgrades the embedded database again.")


def _check_revision(revision: str, known: tuple[str, ...]) -> None:
    if revision not in known:
        raise InvalidInput(f"unknown revision {revision!a}; known: {', '.join(known)}")


def _report_move(before: str | None, after: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"before": before, "revision": after})
    elif before == after:
        print_text(f"The database is already at {after or 'base'}.")
    else:
        print_text(f"Database migrated from {before or 'base'} to {after or 'base'}.")


@db.command()
def start(json: Json = False) -> None:
    """Start the embedded server if it is not running."""
    settings = read_settings()
    server = _embedded(settings, "started")
    was_running = server.is_running()
    url = server.start()
    if json:
        print_json({"running": True, "started": not was_running, "home": str(settings.home), "url": redact_url(url)})
    else:
        print_text(f"The embedded server {'was already running' if was_running else 'is running'} in {settings.home}.")


@db.command()
def stop(
    force: Annotated[bool, typer.Option("--force", help="Stop it even if runs are active.")] = False,
    json: Json = False,
) -> None:
    """Stop the embedded server. The next command that needs it starts it."""
    settings = read_settings()
    server = _embedded(settings, "stopped")
    if not force and server.is_running():
        from orchestrator.queries.health import live_runs

        task_ids = asyncio.run(live_runs(server.start()))
        if task_ids:
            shown = ", ".join(task_ids[:3]) + (" ..." if len(task_ids) > 3 else "")
            raise Conflict(
                f"{counted(len(task_ids), 'active run')} would lose the database ({shown}): wait, or use --force"
            )
    stopped = server.stop()
    if json:
        print_json({"running": False, "stopped": stopped, "home": str(settings.home)})
    else:
        print_text(f"The embedded server in {settings.home} {'has been stopped' if stopped else 'was not running'}.")


def _embedded(settings: "Settings", act: str) -> "EmbeddedServer":
    from repository.postgres.server import EmbeddedServer

    if settings.database_url is not None:
        raise InvalidInput(f"ROADMAP_DATABASE_URL is set, and only the embedded server can be {act}; unset it first")
    return EmbeddedServer(settings.home)


def _url(settings: "Settings") -> str:
    """Return the URL of the database without migrating it; starts the embedded server."""
    from repository.postgres.server import EmbeddedServer

    return settings.database_url.get_secret_value() if settings.database_url else EmbeddedServer(settings.home).start()
