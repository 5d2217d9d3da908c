"""Commands for whoever runs the system: the database, the settings, and what is wrong."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from cli.output.output import echo_err, print_error, print_json, print_text
from cli.session import read_settings
from domain.errors import Conflict, InvalidInput
from domain.text.secrets import redact_url
from rendering.text.text import counted

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from repository.postgres.server import EmbeddedServer

db = typer.Typer(
    name="db", help="The database: its revision, and the embedded server.", rich_markup_mode=None, no_args_is_help=True
)

PROBLEM = 5
"""Exit code of a `doctor` that found something."""


@db.command()
def current(json: Json = False) -> None:
    """Say which revision the database has."""
    from repository.db import schema

    revision = schema.current(_url(read_settings()))
    if json:
        print_json({"revision": revision, "newest": schema.HEAD})
    else:
        print_text(
            f"{revision or 'none'} ({'the newest' if revision == schema.HEAD else f'the newest is {schema.HEAD}'})"
        )


@db.command()
def upgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="As 0004; the newest, unless given.")] = "head",
    json: Json = False,
) -> None:
    """Bring the database to a revision, usually the newest."""
    from repository.db import schema

    _check_revision(revision, ("head", *schema.KNOWN))
    url = _url(read_settings())
    before = schema.current(url)
    schema.upgrade(url, revision)
    _report_move(before, schema.current(url), as_json=json)


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="As 0004, or base for the state before 0001.")],
    json: Json = False,
) -> None:
    """Take the database back to a revision. What that one cannot hold is lost."""
    from repository.db import schema

    _check_revision(revision, (schema.BASE, *schema.KNOWN))
    settings = read_settings()
    url = _url(settings)
    before = schema.current(url)
    schema.downgrade(url, revision)
    _report_move(before, schema.current(url), as_json=json)
    if settings.database_url is None and revision != schema.HEAD:
        echo_err("The embedded database is upgraded again by the next command that uses roadmaps.")


def _check_revision(revision: str, known: tuple[str, ...]) -> None:
    if revision not in known:
        raise InvalidInput(f"there is no revision {revision!a}; there are {', '.join(known)}")


def _report_move(before: str | None, after: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"before": before, "revision": after})
    elif before == after:
        print_text(f"The database is at {after or 'base'} already.")
    else:
        print_text(f"The database was at {before or 'base'} and is at {after or 'base'} now.")


@db.command()
def start(json: Json = False) -> None:
    """Start the embedded server, unless it runs."""
    settings = read_settings()
    server = _embedded(settings, "start")
    was_running = server.is_running()
    url = server.start()
    if json:
        print_json({"running": True, "started": not was_running, "home": str(settings.home), "url": redact_url(url)})
    else:
        print_text(f"The embedded server {'runs already' if was_running else 'is running'} in {settings.home}.")


@db.command()
def stop(
    force: Annotated[bool, typer.Option("--force", help="Stop it below runs that are going on.")] = False,
    json: Json = False,
) -> None:
    """Stop the embedded server. The next command that needs it starts it again."""
    settings = read_settings()
    server = _embedded(settings, "stop")
    if not force and server.is_running():
        from orchestrator.queries.health import live_runs

        running = asyncio.run(live_runs(server.start()))
        if running:
            named = ", ".join(running[:3]) + (" ..." if len(running) > 3 else "")
            raise Conflict(
                f"{counted(len(running), 'run')} would lose the database ({named}): wait for the end, or use --force"
            )
    stopped = server.stop()
    if json:
        print_json({"running": False, "stopped": stopped, "home": str(settings.home)})
    else:
        print_text(f"The embedded server in {settings.home} {'is stopped' if stopped else 'was not running'}.")


def _embedded(settings: "Settings", act: str) -> "EmbeddedServer":
    from repository.postgres.server import EmbeddedServer

    if settings.database_url is not None:
        raise InvalidInput(
            f"ROADMAP_DATABASE_URL names a server of yours, which is not ours to {act}; unset it for the embedded one"
        )
    return EmbeddedServer(settings.home)


def _url(settings: "Settings") -> str:
    """The database as it is, at whatever revision: the embedded server is started."""
    from repository.postgres.server import EmbeddedServer

    return settings.database_url.get_secret_value() if settings.database_url else EmbeddedServer(settings.home).start()


def doctor(json: Json = False) -> None:
    """Check database, migrations and model, and say what to do."""
    from orchestrator.queries.health import diagnose

    checks = diagnose(read_settings())
    well = all(check.ok for check in checks)
    if json:
        print_json({"ok": well, "checks": [check.model_dump() for check in checks]})
    else:
        for check in checks:
            print_text(f"{'ok  ' if check.ok else 'BAD '}{check.name:<11} {check.detail}")
            if check.to_do:
                print_text(f"    {'':<11} -> {check.to_do}")
        echo_err("All is well." if well else "Something is wrong: see what to do above.")
    raise typer.Exit(0 if well else PROBLEM)


def settings(json: Json = False) -> None:
    """Show the effective settings, secrets masked."""
    from orchestrator.settings import unknown_variable_line, unknown_variables

    effective = read_settings()
    for name, meant in unknown_variables().items():
        print_error(unknown_variable_line(name, meant))
    values = effective.shown()
    if json:
        print_json(values)
        return
    widest = max(map(len, values))
    for name, value in values.items():
        origin = "environment" if name in effective.model_fields_set else "default"
        shown = "-" if value in (None, "", []) else ",".join(value) if isinstance(value, list) else str(value)
        print_text(f"ROADMAP_{name.upper():<{widest}}  {shown}  ({origin})")
