"""Time for which each revision blocks a write, on a legacy database."""

import time
from contextlib import ExitStack

from bench.servers import bench_server
from repository.db import schema
from tests.migrations.filling import WRITES_ROADMAPS, WRITES_TASKS, fill, writing
from tests.support.databases import create_database, drop_database, url_of


def main(tasks: int = 1_000_000) -> None:
    """Print the duration of each revision, up and down, and the longest write beside it."""
    with bench_server() as server:
        measure(tasks, server.url)


def measure(tasks: int, server: str, last: str = schema.HEAD) -> float:
    """Fill a legacy database, migrate it up to `last` and down again; return the longest write in seconds."""
    revisions = schema.KNOWN[: schema.KNOWN.index(last) + 1]
    longest = 0.0
    name = create_database(server, "bench_migrations", template="template0")
    with ExitStack() as stack:
        stack.callback(drop_database, server, name)
        url = url_of(server, name)
        schema.upgrade(url, "0001")
        fill(url, tasks)
        print(f"{tasks:,} tasks, {tasks // 4:,} roadmaps\n")
        print("| revision | seconds | longest write of a task, s | longest write of a roadmap, s |")
        print("| --- | ---: | ---: | ---: |")
        for revision in revisions[1:]:
            longest = max(longest, _migrate(url, f"{revision} up", revision))
        for revision, before in reversed(list(zip(revisions[1:], revisions, strict=False))):
            _migrate(url, f"{revision} down", before, down=True)
    return longest


def _migrate(url: str, name: str, revision: str, *, down: bool = False) -> float:
    """Migrate beside two writers, print a row of the table and return the longest write in seconds."""
    with writing(url, WRITES_TASKS) as tasks, writing(url, WRITES_ROADMAPS) as roadmaps:
        time.sleep(0.3)
        began = time.monotonic()
        (schema.downgrade if down else schema.upgrade)(url, revision)
        seconds = time.monotonic() - began
        time.sleep(0.3)
    print(f"| {name} | {seconds:.2f} | {tasks.longest:.2f} | {roadmaps.longest:.2f} |", flush=True)
    return max(tasks.longest, roadmaps.longest)
