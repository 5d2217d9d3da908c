"""Does `roadmap --help` come at once? Against a Python that only imports what draws it."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final

ROADMAP: Final = Path(sys.executable).with_name("roadmap")
COMMANDS: Final = {
    "import typer, rich": [sys.executable, "-c", "import typer, rich"],
    "roadmap --help": [str(ROADMAP), "--help"],
}
TARGET: Final = 3.0


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main(*, rounds: int = 15) -> None:
    pairs = [[seconds(command) for command in COMMANDS.values()] for _ in range(rounds)]
    for name, column in zip(COMMANDS, zip(*pairs, strict=True), strict=True):
        print(f"{name:20} {median(column):.3f} s")
    ratio = median(help_ / imports for imports, help_ in pairs)
    print(f"{'ratio':20} {ratio:.2f} x  {'MISSED ' if ratio > TARGET else ''}(target: at most {TARGET:g} x)")


if __name__ == "__main__":
    main()
