"""`embedded_call.py HOME ACT...`: calls the embedded server in a process of its own.

Prints one JSON line for each act: {"value": ...}, or {"error": class, "message": text}. The act `hold` opens a
transaction on a started server, writes a row and waits to be killed.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from repository.postgres.server import EmbeddedServer


def hold(server: EmbeddedServer) -> None:
    import psycopg

    with psycopg.connect(server.start()) as connection:
        connection.execute("INSERT INTO kept VALUES ('not committed')")
        print(json.dumps({"value": "holding"}), flush=True)
        time.sleep(600)


def main(home: str, *acts: str) -> None:
    server = EmbeddedServer(Path(home))
    known: dict[str, Callable[[], object]] = {
        "start": server.start,
        "recover": server.recover,
        "stop": server.stop,
        "is_running": server.is_running,
        "hold": lambda: hold(server),
    }
    for act in acts:
        try:
            ended: dict[str, object] = {"value": known[act]()}
        except Exception as error:
            ended = {"error": type(error).__name__, "message": str(error)}
        print(json.dumps(ended), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
