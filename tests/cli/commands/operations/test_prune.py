import json

import pytest

from cli.app import main


@pytest.fixture(autouse=True)
def _on_the_tests_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", database_url)


def test_dry_run_reports_what_prune_removes(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["create", "learn chess", "--json"]) == 0
    task_id = json.loads(capfd.readouterr().out)["task_id"]
    assert main(["prune"]) == 0
    assert capfd.readouterr().out == "Removed: 0 checkpoints, 0 answers, 0 events.\n"
    assert main(["prune", "--older-than", "0", "--dry-run", "--json"]) == 0
    would = json.loads(capfd.readouterr().out)
    assert would.pop("dry_run") is True
    assert min(would.values()) > 0
    assert main(["prune", "--older-than", "0", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"dry_run": False, **would}
    assert main(["log", task_id]) == 0
    said = capfd.readouterr()
    assert "run_finished" in said.out
    assert said.err == "Earlier events were pruned.\n"
    assert main(["diff", task_id]) == 3
    assert "were pruned" in capfd.readouterr().err


def test_an_age_below_zero_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["prune", "--older-than", "-1"]) == 2
    assert "--older-than" in capfd.readouterr().err
