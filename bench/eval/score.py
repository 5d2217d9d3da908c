"""The score of the answers of a model, and its table."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from domain.checks.findings import Finding, Kind
from domain.request import Preferences
from rendering.pages.markdown import rendered

HEADS: Final = (
    *("goal", "asked", "level", "framework", "tutorial", "resources", "quiz", "words", "in it", "links ok/dead/?"),
    *("checks", "code run", "formulas", "s", "score"),
)
KINDS: Final = ("framework", "tutorial", "resources", "quiz")


@dataclass
class EvalScore:
    """Score of one goal, written by one author."""

    goal: Preferences
    asked: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    words: list[int] = field(default_factory=list)
    in_language: int = 0
    """Tutorials in the requested language."""
    links: Counter[str] = field(default_factory=Counter)
    soundness: list[float] = field(default_factory=list)
    """Of each content: 0 where something is broken, else 1 / (1 + its doubts)."""
    code: Counter[str] = field(default_factory=Counter)
    """Blocks of Python and SQL: `run`, and `all`."""
    formulas: Counter[str] = field(default_factory=Counter)
    """`typeset`, and `all`."""
    seconds: float = 0.0

    def note(self, kind: str, problems: Sequence[str]) -> None:
        self.asked[kind] += 1
        self.passed[kind] += not problems
        self.problems.update(_kind_of(problem) for problem in problems)

    @property
    def quality(self) -> float:
        """Share of answers without a problem."""
        return sum(self.passed.values()) / max(1, sum(self.asked.values()))


def soundness(findings: Sequence[Finding]) -> float:
    """Return the score of a content by what its checks found; hints cost nothing."""
    kinds = Counter(finding.kind for finding in findings)
    return 0.0 if kinds[Kind.BROKEN] else 1 / (1 + kinds[Kind.DOUBT])


def formulas_of(content: BaseModel) -> Counter[str]:
    """Count the formulas of a content, and those that a page typesets; the others are shown as their source."""
    html = "".join(rendered(text, prefix="e-").html for text in _texts(content.model_dump(mode="json")))
    typeset, source = html.count("<math"), html.count('<span class="source">')
    return Counter({"typeset": typeset, "all": typeset + source})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _kind_of(problem: str) -> str:
    """Strip numbers and quotes from a problem, so that equal kinds are counted together."""
    plain = re.sub(r"“[^”]*”|\([^)]*\)|'[^']*'", "…", problem)
    return re.sub(r"\d+(?:\.\d+)?", "N", plain).split(" N: line")[0][:100]


def report(name: str, scores: Sequence[EvalScore]) -> str:
    """Format the table of one model: a row per goal, the sum, and the most frequent problems."""
    rows = []
    for score in [*scores, _sum(scores)]:
        of_kind = [f"{score.passed[kind]}/{score.asked[kind]}" for kind in KINDS]
        tutorials = max(1, len(score.words))
        links = [str(score.links[mark]) for mark in ("verified", "dead", "unchecked")]
        goal = score.goal
        label = (
            [goal.learning_goal[:34], goal.primary_language, goal.current_level] if score in scores else ["all", "", ""]
        )
        rows.append(
            [
                *label,
                *of_kind,
                str(sum(score.words) // tutorials),
                f"{100 * score.in_language // tutorials}%",
                "/".join(links) if score.links else "-",
                f"{100 * sum(score.soundness) / max(1, len(score.soundness)):.0f}",
                _share(score.code, "run"),
                _share(score.formulas, "typeset"),
                f"{score.seconds:.1f}",
                f"{100 * score.quality:.0f}",
            ]
        )
    problems = Counter[str]()
    for score in scores:
        problems.update(score.problems)
    frequent = [f"  {times:4} x {problem}" for problem, times in problems.most_common(12)]
    return "\n".join([f"{name}: first answers that pass, of those asked for", _table(HEADS, rows), *frequent, ""])


def _share(counts: Counter[str], part: str) -> str:
    return f"{counts[part]}/{counts['all']}" if counts["all"] else "-"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a table; text on the left, numbers on the right, the sum in a section of its own."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place < 3 else "right", no_wrap=True)
    for row in rows[:-1]:
        table.add_row(*row)
    table.add_section()
    table.add_row(*rows[-1])
    console = Console(width=500, markup=False, emoji=False, highlight=False, file=io.StringIO())
    with console.capture() as drawn:
        console.print(table)
    return drawn.get().rstrip("\n")


def _sum(scores: Sequence[EvalScore]) -> EvalScore:
    whole = EvalScore(scores[0].goal)
    for score in scores:
        whole.asked.update(score.asked)
        whole.passed.update(score.passed)
        whole.links.update(score.links)
        whole.code.update(score.code)
        whole.formulas.update(score.formulas)
        whole.soundness += score.soundness
        whole.words += score.words
        whole.in_language += score.in_language
        whole.seconds += score.seconds
    return whole
