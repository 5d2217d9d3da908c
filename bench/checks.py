"""Measure the cost of checking a content in ms of CPU, over the recorded answers of the tests.

Each content is checked several times, and its fastest time counts, so that a busy machine matters little.
"""

import time
from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Final

from bench.eval.answers import Recorded, judge, read_answers

ANSWERS: Final = Path(__file__).parents[1] / "tests" / "domain" / "checks" / "answers"
TARGET: Final = 5.0
"""Milliseconds of CPU per content, in the mean of each type."""


def milliseconds(recorded: Recorded, rounds: int) -> float:
    """Return the CPU time of the fastest of some checks of an answer."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        judge(recorded, recorded.concepts)
        times.append(time.process_time() - began)
    return min(times) * 1000


def main(*, rounds: int = 5) -> None:
    by_type: dict[str, list[float]] = defaultdict(list)
    answers = read_answers(ANSWERS)
    for recorded in answers:
        judge(recorded, recorded.concepts)  # loads parsers and models
    for recorded in answers:
        by_type[recorded.content_type].append(milliseconds(recorded, rounds))
    print(f"checks: ms of CPU per content: {mean(time for times in by_type.values() for time in times):.1f}\n")
    print("| content | answers | mean | largest |")
    print("| --- | ---: | ---: | ---: |")
    for content_type, times in by_type.items():
        print(f"| {content_type} | {len(times)} | {mean(times):.1f} ms | {max(times):.1f} ms |")
    missed = [content_type for content_type, times in by_type.items() if mean(times) > TARGET]
    print(f"\nMissed: {', '.join(missed)}" if missed else f"\nThe target of {TARGET:g} ms is met.")
