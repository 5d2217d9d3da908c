"""`python -m bench` prints all figures, `python -m bench NAME...` some; with BENCH_FULL=1 in full size.

The quick sizes take some minutes; on a busy machine trust the ratios, and those of CPU and WAL most.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from bench import capacity, embedded, http, migrations, price, queue, retention, startup, status, stream, turns
from bench.servers import bench_server


def _migrations(tasks: int) -> None:
    with bench_server() as server:
        migrations.main(tasks, server.url)


QUICK: Final[dict[str, Callable[[], None]]] = {
    "price": lambda: price.main(rounds=3),
    "embedded": embedded.main,
    "startup": startup.main,
    "queue": lambda: queue.main(samples=20, rounds=4, runs=16, fleets=(1, 2)),
    "turns": lambda: turns.main(retries=5),
    "status": lambda: status.main(tasks=50_000, calls=500),
    "http": lambda: http.main(requests=800, rounds=3),
    "stream": lambda: stream.main(events=300),
    "migrations": lambda: _migrations(20_000),
    "retention": lambda: retention.main(waves=3, runs=20),
    "capacity": lambda: capacity.main(runs=100, fleets=(1, 2)),
}
FULL: Final[dict[str, Callable[[], None]]] = {
    "price": lambda: price.main(rounds=9),
    "embedded": embedded.main,
    "startup": lambda: startup.main(rounds=40),
    "queue": queue.main,
    "turns": turns.main,
    "status": status.main,
    "http": http.main,
    "stream": stream.main,
    "migrations": lambda: _migrations(1_000_000),
    "retention": retention.main,
    "capacity": capacity.main,
}


def main(names: Sequence[str]) -> None:
    benches = FULL if os.environ.get("BENCH_FULL") else QUICK
    unknown = [name for name in names if name not in benches]
    if unknown:
        sys.exit(f"there is no bench {unknown[0]!a}; there are {', '.join(benches)}")
    for name in names or benches:
        question = (sys.modules[f"bench.{name}"].__doc__ or "").splitlines()[0]
        print(f"## {name}: {question}\n", flush=True)
        benches[name]()
        print(flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
