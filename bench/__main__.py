"""`python -m bench` prints all figures, `python -m bench NAME...` some; `BENCH_FULL=1` takes the full sizes.

The quick sizes take some minutes. On a busy machine, trust the ratios, and those of CPU and WAL most.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from bench import capacity, checks, fleet, flow, http, migrations, pages, price, prompts, retention, stream

QUICK: Final[dict[str, Callable[[], None]]] = {
    "checks": checks.main,
    "price": lambda: price.main(rounds=3),
    "prompts": prompts.main,
    "flow": lambda: flow.main(rounds=1),
    "http": lambda: http.main(requests=800, rounds=3),
    "pages": pages.main,
    "stream": lambda: stream.main(events=300),
    "migrations": lambda: migrations.main(tasks=20_000),
    "retention": lambda: retention.main(waves=3, runs=20),
    "capacity": lambda: capacity.main(runs=100, fleets=(1, 2)),
    "fleet": lambda: fleet.main(requests=30),
}
FULL: Final[dict[str, Callable[[], None]]] = {
    "checks": lambda: checks.main(rounds=20),
    "price": lambda: price.main(rounds=9),
    "prompts": prompts.main,
    "flow": lambda: flow.main(rounds=5),
    "http": http.main,
    "pages": lambda: pages.main(loads=20),
    "stream": stream.main,
    "migrations": migrations.main,
    "retention": retention.main,
    "capacity": capacity.main,
    "fleet": fleet.main,
}


def main(names: Sequence[str]) -> None:
    benches = FULL if os.environ.get("BENCH_FULL") else QUICK
    unknown = [name for name in names if name not in benches]
    if unknown:
        sys.exit(f"unknown bench {unknown[0]!a}; known: {', '.join(benches)}")
    for name in names or benches:
        title = (sys.modules[f"bench.{name}"].__doc__ or "").splitlines()[0]
        print(f"## {name}: {title}\n", flush=True)
        benches[name]()
        print(flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
