"""A database server for benches, with a migrated template database."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from repository.db import schema
from repository.postgres.server import EmbeddedServer
from tests.support.databases import TEMPLATE, create_database, drop_database, url_of


class ServerCpu:
    """CPU time of all processes of a local server, including those that have ended."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        ((folder,),) = connection.execute("SELECT current_setting('data_directory')").fetchall()
        self._postmaster = psutil.Process(int((Path(folder) / "postmaster.pid").read_text().split()[0]))

    def seconds(self) -> float:
        ended = self._postmaster.cpu_times()
        spent = float(ended.children_user + ended.children_system)
        for process in [self._postmaster, *self._postmaster.children()]:
            times = process.cpu_times()
            spent += times.user + times.system
        return spent


class BenchServer:
    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def database(self) -> Iterator[str]:
        """Create a database at the newest revision and yield its URL."""
        name = create_database(self.url)
        try:
            yield url_of(self.url, name)
        finally:
            drop_database(self.url, name)


@contextmanager
def bench_server() -> Iterator[BenchServer]:
    """Start an embedded server in a temporary folder for the block."""
    with tempfile.TemporaryDirectory(prefix="roadmap-bench-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedServer(Path(folder) / "home")
        url = server.start()
        try:
            create_database(url, TEMPLATE, template="template0")
            schema.upgrade(url_of(url, TEMPLATE))
            yield BenchServer(url)
        finally:
            server.stop()
