"""A database whose disk is full has lost nothing when there is room again."""

import shutil
import threading
import time
from pathlib import Path

import psycopg
import pytest

from tests.chaos_program.disk import NoDisk, small_disk
from tests.chaos_program.servers import postgres
from tests.support.environment import variables
from tests.support.servers import OVER_TCP


def test_a_disk_is_full_to_the_last_page_and_then_free_and_gone(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    try:
        with small_disk(folder) as disk:
            (folder / "first").write_bytes(bytes(10_000))
            filling = threading.Thread(target=disk.fill, args=(1.0,))
            filling.start()
            filling.join(0.8)
            assert shutil.disk_usage(folder).free == 0
            filling.join()
            assert shutil.disk_usage(folder).free > 0
            held = (folder / "held").open("w")
    except NoDisk as reason:
        pytest.skip(str(reason))
    held.close()
    assert not folder.is_mount()


def test_where_no_disk_can_be_mounted_there_is_a_folder_and_a_reason(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with variables({"PATH": str(tmp_path)}), pytest.raises(NoDisk, match="no command mount"), small_disk(folder):
        pass
    assert folder.is_dir()


@pytest.mark.slow
def test_a_server_that_fell_on_a_full_disk_serves_again_with_all_that_was_committed() -> None:
    with postgres(OVER_TCP) as server:
        if server.disk is None:
            pytest.skip(server.left_out)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE written (number integer)")
        committed: list[int] = []
        writing = threading.Thread(target=_write_until_it_falls, args=(server.url, committed))
        writing.start()
        while not committed:  # its page has room for more, so that only the WAL has none
            time.sleep(0.01)
        complaints, fell = server.fill(server.disk, 3)
        writing.join()
        with psycopg.connect(server.url) as connection:
            rows = connection.execute("SELECT number FROM written").fetchall()
        assert complaints
        assert fell
        assert committed
        assert set(committed) <= {row[0] for row in rows}


@pytest.mark.slow
def test_a_server_that_writes_nothing_falls_too_where_the_disk_is_filled_at_its_wal() -> None:
    with postgres(OVER_TCP) as server:
        if server.disk is None:
            pytest.skip(server.left_out)
        assert server.fill(server.disk, 0.3) == (0, False)
        complaints, fell = server.fill(server.disk, 2, at_its_wal=True)
        assert complaints
        assert fell
        assert server.answers()


_WRITE = """
    WITH much_wal AS (SELECT pg_logical_emit_message(true, '', repeat('x', 50000)))
    INSERT INTO written SELECT %s FROM much_wal"""


def _write_until_it_falls(url: str, committed: list[int]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            for number in range(1_000_000):
                connection.execute(_WRITE, (number,))
                committed.append(number)
        except psycopg.Error:
            pass  # it fell
