import json

import pytest

from cli.app import main


@pytest.mark.parametrize("act", ["start", "stop"])
def test_an_external_server_is_neither_started_nor_stopped(
    act: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(["db", act]) == 2
    assert "ROADMAP_DATABASE_URL" in capfd.readouterr().err


@pytest.mark.parametrize("command", [["upgrade", "9999"], ["downgrade", "nowhere"], ["downgrade", "head"]])
def test_an_unknown_revision_is_refused_before_connecting(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(["db", *command]) == 2
    assert "0001" in capfd.readouterr().err


def test_migrations_work_on_an_external_server(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", database_url)
    assert main(["db", "current", "--json"]) == 0
    newest = json.loads(capfd.readouterr().out)["newest"]
    assert main(["db", "downgrade", "0001", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"before": newest, "revision": "0001"}
    assert main(["db", "current"]) == 0
    assert capfd.readouterr().out == f"0001 (newest: {newest})\n"
    assert main(["list"]) == 5
    assert "roadmap db upgrade" in capfd.readouterr().err
    assert main(["db", "upgrade"]) == 0
    assert capfd.readouterr().out == f"Database migrated from 0001 to {newest}.\n"
    assert main(["db", "upgrade"]) == 0
    assert capfd.readouterr().out == f"The database is already at {newest}.\n"
