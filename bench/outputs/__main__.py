"""The code of the recorded courses, run in order, and its outputs put into their lessons.

A course in Go runs in one module: a block whose first line is `// path/name.go` is that file, and a block `console`
holds commands behind `$ `, whose outputs follow them. A course in SQL runs in one database of PostgreSQL: the example
of the course book first, then each block `sql run` or `sql fails`; a block `text output` behind one holds its last
rows.

`python -m bench.outputs [COURSE ...]` writes the outputs into the files, and with `--check` only compares them: it
prints what differs and exits with 1. Times, addresses and the like count as equal.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from nodes.offline.recordings import FOLDER, RecordedCourse, parts_of, read_course, with_lesson

_FENCE: Final = re.compile(r"^(?P<mark>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
_VARYING: Final = (
    (re.compile(r"\d+(?:\.\d+)?(?:ns|µs|ms|s)\b"), "<time>"),
    (re.compile(r"\b\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?"), "<time>"),
    (re.compile(r"\b\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "<time>"),
    (re.compile(r"\b0x[0-9a-f]+\b"), "<address>"),
    (re.compile(r"\b127\.0\.0\.1:\d{4,5}\b"), "<port>"),
    (re.compile(r"\bgoroutine \d+\b"), "goroutine <n>"),
    (re.compile(r"^\[\d+\] \d+$", re.MULTILINE), "[1] <pid>"),
    (re.compile(r"\(cached\)"), "<time>"),
    (re.compile(r"[ \t]+"), " "),
)
"""What differs from run to run."""


@dataclass(frozen=True, slots=True)
class CodeFence:
    """A fenced block of a lesson. Lines are counted from 0; its code stands between `start` and `end`."""

    language: str
    marks: frozenset[str]
    code: str
    start: int
    """The line of the opening fence."""
    end: int
    """The line of the closing fence."""


class Player(Protocol):
    """Runs the code of a course in order; what one block leaves is there for the next."""

    def play(self, fence: CodeFence, following: CodeFence | None) -> tuple[CodeFence, str] | None:
        """Run a block. Return the block that shows its output, and what that should hold; None without one."""
        ...


class CodeFailed(Exception):
    """Code of a course ended otherwise than its lesson says."""


def fences_of(lesson: str) -> list[CodeFence]:
    """Return the fenced blocks of a lesson in order, those in folded solutions too."""
    found: list[CodeFence] = []
    lines = lesson.split("\n")
    opened: tuple[int, str, str] | None = None
    for number, line in enumerate(lines):
        if opened is None:
            if match := _FENCE.match(line):
                opened = number, match["mark"], match["info"]
        elif line.rstrip() == opened[1]:
            start, _, info = opened
            language, *marks = info.lower().split() or [""]
            code = "\n".join(lines[start + 1 : number])
            found.append(CodeFence(language, frozenset(marks), code, start, number))
            opened = None
    return found


def with_outputs(lesson: str, player: Player) -> str:
    """Return a lesson with the outputs of its code. One that differs in times and addresses only is left as it is."""
    lines = lesson.split("\n")
    fences = fences_of(lesson)
    played = [player.play(fence, after) for fence, after in zip(fences, [*fences[1:], None], strict=True)]
    for fence, output in reversed([one for one in played if one is not None]):
        if comparable(output) != comparable(fence.code):
            lines[fence.start + 1 : fence.end] = output.split("\n") if output else []
    return "\n".join(lines)


def comparable(output: str) -> str:
    """Return an output without what differs from run to run."""
    for pattern, replacement in _VARYING:
        output = pattern.sub(replacement, output)
    return "\n".join(line.rstrip() for line in output.strip("\n").split("\n"))


@contextmanager
def player_of(course: RecordedCourse, database_url: str | None) -> Iterator[Player]:
    """Return what runs the code of a course. `database_url`: of an empty database, for SQL; None: one is made."""
    from bench.outputs.go import go_module
    from bench.outputs.sql import sql_database

    example = course.file.book.example
    if example.language == "go":
        with go_module(example.code) as module:
            yield module
    else:
        with sql_database(example.code, database_url) as database:
            yield database


def run_course(folder: Path, *, write: bool, database_url: str | None = None) -> list[str]:
    """Run the code of a course; return a line for each lesson whose outputs are others. Raises CodeFailed."""
    course = read_course(folder)
    differing = []
    with player_of(course, database_url) as player:
        for concept in course.concepts.values():
            path = folder / f"{concept.stem}.md"
            _, lesson, _ = parts_of(path)
            try:
                right = with_outputs(lesson, player)
            except CodeFailed as error:
                raise CodeFailed(f"{folder.name}/{path.name}: {error}") from None
            if right != lesson:
                differing.append(f"{folder.name}/{path.name}: {_first_difference(lesson, right)}")
                if write:
                    path.write_text(with_lesson(path, right), "utf-8")
    return differing


def _first_difference(shown: str, real: str) -> str:
    pairs = zip([*shown.split("\n"), ""], [*real.split("\n"), ""], strict=False)
    differing = (f"shows {a!r}, prints {b!r}" for a, b in pairs if comparable(a) != comparable(b))
    return next(differing, "has lines that are not printed")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.outputs", description=__doc__)
    parser.add_argument("courses", nargs="*", metavar="COURSE", help="folder of nodes/offline/recorded; default: all")
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 if an output is another")
    given = parser.parse_args(arguments)
    names = given.courses or sorted(path.parent.name for path in FOLDER.glob("*/course.toml"))
    if unknown := [name for name in names if not (FOLDER / name / "course.toml").is_file()]:
        parser.error(f"there is no course {unknown[0]!r} in {FOLDER}")
    try:
        lines = [line for name in names for line in run_course(FOLDER / name, write=not given.check)]
    except (CodeFailed, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join([*lines, f"{len(lines)} lessons {'differ' if given.check else 'written'}"]))
    return 1 if given.check and lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
