"""Runs hostile code in children and prints what it got away with, as JSON.

It is started as another user too, with a Python that this user can read, so it needs the standard library only.
"""

import json
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[4]))

from nodes.verification.code.runner import ChildResult, run_child
from nodes.verification.code.selftest import sandbox_problem


def attempts(folder: Path, port: int) -> dict[str, str]:
    """Return pieces of code by what they attempt; one that succeeds prints “escaped”."""
    victim = os.getpid()
    return {
        "fork": "import os\nwhile True:\n    os.fork()\n    print('escaped')",
        "clone": "import ctypes\nif ctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0) > 0: print('escaped')",
        "memory": "blocks = [bytearray(1 << 28) for _ in range(40)]\nprint('escaped')",
        "exec": "import os\nos.execv('/bin/echo', ['echo', 'escaped'])",
        "shell": "import os\nif os.system('true') == 0: print('escaped')",
        "connect": f"import socket\nsocket.create_connection(('127.0.0.1', {port}))\nprint('escaped')",
        "datagram": "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))\n"
        "print('escaped')",
        "read": f"print('escaped', open('{folder}/secret').read())",
        "read by link": f"print('escaped', open('{folder}/link').read())",
        "read accounts": "print('escaped', open('/etc/passwd').read())",
        "read memory": f"print('escaped', open('/proc/{victim}/mem', 'rb').read(1))",
        "read environment": f"print('escaped', open('/proc/{victim}/environ').read())",
        "list": f"import os\nprint('escaped', os.listdir('{folder}'))",
        "write": f"open('{folder}/secret', 'w').write('x')\nprint('escaped')",
        "make": f"open('{folder}/new', 'w')\nprint('escaped')",
        "make in a library": "import os\nopen(os.path.dirname(os.__file__) + '/hostile.py', 'w')\nprint('escaped')",
        "link": f"import os\nos.symlink('/etc', '{folder}/hostile')\nprint('escaped')",
        "hard link": f"import os\nos.link('{folder}/secret', '{folder}/hostile')\nprint('escaped')",
        "rename": f"import os\nos.rename('{folder}/secret', '{folder}/hostile')\nprint('escaped')",
        "remove": f"import os\nos.unlink('{folder}/secret')\nprint('escaped')",
        "chmod": f"import os\nos.chmod('{folder}/secret', 0)\nprint('escaped')",
        "truncate": f"import os\nos.truncate('{folder}/secret', 0)\nprint('escaped')",
        "mount": "import ctypes\nif ctypes.CDLL(None).mount(b'none', b'/', b'tmpfs', 0, None) == 0: print('escaped')",
        "namespace": "import ctypes\nif ctypes.CDLL(None).unshare(0x10000000) == 0: print('escaped')",
        "memory file": "import os\nos.memfd_create('x')\nprint('escaped')",
        "signal": f"import os, signal\nos.kill({victim}, signal.SIGSTOP)\nprint('escaped')",
        "signal by owner": "import fcntl\nfcntl.fcntl(0, fcntl.F_SETOWN, 1)\nprint('escaped')",
        "signal all": "import os, signal\nos.kill(-1, signal.SIGTERM)\nprint('escaped')",
        "trace": f"import ctypes\nif ctypes.CDLL(None).ptrace(16, {victim}, 0, 0) == 0: print('escaped')",
        "priority": f"import os\nos.setpriority(os.PRIO_PROCESS, {victim}, 19)\nprint('escaped')",
        "account": "import os\nos.setresuid(0, 0, 0)\nprint('escaped')",
        "inherited files": "import os\nfor number in range(3, 64):\n    try: print('escaped', os.fstat(number))\n"
        "    except OSError: pass",
        "environment": "import os\nprint('escaped' if 'SECRET' in os.environ else '')",
    }


def main(folder: Path) -> dict[str, Any]:
    (folder / "secret").write_text("secret")
    (folder / "link").symlink_to(folder / "secret")
    os.environ["SECRET"] = "secret"
    inherited = os.open(folder / "secret", os.O_RDONLY)
    os.set_inheritable(inherited, True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        tried = attempts(folder, server.getsockname()[1])
        result = run_child("python", [[code] for code in tried.values()])
    outputs = ["".join(block["outputs"]) for block in result.results]
    with ThreadPoolExecutor(2) as pool:
        ended = dict(zip(ENDINGS, pool.map(_ended, ENDINGS.values()), strict=True))
    return {
        "problem": sandbox_problem(),
        "tried": len(tried),
        "answered": len(outputs),
        "escaped": [name for name, output in zip(tried, outputs, strict=False) if "escaped" in output],
        "secret": (folder / "secret").read_text(),
        "files": sorted(path.name for path in folder.iterdir()),
        "accounts": "".join(block["outputs"][0] for block in _run("import os\nprint(os.geteuid())").results),
        "ended": ended,
    }


ENDINGS = {
    "loop": "while True: pass",
    "deaf loop": "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
    "sleep": "import time\ntime.sleep(600)",
    "flood": "import os\nwhile True: os.write(1, b'x' * 65536)",
    "flood of prints": "while True: print('x' * 65536)",
    "crash": "import ctypes\nctypes.string_at(0)",
    "forged answer": "import os\nos.write(1, b'[]\\n' * 9)\nos._exit(0)",
}
"""Code that has to be ended, or ends its process."""


def _run(code: str) -> ChildResult:
    return run_child("python", [[code]], cpu_seconds=1, wall_seconds=4)


def _ended(code: str) -> str | None:
    return _run(code).ended


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
