"""The processes of an embedded server, found among the running ones: no stranger is ever signalled.

They are known by their program and the folder they work in, never by the number in postmaster.pid.
"""

import os
from contextlib import suppress
from typing import Any, Literal

from repository.postgres.home import ServerHome


def processes(home: ServerHome, kind: Literal["postmaster", "child"]) -> list[Any]:
    """Our server's processes, as psutil sees them, oldest first.

    Children call themselves "postgres: ...". One that was forked this instant still looks like its postmaster, but
    is younger. A zombie works in no folder and so is neither.
    """
    import psutil

    def works_here(process: psutil.Process, arguments: list[str]) -> bool:
        try:
            if psutil.LINUX:  # not the path: a removed folder's equals that of its successor
                return os.path.samefile(f"/proc/{process.pid}/cwd", home.data)
            return bool(process.cwd() == str(home.data.resolve()))
        except (PermissionError, psutil.AccessDenied):  # root in a container sees no folders; arguments are public
            return f"unix_socket_directories={home.sockets()}" in arguments

    found: list[tuple[float, int, Any]] = []
    for process in psutil.process_iter():
        with suppress(OSError, psutil.Error):  # it ended meanwhile
            if process.name() == "postgres" and (arguments := process.cmdline()):
                is_child = arguments[0].startswith("postgres:")
                if is_child == (kind == "child") and works_here(process, arguments):
                    found.append((process.create_time(), process.pid, process))
    return [process for _, _, process in sorted(found)]


def postmaster(home: ServerHome) -> Any | None:
    return next(iter(processes(home, "postmaster")), None)


def end_orphans(home: ServerHome) -> None:
    """Asks children of a killed postmaster to end: one that computes would hold the data until it is through."""
    import psutil

    for child in processes(home, "child"):
        with suppress(psutil.Error):
            parent = child.parent()
            if parent is None or parent.name() != "postgres":
                child.terminate()
