"""How long is one kept waiting for the embedded server? Medians of 5, against the budgets of issue 4."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from repository.postgres.server import EmbeddedServer

ROUNDS = 5


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    first, second, nothing = [], [], []
    for _ in range(ROUNDS):
        place = Path(tempfile.mkdtemp(prefix="roadmap-bench-", dir="/tmp"))
        place.chmod(0o755)
        server = EmbeddedServer(place / "home")
        try:
            first.append(seconds(server.start))
            nothing.append(seconds(server.start))
            server.stop()
            second.append(seconds(server.start))
        finally:
            server.stop()
            shutil.rmtree(place)
    for name, measured, budget in (
        ("first start", first, 2.0),
        ("start on an initialised home", second, 0.5),
        ("nothing to do", nothing, 0.05),
    ):
        print(f"{name:30} {statistics.median(measured):6.3f} s  (max {max(measured):.3f}, budget {budget:g})")


if __name__ == "__main__":
    main()
