"""What each revision blocks: the longest write beside it, on a database as the legacy system left it.

python -m bench.migrations [TASKS]      default 1,000,000; ROADMAP_DATABASE_URL names the server, else embedded
"""

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from repository.db import schema
from tests.migrations.filling import WRITES_ROADMAPS, WRITES_TASKS, fill, writing
from tests.support.databases import create_database, drop_database, url_of

DATABASE = "bench_migrations"


def main(tasks: int, server: str, last: str = schema.HEAD) -> float:
    """Fill, go up to `last` and down, revision by revision, print one line each; the longest write, in seconds."""
    revisions = schema.KNOWN[: schema.KNOWN.index(last) + 1]
    longest = 0.0
    name = create_database(server, DATABASE, template="template0")
    url = url_of(server, name)
    try:
        schema.upgrade(url, "0001")
        fill(url, tasks)
        print(f"{tasks:,} tasks, {tasks // 4:,} roadmaps\n")
        print("| revision | seconds | longest write of a task, s | longest write of a roadmap, s |")
        print("| --- | ---: | ---: | ---: |")
        for revision in revisions[1:]:
            longest = max(longest, _measure(url, f"{revision} up", revision))
        for revision, before in reversed(list(zip(revisions[1:], revisions, strict=False))):
            _measure(url, f"{revision} down", before, down=True)
        return longest
    finally:
        drop_database(server, name)


def _measure(url: str, name: str, revision: str, *, down: bool = False) -> float:
    with writing(url, WRITES_TASKS) as tasks, writing(url, WRITES_ROADMAPS) as roadmaps:
        time.sleep(0.3)
        begun = time.monotonic()
        (schema.downgrade if down else schema.upgrade)(url, revision)
        seconds = time.monotonic() - begun
        time.sleep(0.3)
    print(f"| {name} | {seconds:.2f} | {tasks.longest:.2f} | {roadmaps.longest:.2f} |", flush=True)
    return max(tasks.longest, roadmaps.longest)


def _server(stack: ExitStack) -> str:
    if given := os.environ.get("ROADMAP_DATABASE_URL"):
        return given
    from repository.postgres.server import EmbeddedServer

    server = EmbeddedServer(Path(stack.enter_context(tempfile.TemporaryDirectory())))
    stack.callback(server.stop)
    return server.start()


if __name__ == "__main__":
    with ExitStack() as stack:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, _server(stack))
