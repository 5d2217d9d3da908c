"""Health: readiness for `GET /ready`, and the checks of `roadmap doctor`."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, assert_never

from pydantic import BaseModel

from domain.errors import DatabaseUnavailable, Misconfigured, RoadmapError
from domain.logs import get_log
from domain.text.secrets import redact
from orchestrator.settings import Settings, unknown_variable_line, unknown_variables
from repository.db import schema
from repository.db.database import Database, schema_revision
from repository.db.urls import where
from repository.postgres.server import EmbeddedServer
from repository.runs import live_tasks as liveness

_log = get_log(__name__)

UNAVAILABLE: Final = "The database is unavailable."
NEEDS_UPGRADE: Final = "The database is not at the revision that this version requires."
READY_TIMEOUT_SECONDS: Final = 2.0
"""Seconds for the database to answer in."""
MIN_FREE_BYTES: Final = 500_000_000
"""An embedded database with some roadmaps takes about 100 MB, and PostgreSQL stops on a full disk."""


class Readiness(NamedTuple):
    """Whether requests can be served. Callers need no login to see it, so it names no host and no revision."""

    database: bool
    """The database answers."""
    migrations: bool
    """It is at the revision of this version."""
    detail: str | None
    """Why requests cannot be served; None if they can."""

    @property
    def ready(self) -> bool:
        return self.database and self.migrations


async def read_readiness(database: Database) -> Readiness:
    """Check the database once, without retries. Details for operators go to the log."""
    try:
        async with asyncio.timeout(READY_TIMEOUT_SECONDS), database.transaction() as session:
            revision = await schema_revision(session)
    except TimeoutError:
        _log.warning("not ready", reason="the database does not answer in time")
        return Readiness(False, False, UNAVAILABLE)
    except (DatabaseUnavailable, Misconfigured) as error:
        _log.warning("not ready", reason=" ".join(str(error).split()))
        return Readiness(False, False, UNAVAILABLE)
    if revision != schema.HEAD:
        _log.warning("not ready", reason=f"the database is at revision {revision}, not {schema.HEAD}")
    return Readiness(True, revision == schema.HEAD, None if revision == schema.HEAD else NEEDS_UPGRADE)


class Check(BaseModel):
    """The result of one check."""

    name: str
    ok: bool
    detail: str
    to_do: str | None = None
    """How to mend it; None where nothing is wrong."""


def diagnose(settings: Settings, *, ask: bool = False) -> list[Check]:
    """Run all checks, each after those that it depends on.

    `ask`: ask each model a small question, which may cost money. Blocks the thread. Changes nothing, but starts the
    embedded server, as every command does.
    """
    checks = list(_checks(settings))
    return [*checks, *_answers(settings)] if ask and checks[-1].ok and settings.model is not None else checks


def _checks(settings: Settings) -> Iterator[Check]:
    for name, suggestion in unknown_variables().items():
        to_do = f"rename it to {suggestion}" if suggestion else "unset it; `roadmap settings` lists all settings"
        yield Check(name="settings", ok=False, detail=unknown_variable_line(name, suggestion), to_do=to_do)
    embedded = settings.database_url is None
    if embedded:
        yield _home(settings.home)
    url: list[str] = []
    to_do = (
        "see server.log in the home folder" if embedded else "check that PostgreSQL runs there and accepts this login"
    )
    yield _attempt("database", lambda: _database(settings, url), to_do)
    if url:
        yield _attempt("migrations", lambda: _migrations(url[0], embedded=embedded), "try again")
        yield _attempt("runs", lambda: _runs(url[0]), "try again")
    yield _attempt("model", lambda: _model(settings), "set ROADMAP_MODEL to a model that can be used, or unset it")
    yield _code(settings)


def _attempt(name: str, check: Callable[[], Check], to_do: str) -> Check:
    try:
        return check()
    except RoadmapError as error:
        return Check(name=name, ok=False, detail=redact(" ".join(str(error).split())), to_do=to_do)


def _home(home: Path) -> Check:
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    to_do = "make it writable, or set ROADMAP_HOME to another folder"
    if not existing.is_dir():
        return Check(name="home", ok=False, detail=f"{existing} is not a folder", to_do=to_do)
    if not os.access(existing, os.W_OK | os.X_OK):
        return Check(name="home", ok=False, detail=f"{existing} is not writable", to_do=to_do)
    free = shutil.disk_usage(existing).free
    detail = f"{home}, {free / 1e9:.1f} GB free"
    if free < MIN_FREE_BYTES:
        return Check(
            name="home", ok=False, detail=detail, to_do="free some space, or set ROADMAP_HOME to a folder elsewhere"
        )
    return Check(name="home", ok=True, detail=detail)


def _database(settings: Settings, url: list[str]) -> Check:
    if settings.database_url is not None:
        server_url = settings.database_url.get_secret_value()
        schema.current(server_url)
        url.append(server_url)
        return Check(name="database", ok=True, detail=f"the server {where(server_url)} answers")
    server = EmbeddedServer(settings.home)
    was_running = server.is_running()
    url.append(server.start())
    return Check(name="database", ok=True, detail=f"the embedded server {'runs' if was_running else 'was started'}")


def _migrations(url: str, *, embedded: bool) -> Check:
    revision = schema.current(url)
    if revision == schema.HEAD:
        return Check(name="migrations", ok=True, detail=f"at {revision}, the newest")
    detail = f"at {revision or schema.BASE}; this version requires {schema.HEAD}"
    if unknown := schema.unknown(revision):
        return Check(name="migrations", ok=False, detail=detail, to_do=unknown.to_do)
    if embedded:
        return Check(name="migrations", ok=True, detail=f"{detail}, to which the next command brings it")
    return Check(name="migrations", ok=False, detail=detail, to_do="run `roadmap db upgrade`")


def _runs(url: str) -> Check:
    live = asyncio.run(live_runs(url))
    return Check(name="runs", ok=True, detail=f"{len(live)} active")


def _model(settings: Settings) -> Check:
    from orchestrator.resources import build_author  # slow to load, and only this check needs it

    build_author(settings)
    if settings.model is None:
        return Check(name="model", ok=True, detail="none (ROADMAP_MODEL is unset): a plan and worksheets by rules")
    return Check(name="model", ok=True, detail=redact(settings.model))


def _answers(settings: Settings) -> Iterator[Check]:
    """Ask each model once, as runs do."""
    from nodes.authors.chat_models.chat import ChatAuthor
    from nodes.authors.trial import try_model
    from orchestrator.resources import build_author

    for name, purposes in _purposes(settings).items():
        alone = {"model": name, "model_curriculum": None, "model_content": None, "model_review": None}
        author = build_author(settings.model_copy(update=alone | {"model_fallback": None, "budget": None}))
        assert isinstance(author, ChatAuthor)
        trial = asyncio.run(try_model(author))
        purpose = f"{redact(name)} for {', '.join(purposes)}"
        if trial.problem is None:
            detail = f"{purpose}: answers in {trial.seconds:.1f} s ({trial.way})"
            yield Check(name="answer", ok=True, detail=detail)
        else:
            yield Check(name="answer", ok=False, detail=f"{purpose}: {trial.problem}", to_do=trial.to_do)


def _purposes(settings: Settings) -> dict[str, list[str]]:
    """Return what each model is asked for."""
    assert settings.model is not None
    models = {
        "the curriculum": settings.model_curriculum or settings.model,
        "the contents": settings.model_content or settings.model,
        "reviews": settings.model_review or settings.model,
        "a fallback": settings.model_fallback,
    }
    purposes: dict[str, list[str]] = {}
    for purpose, name in models.items():
        if name is not None:
            purposes.setdefault(name, []).append(purpose)
    return purposes


def _code(settings: Settings) -> Check:
    """Say which code of lessons is run; with Python, after the self-test of its sandbox."""
    from nodes.verification.code.runner import CodeRunner
    from orchestrator.resources import code_mode

    match code_mode(settings, "foreground"):
        case "off":
            return Check(name="code", ok=True, detail="of lessons is not run (ROADMAP_RUN_CODE=sql or all turns it on)")
        case "sql":
            return Check(name="code", ok=True, detail="SQL of lessons is run, Python is not (ROADMAP_RUN_CODE=all)")
        case "all":
            problem = CodeRunner("all").unavailable("python")
            if problem is None:
                detail = "SQL and Python of lessons are run; the sandbox passed its self-test"
                return Check(name="code", ok=True, detail=detail)
            to_do = "see “Code of lessons” in docs/operations.md, or set ROADMAP_RUN_CODE=sql"
            return Check(name="code", ok=False, detail=f"Python is not run: {problem}", to_do=to_do)
        case mode:
            assert_never(mode)


async def live_runs(url: str) -> list[str]:
    """Return the ids of tasks that live processes are running; empty if the database is not at the newest revision."""
    if await asyncio.to_thread(schema.current, url) != schema.HEAD:
        return []
    database = Database(url, pool_size=1, application_name="roadmap diagnosis")
    try:
        async with database.transaction() as session:
            return await liveness.live_runs(session)
    finally:
        await database.close()
