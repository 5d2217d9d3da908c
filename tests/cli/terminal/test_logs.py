import subprocess
import sys

SCRIPT = """
import logging, sys
from cli.terminal.logs import log_to_stderr
from domain.logs import get_log
log_to_stderr(sys.argv[1])
log = get_log("x")
log.debug("small")
log.warning("lease not renewed", reason="one\\ntwo \\x1b[31m")
try:
    1 / 0
except ZeroDivisionError as error:
    log.error("broken", exc_info=error)
    log.error("run failed", reason="told by the command", exc_info=error)
    logging.getLogger("library").error("said\\ntwice", exc_info=True)
logging.getLogger("library").info("chatter")
"""


def stderr_at(level: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT, level], capture_output=True, text=True, check=True)
    assert done.stdout == ""  # that is where the answer of a command goes
    return done.stderr.splitlines()


def test_an_entry_is_one_line_on_stderr() -> None:
    assert stderr_at("warning") == [
        "roadmap: warning: lease not renewed (reason=one two [31m)",
        "roadmap: error: broken",
        "roadmap: error: library: said twice",
    ]


def test_log_level_error_hides_warnings() -> None:
    assert stderr_at("error") == ["roadmap: error: broken", "roadmap: error: library: said twice"]


def test_debug_shows_tracebacks() -> None:
    lines = stderr_at("debug")
    assert "roadmap: debug: small" in lines
    assert lines.count("ZeroDivisionError: division by zero") == 3
    assert not any("chatter" in line for line in lines)
