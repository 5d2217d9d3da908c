"""The outputs in the recorded courses are what their code prints."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bench.eval.answers import judge_all, read_answers
from bench.outputs.__main__ import CodeFailed, CodeFence, fences_of, main, run_course, with_outputs
from bench.outputs.sql import aligned, sql_database
from nodes.offline.recordings import FOLDER, read_course
from tests.support.databases import create_database, drop_database, url_of

GO_VERSION = "go1.19"


def unable_to_run_go() -> str | None:
    """Return why the course on Go cannot be checked here, None if it can."""
    missing = [name for name in ("go", "gcc", "curl", "bash") if shutil.which(name) is None]
    if missing:
        return f"{missing[0]} is not installed"
    version = subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return None if version.startswith(GO_VERSION) else f"the course is for {GO_VERSION}, and this is {version}"


@pytest.mark.soak
def test_the_outputs_of_the_course_on_go_are_real() -> None:
    if reason := unable_to_run_go():
        pytest.skip(reason)
    assert run_course(FOLDER / "go-backend", write=False) == []


def test_the_outputs_of_the_course_on_sql_are_real(server_url: str) -> None:
    name = create_database(server_url, "course", template="template0")
    try:
        assert run_course(FOLDER / "sql-analysis", write=False, database_url=url_of(server_url, name)) == []
    finally:
        drop_database(server_url, name)


def test_a_wrong_output_is_named_and_can_be_written(server_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "sql-analysis"
    shutil.copytree(FOLDER / "sql-analysis", folder)
    stem = next(iter(read_course(folder).concepts.values())).stem
    path = folder / f"{stem}.md"
    right = path.read_text("utf-8")
    at = right.index("```text output\n") + len("```text output\n")
    path.write_text(f"{right[:at]}invented\n{right[at:]}", "utf-8")
    for write in (False, True):
        name = create_database(server_url, "course", template="template0")
        try:
            (line,) = run_course(folder, write=write, database_url=url_of(server_url, name))
        finally:
            drop_database(server_url, name)
        assert line.startswith(f"sql-analysis/{stem}.md: shows 'invented', prints ")
    assert path.read_text("utf-8") == right


class Echo:
    """A player for tests: `echo` blocks show their code in the block that follows."""

    def play(self, fence: CodeFence, following: CodeFence | None) -> tuple[CodeFence, str] | None:
        return (following, fence.code) if fence.language == "echo" and following else None


def test_only_outputs_that_differ_are_replaced() -> None:
    lesson = "a\n\n```echo\n{}\n```\n\n```text output\n{}\n```\n\nb\n"
    assert with_outputs(lesson.format("3.1s", "old"), Echo()) == lesson.format("3.1s", "3.1s")
    kept = lesson.format("at 0xff, 1.2ms", "at 0xab, 17µs")
    assert with_outputs(kept, Echo()) == kept
    assert fences_of(kept)[1].marks == {"output"}


def test_fences_in_folded_solutions_and_longer_ones_are_found() -> None:
    lesson = "<details>\n\n```go\na\n```\n\n</details>\n\n````console\n$ cat x\n```\n````\n\n```sql run\nopen"
    assert [(fence.language, fence.code) for fence in fences_of(lesson)] == [("go", "a"), ("console", "$ cat x\n```")]


def test_a_statement_ends_as_its_mark_says(server_url: str) -> None:
    name = create_database(server_url, "course", template="template0")
    try:
        with sql_database("CREATE TABLE t (n int);", url_of(server_url, name)) as database:
            assert database.run("INSERT INTO t VALUES (1), (NULL); SELECT n, n IS NULL AS no FROM t ORDER BY n;") == (
                " n | no\n---+----\n 1 | f\n   | t"
            )
            assert database.run("SELECT 1 / 0;", fails=True) == "ERROR:  division by zero"
            with pytest.raises(CodeFailed, match="division by zero in: SELECT 1 / 0"):
                database.run("SELECT 1 / 0;")
            with pytest.raises(CodeFailed, match="does not fail"):
                database.run("SELECT 1;", fails=True)
    finally:
        drop_database(server_url, name)


def test_wide_characters_keep_the_columns_in_line() -> None:
    table = aligned(["城市", "n"], [["北京", "10"], ["x", "9"]], [False, True])
    assert table == " 城市 | n\n------+----\n 北京 | 10\n x    |  9"


def test_an_unknown_course_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cooking"])
    assert ended.value.code == 2
    assert "there is no course 'cooking'" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["go-backend", "sql-analysis"])
def test_a_recorded_course_is_judged_like_other_answers(key: str) -> None:
    verdicts = judge_all(read_answers(FOLDER / key))
    assert len(verdicts) == 3 * len(read_course(FOLDER / key).concepts)
    assert [verdict.recorded.name for verdict in verdicts if not verdict.right] == []
