"""`python -m tests.chaos_program`: kill processes and the database while several users work; nothing may be lost.

Runs for CHAOS_MINUTES (5), half of it on the embedded database, half on one over TCP. CHAOS_SEED chooses the
disturbances and their times; what is in flight then depends on the machine. Prints the seed and a summary. On any loss
it prints the losses, exits with 1 and keeps the folder with the logs of all processes.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos_program.round import Score, round_of
from tests.support.servers import EMBEDDED, OVER_TCP


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers are stopped and disks unmounted on the way out
    minutes = float(os.environ.get("CHAOS_MINUTES") or 5)
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))
    folder = Path(tempfile.mkdtemp(prefix="roadmap-chaos-"))
    print(f"seed {seed}, {minutes:g} minutes, logs in {folder}", flush=True)
    together = Score()
    for kind in (EMBEDDED, OVER_TCP):
        logs = folder / kind
        logs.mkdir()
        score = asyncio.run(round_of(kind, seed, minutes * 30, logs))
        print(f"{kind}: {score}", flush=True)
        for reason, count in score.reasons.most_common():
            print(f"  failed, {count} x {reason[:300]}", flush=True)
        together += score
    if together.losses:
        for loss in together.losses:
            print(f"LOST: {loss}")
        print(f"{len(together.losses)} losses with CHAOS_SEED={seed}; the logs are in {folder}")
        return 1
    print(f"nothing lost in {minutes:g} minutes with CHAOS_SEED={seed}: {together}")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
