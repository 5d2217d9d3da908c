"""A server for measuring on, with a migrated template."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from repository import schema
from repository.embedded import EmbeddedServer
from tests.support.databases import TEMPLATE, create_database, drop_database, url_of


class BenchServer:
    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh database at the newest revision; its URL."""
        name = create_database(self.url)
        try:
            yield url_of(self.url, name)
        finally:
            drop_database(self.url, name)


@contextmanager
def bench_server() -> Iterator[BenchServer]:
    """An embedded server in a folder of its own, stopped at the end."""
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
