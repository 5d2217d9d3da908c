"""A package declares a fourth content type, `exercise`: real commands with it and without it, on one database."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from repository.db.database import Database
from tests.e2e.roadmap_command import Command
from tests.e2e.served import Served, serving
from tests.support.processes import broken_promises

PLUGIN: Final = str(Path(__file__).parents[1] / "plugins" / "exercise")
CONCEPT: Final = "c-1-1-1"


@pytest.fixture
def plain(database_url: str, tmp_path: Path) -> Iterator[Command]:
    """Commands without the package; `PYTHONPATH=PLUGIN` adds it."""
    command = Command(tmp_path / "unused", DATABASE_URL=database_url, MAX_CONCEPTS="2")
    yield command
    command.kill_all()


def create(command: Command) -> Any:
    done = command("create", "learn chess", "--json", PYTHONPATH=PLUGIN)
    assert done.code == 0, done.err
    return done.json()


def page(served: Served, roadmap_id: str) -> str:
    answer = served.client.get(f"/roadmaps/{roadmap_id}/concepts/{CONCEPT}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_declared_type_has_its_contents_retry_page_and_export(
    plain: Command, database: Database, tmp_path: Path
) -> None:
    """22 files named the three types, so that a fourth had needed a change in each of them."""
    created = create(plain)
    assert (created["status"], created["execution_summary"]["completed"]) == ("completed", 8)
    roadmap_id = created["roadmap_id"]
    retried = plain("retry", roadmap_id, CONCEPT, "exercise", "--json", PYTHONPATH=PLUGIN)
    assert (retried.code, retried.json()["task_type"]) == (0, "retry_exercise")
    assert "Writing an exercise" in retried.err
    with serving(plain, PYTHONPATH=PLUGIN) as served:
        path = f"/roadmaps/{roadmap_id}/concepts/{CONCEPT}/exercise"
        task = served.post(f"{path}/retry")
        assert served.ended(task["task_id"])["status"] == "completed"
        content = served.get(path)
        assert (content["version"], content["content"]["title"][:8]) == (3, "Practise")
        batch = {"content_types": ["tutorial", "resources", "quiz", "exercise"]}
        assert served.post(f"/roadmaps/{roadmap_id}/retry-failed", batch)["task_id"] is None
        section = page(served, roadmap_id).partition('<section id="exercise"')[2].partition("</section>")[0]
        assert re.search(r">Exercise</h2>.*Practise .*<ol>.*\*\*somebody\*\*.*<summary>Answer<", section, re.DOTALL)
        assert "Regenerate the exercise" in section
        assert '"exercise"' in served.client.get("/openapi.json").text
    shown = plain("show", roadmap_id, "--concept", CONCEPT, "--json", PYTHONPATH=PLUGIN).json()
    assert (shown["exercise_status"], shown["exercise_version"], shown["exercise_items_count"]) == ("completed", 3, 2)
    assert len(shown["exercise"]["steps"]) == 2
    for name in ("roadmap.md", "roadmap.html"):
        assert plain("export", roadmap_id, "-o", str(tmp_path / name), PYTHONPATH=PLUGIN).code == 0
        text = (tmp_path / name).read_text()
        assert (text.count("Practise "), "Solution: " in text) == (2, True)
    assert await broken_promises(database) == []


async def test_without_its_package_the_rows_are_read_and_its_retry_waits(plain: Command, database: Database) -> None:
    roadmap_id = create(plain)["roadmap_id"]
    asked = plain("retry", roadmap_id, CONCEPT, "exercise", "--detach", "--json", PYTHONPATH=PLUGIN).json()
    with serving(plain) as served:  # with a worker beside it
        other = served.post(f"/roadmaps/{roadmap_id}/concepts/{CONCEPT}/quiz/retry")
        assert served.ended(other["task_id"])["status"] == "completed", "the worker works"
        task = served.get(f"/tasks/{asked['task_id']}")
        assert (task["task_type"], task["content_type"], task["status"]) == ("retry_exercise", "exercise", "pending")
        assert 'id="exercise"' not in page(served, roadmap_id)
        for path in ("/", f"/roadmaps/{roadmap_id}", f"/tasks/{asked['task_id']}", "/runs", "/operations"):
            assert served.client.get(path).status_code in {200, 404}, path
        answer = served.call("POST", f"/roadmaps/{roadmap_id}/concepts/{CONCEPT}/exercise/retry")
        assert (answer.status_code, "'tutorial', 'resources' or 'quiz'" in answer.text) == (422, True)
    commands = ["show", roadmap_id], ["status", roadmap_id, "--json"], ["tasks"], ["log", asked["task_id"]]
    for done in plain.all(*commands):
        assert (done.code, "Traceback" in done.err) == (0, False)
    refused = plain("retry", roadmap_id, CONCEPT, "exercise")
    assert (refused.code, "'exercise' is not one of" in refused.err) == (2, True)
    assert plain("cancel", asked["task_id"]).code == 0
    stopped = plain("resume", asked["task_id"])
    assert (stopped.code, len(stopped.err.splitlines())) == (2, 1)
    assert "writes contents of type exercise" in stopped.err
    assert plain("resume", asked["task_id"], "--detach").code == 0
    with serving(plain, PYTHONPATH=PLUGIN) as served:
        assert served.ended(asked["task_id"])["status"] == "completed"
    assert await broken_promises(database) == []


def test_a_roadmap_from_before_the_package_gets_its_contents_by_retry_failed(plain: Command) -> None:
    roadmap_id = plain("create", "learn chess", "--json").json()["roadmap_id"]
    shown = plain("show", roadmap_id, "--concept", CONCEPT, "--json", PYTHONPATH=PLUGIN)
    assert (shown.json()["exercise_status"], shown.json()["exercise"]) == ("pending", None)
    retried = plain("retry-failed", roadmap_id, "--content-type", "exercise", "--json", PYTHONPATH=PLUGIN)
    assert retried.json()["execution_summary"]["completed"] == 2


SHAPE: Final = Path(PLUGIN, "roadmap_exercise", "shape.py").read_text()
BROKEN: Final = {
    "a name that is taken": ("quiz = roadmap_exercise:DECLARATION", {}, "taken by this program"),
    "a name of another form": ("Exercise-2 = roadmap_exercise:DECLARATION", {}, "a to z and _"),
    "no module": ("exercise = no_such_package:DECLARATION", {}, "No module named 'no_such_package'"),
    "no part": ("exercise = roadmap_exercise:DECLARATION", {"writing.py": ""}, "part for nodes"),
    "no form": ("exercise = roadmap_exercise:DECLARATION", {"reading.py": "1 / 0"}, "ZeroDivisionError"),
    "another step": (
        "exercise = roadmap_exercise:DECLARATION",
        {"shape.py": SHAPE.replace("exercise_generation", "quiz_generation")},
        "step is",
    ),
    "fields of others": (
        "exercise = roadmap_exercise:DECLARATION",
        {"shape.py": SHAPE.replace('status_prefix="exercise"', 'status_prefix="quiz"')},
        "status_prefix is 'quiz'",
    ),
}
EACH_TIME: Final = {"a name that is taken", "no part"}
"""One for each place where a package is refused."""


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=[] if what in EACH_TIME else pytest.mark.soak) for what in BROKEN]
)
def test_a_package_that_cannot_be_used_is_refused_in_one_line_at_the_start(
    plain: Command, tmp_path: Path, what: str
) -> None:
    entry, files, reason = BROKEN[what]
    plant(tmp_path / "path", entry, files)
    commands = ["create", "learn chess"], ["serve", "--port", "0"], ["list"], ["--help"]
    *refused, helped = plain.all(*commands, PYTHONPATH=str(tmp_path / "path"))
    for done in refused:
        assert (done.code, len(done.err.splitlines())) == (2, 1), done.err
        assert reason in done.err
        assert "The content type" in done.err
    assert helped.code == 0


def plant(folder: Path, entry: str, files: dict[str, str]) -> None:
    """Make a copy of the package with other files, and this entry point."""
    for source in Path(PLUGIN).rglob("*"):
        if source.is_file() and source.suffix != ".pyc":
            target = folder / source.relative_to(PLUGIN)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(files.get(source.name, source.read_text()))
    (folder / "roadmap_exercise-1.0.dist-info" / "entry_points.txt").write_text(f"[roadmap.content_types]\n{entry}\n")
