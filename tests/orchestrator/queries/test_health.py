from pathlib import Path

from domain.vocabulary import TaskStatus
from orchestrator import Orchestrator, Settings
from orchestrator.queries.health import Check, diagnose, live_runs
from repository.db import schema
from tests.support.authors import ScriptedAuthor


def by_name(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in diagnose(settings)}


def test_all_is_well(settings: Settings) -> None:
    checks = by_name(settings)
    assert list(checks) == ["database", "migrations", "runs", "model", "code"]
    assert all(check.ok and check.to_do is None for check in checks.values())


def test_a_database_that_does_not_answer() -> None:
    checks = by_name(Settings.model_validate({"database_url": "postgresql://nobody:secret@127.0.0.1:1/none"}))
    assert list(checks) == ["database", "model", "code"]
    assert not checks["database"].ok
    assert checks["database"].to_do
    assert "secret" not in checks["database"].detail
    assert "\n" not in checks["database"].detail


def test_a_database_at_another_revision(settings: Settings, database_url: str) -> None:
    schema.downgrade(database_url, "0003")
    check = by_name(settings)["migrations"]
    assert not check.ok
    assert check.to_do == "run `roadmap db upgrade`"


def test_a_model_that_cannot_be_used(settings: Settings) -> None:
    check = by_name(settings.model_copy(update={"model": "nobody:nothing"}))["model"]
    assert not check.ok
    assert "ROADMAP_MODEL" in (check.to_do or "")


def test_a_home_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    check = by_name(Settings.model_validate({"home": tmp_path / "file" / "home"}))["home"]
    assert not check.ok
    assert "ROADMAP_HOME" in (check.to_do or "")


async def test_only_runs_of_living_processes_count(settings: Settings, database_url: str) -> None:
    async with Orchestrator.open(settings, author=ScriptedAuthor(latency=60)) as orchestrator:
        task = await orchestrator.create("learn Go")
        assert await live_runs(database_url) == [task.task_id]
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        assert (await orchestrator.task(task.task_id)).status is TaskStatus.CANCELLED
    assert await live_runs(database_url) == []


def test_it_says_which_code_of_lessons_is_run_and_whether_the_sandbox_holds(settings: Settings) -> None:
    assert "is not run" in by_name(settings)["code"].detail
    assert "SQL" in by_name(settings.model_copy(update={"run_code": "sql"}))["code"].detail
    check = by_name(settings.model_copy(update={"run_code": "all"}))["code"]
    assert check.ok == ("passed its self-test" in check.detail)
    assert check.ok or "ROADMAP_RUN_CODE=sql" in (check.to_do or "")
