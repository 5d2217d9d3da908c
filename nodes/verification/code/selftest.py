"""The self-test of the sandbox: hostile code runs as a lesson would, and each attempt has to fail.

It does not ask what the kernel offers, since a container may forbid what a kernel has. It tries.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from nodes.verification.code.runner import ChildResult, run_child

_ENDLESS_SECONDS: Final = 1.0

PROBES: Final[Mapping[str, str]] = {
    "the network": "import socket\nsocket.socket(socket.AF_INET)",
    "local sockets": "import socket\nsocket.socket(socket.AF_UNIX)",
    "starting a process": "import os\nif os.fork() == 0: os._exit(0)",
    "starting a program": "import os\nos.execv('/bin/true', ['true'])",
    "starting a thread": "import _thread\n_thread.start_new_thread(int, ())",
    "reading outside": "open({folder!r} + '/secret').read()",
    "reading other processes": "open('/proc/{pid}/environ', 'rb').read()",
    "listing outside": "import os\nos.listdir({folder!r})",
    "writing outside": "open({folder!r} + '/secret', 'w')",
    "writing to a library": "open(__import__('os').__file__, 'a')",
    "making files": "open({folder!r} + '/new', 'x')",
    "making links": "import os\nos.symlink('/etc', {folder!r} + '/link')",
    "removing files": "import os\nos.unlink({folder!r} + '/secret')",
    "changing rights": "import os\nos.chmod({folder!r} + '/secret', 0o777)",
    "sending signals": "import os\nos.kill({pid}, 0)",
    "tracing": "import ctypes\nif ctypes.CDLL(None).ptrace(16, {pid}, 0, 0): raise PermissionError",
    "taking memory": "block = bytearray(10 << 30)",
    "raising limits": "import resource\ntry: resource.setrlimit(resource.RLIMIT_CPU, (100, 100))\n"
    "except ValueError as error: raise PermissionError from error",
    "changing the account": "import os\nos.setuid(0)",
}
"""By what the code attempts. It has to end with one of _REFUSALS."""
_REFUSALS: Final = frozenset({"OSError", "MemoryError", "RuntimeError"})
"""Another error would mean that the attempt was not made."""
_WORKS: Final = "import json, math, re\nprint(sum(range(10)), json.dumps([1]))"


def sandbox_problem() -> str | None:
    """Return what the sandbox lets pass here; None where it holds. Blocks the thread for two seconds."""
    with tempfile.TemporaryDirectory(prefix="roadmap-sandbox-") as folder:
        secret = Path(folder) / "secret"
        secret.write_text("readable")
        os.chmod(folder, 0o777)
        secret.chmod(0o666)
        probes = [probe.format(folder=folder, pid=os.getpid()) for probe in PROBES.values()]
        tried = run_child("python", [[_WORKS], *([probe] for probe in probes)])
        if problem := _escaped(tried, list(PROBES)):
            return problem
        if secret.read_text() != "readable" or len(list(Path(folder).iterdir())) != 1:
            return "files outside were changed"
    endless = run_child("python", [["while True: pass"]], wall_seconds=_ENDLESS_SECONDS)
    return "code runs without an end" if endless.ended is None else None


def _escaped(tried: ChildResult, names: Sequence[str]) -> str | None:
    if tried.ended is not None:
        return tried.ended
    if not tried.confined:
        return "the child is not confined"
    works, *attempts = tried.results
    if works.get("error") is not None or works.get("outputs") != ["45 [1]\n"]:
        return "plain Python does not run in it"
    passed = [name for name, attempt in zip(names, attempts, strict=True) if not _refused(attempt)]
    return f"{', '.join(passed)} is possible" if passed else None


def _refused(attempt: Mapping[str, Any]) -> bool:
    error = attempt.get("error")
    return isinstance(error, dict) and not _REFUSALS.isdisjoint(error.get("bases", ()))
