"""The processes of an embedded server.

They are identified by their program and working directory, never by the number in postmaster.pid, which may belong to
another process by now. So no foreign process is ever signalled.
"""

import os
from contextlib import suppress
from typing import Any, Literal

from repository.postgres.home import ServerHome


def processes(home: ServerHome, kind: Literal["postmaster", "child"]) -> list[Any]:
    """Return the psutil processes of a home's server, oldest first.

    Children have the title "postgres: ...". A child that was just forked still looks like its postmaster, but is
    younger. Zombies have no working directory and are left out.
    """
    import psutil

    def works_here(process: psutil.Process, arguments: list[str]) -> bool:
        try:
            if psutil.LINUX:  # not by path: that of a removed folder equals the path of its successor
                return os.path.samefile(f"/proc/{process.pid}/cwd", home.data)
            return bool(process.cwd() == str(home.data.resolve()))
        except (
            PermissionError,
            psutil.AccessDenied,
        ):  # root in a container cannot read working directories, but arguments
            return f"unix_socket_directories={home.sockets()}" in arguments

    matches: list[tuple[float, int, Any]] = []
    for process in psutil.process_iter():
        with suppress(OSError, psutil.Error):  # the process has just ended
            if process.name() == "postgres" and (arguments := process.cmdline()):
                is_child = arguments[0].startswith("postgres:")
                if is_child == (kind == "child") and works_here(process, arguments):
                    matches.append((process.create_time(), process.pid, process))
    return [process for _, _, process in sorted(matches)]


def postmaster(home: ServerHome) -> Any | None:
    """Return the postmaster of a home's server, None if it does not run."""
    return next(iter(processes(home, "postmaster")), None)


def end_orphans(home: ServerHome) -> None:
    """Terminate children of a killed postmaster, which would otherwise keep the data open until their query ends."""
    import psutil

    for child in processes(home, "child"):
        with suppress(psutil.Error):
            parent = child.parent()
            if parent is None or parent.name() != "postgres":
                child.terminate()
