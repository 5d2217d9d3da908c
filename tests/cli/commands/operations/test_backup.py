import json
from pathlib import Path

import psycopg
import pytest

from cli.app import main


@pytest.fixture(autouse=True)
def _on_the_tests_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", database_url)


def test_backup_prints_its_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "roadmap.dump"
    assert main(["db", "backup", str(file), "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"file": str(file), "bytes": file.stat().st_size}
    assert main(["db", "restore", str(file), "--json"]) == 0
    restored = json.loads(capfd.readouterr().out)
    assert restored["revision"] == restored["newest"]


def test_a_backup_of_a_revision_that_is_no_more_is_restored_with_what_to_do(
    database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0009'")
    assert main(["db", "backup", str(tmp_path / "roadmap.dump")]) == 0
    assert main(["db", "restore", str(tmp_path / "roadmap.dump")]) == 0
    said = capfd.readouterr().err
    assert "cannot use revision 0009" in said
    assert "`roadmap db downgrade 0003`" in said
    assert "run `roadmap db upgrade`" not in said


@pytest.mark.slow
def test_a_database_in_use_is_a_conflict(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["create", "learn chess"]) == 0
    assert main(["db", "backup", str(tmp_path / "roadmap.dump")]) == 0
    capfd.readouterr()
    assert main(["db", "restore", str(tmp_path / "roadmap.dump")]) == 4
    assert capfd.readouterr().err.count("\n") == 1
    assert main(["db", "restore", str(tmp_path / "roadmap.dump"), "--clean"]) == 0


def test_a_missing_folder_is_invalid_input(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "backup", str(tmp_path / "nowhere" / "roadmap.dump")]) == 2
    assert "in a folder that exists" in capfd.readouterr().err
