"""`embedded_intruder.py HOME SOCKETS`: another user of the machine, who tries what he can. Prints what succeeded."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path


def call(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(path))


def main(home: Path, sockets: Path) -> None:
    attempts: dict[str, Callable[[], object]] = {
        "read the password": (home / "password").read_text,
        "read the log": (home / "server.log").read_text,
        "list the data": lambda: list((home / "data").iterdir()),
        "read the data": (home / "data" / "PG_VERSION").read_text,
        "take the lock": lambda: (home / "lock").open("a").close(),
        "list the sockets": lambda: list(sockets.iterdir()),
        "connect": lambda: call(sockets / ".s.PGSQL.5432"),
        "move the sockets away": lambda: sockets.rename(sockets.with_suffix(".gone")),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except PermissionError:
            continue
        except OSError as error:
            print(f"{name}: {error}")  # anything but a refusal is a mistake of this test
        else:
            print(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
