"""Run the Go code of a course: its files in one module, its commands in a shell."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.outputs.__main__ import CodeFailed, CodeFence

MODULE: Final = "example.com/shelf"
_SHOWN_FOLDER: Final = "/home/you/shelf"
"""What outputs show for the folder of the module."""
_FILE: Final = re.compile(r"// (?P<path>[\w./-]+\.go)$")
_PROMPT: Final = "$ "
_END: Final = "--- end of command ---"
_TIMEOUT: Final = 300.0
"""Seconds of one console block. The first builds the standard library."""


@contextmanager
def go_module(example: str) -> Iterator["GoModule"]:
    """Open a new module that holds the example of the course. Raises CodeFailed where there is no Go."""
    if shutil.which("go") is None:
        raise CodeFailed("go is not installed: apt-get install golang-go")
    with TemporaryDirectory(prefix="course-go-") as folder:
        module = GoModule(Path(folder) / "shelf")
        module.write(example)
        yield module


class GoModule:
    """A module in a folder of its own, which grows from lesson to lesson."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    def play(self, fence: CodeFence, following: CodeFence | None) -> tuple[CodeFence, str] | None:  # noqa: ARG002
        """Write a file, or run the commands of a block and return the block as a terminal would show it."""
        if fence.language == "go":
            self.write(fence.code)
            return None
        return (fence, self._session(fence.code)) if fence.language == "console" else None

    def write(self, code: str) -> None:
        """Write the file that code names in its first line, if it does."""
        if match := _FILE.match(code.split("\n", 1)[0]):
            path = self._folder / match["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code + "\n", "utf-8")

    def _session(self, code: str) -> str:
        commands = [line.removeprefix(_PROMPT) for line in code.split("\n") if line.startswith(_PROMPT)]
        script = "\n".join(f"{command}\necho '{_END}'" for command in commands)
        outputs = self._run(script).split(f"{_END}\n")
        if len(outputs) != len(commands) + 1:
            raise CodeFailed(f"`{commands[max(0, len(outputs) - 1)]}` ended its shell")
        lines: list[str] = []
        for command, output in zip(commands, outputs, strict=False):
            lines += [f"{_PROMPT}{command}", *([output.rstrip("\n")] if output.strip() else [])]
        return "\n".join(lines)

    def _run(self, script: str) -> str:
        """Run a script in the folder and return what it prints; what it leaves in the background is ended."""
        log = self._folder.parent / "output.txt"
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "GOCACHE", "TMPDIR") if name in os.environ},
            "GOPROXY": "off",
            "GOFLAGS": "-buildvcs=false",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }
        with log.open("wb") as output:
            shell = subprocess.Popen(
                ["bash", "-c", script],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                shell.wait(_TIMEOUT)
            except subprocess.TimeoutExpired:
                raise CodeFailed(f"took more than {_TIMEOUT:.0f} s: {script[:80]!r}") from None
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(shell.pid, signal.SIGKILL)
        return log.read_text("utf-8", errors="replace").replace(str(self._folder), _SHOWN_FOLDER)
