"""Processes forked from one that has imported the program: as real as others, without the seconds of an import."""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

FORKS: Final = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "cli.app",
        "cli.output.changes",
        "cli.terminal.logs",
        "cli.output.progress",
        "cli.output.tables",
        "cli.output.tree",
        "orchestrator.queries.health",
        "orchestrator.graphs.creation",
        "orchestrator.graphs.modification",
        "orchestrator.graphs.retry",
        "orchestrator.orchestrator",
        "orchestrator.commands.claiming",
        "nodes.authors.chat_models.chat",
        "nodes.authors.chat_models.models",
        "nodes.authors.offline",
        "repository.db.schema",
        "rich.progress",
        "langchain.chat_models",
        "langchain_openai",
        "alembic.command",
        "psycopg",
        "sqlalchemy.dialects.postgresql",
    ]
)
"""One process for all that forks here: what it has not imported, each fork imports for itself."""


def command(arguments: Sequence[str], env: Mapping[str, str], out: Path, err: Path) -> None:
    """`roadmap` in a fork: what its script does, with streams to files, as a shell redirects them."""
    for path, descriptor in ((out, 1), (err, 2)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(env)
    from cli.app import main

    sys.exit(main(arguments))
