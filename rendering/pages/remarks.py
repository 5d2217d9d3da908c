"""Remarks of the program within a rendered lesson: doubts below headings, and below code whether it was run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from domain.checks.code_runs import RUNNABLE, SHOWN_AS, BlockRun, RunState, read_runs
from domain.parts.stored import PlacedDoubt

if TYPE_CHECKING:
    from markdown_it.token import Token

_LABELS: Final[Mapping[RunState, str]] = {
    "ran": "ran",
    "fails as shown": "fails",
    "doubtful": "doubtful",
    "not run": "not_run",
}
"""State of a block -> the key of its label in labels.toml."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """Remarks on one text, by the line that they belong to, counted from 0."""

    doubts: tuple[tuple[int, str], ...] = ()
    runs: tuple[BlockRun, ...] = ()
    """Blocks that are not listed were not run."""

    @classmethod
    def of(cls, doubts: Iterable[PlacedDoubt], code_report: Any) -> "Remarks":
        """Return the remarks on a stored lesson. `code_report`: as it is stored, None where no code was run."""
        placed = tuple((doubt.line, doubt.message) for doubt in doubts if doubt.line is not None)
        return cls(placed, tuple(read_runs(code_report)))

    def on_heading(self, heading: "Token", labels: Mapping[str, str]) -> str:
        """Return the doubts about the section of a heading as HTML."""
        here = [message for line, message in self.doubts if heading.map and heading.map[0] == line]
        label = escape(labels["doubt"])
        return "".join(
            f'<p class="remark"><strong>{label}:</strong> <span dir="ltr">{escape(message)}</span></p>\n'
            for message in here
        )

    def on_code(self, fence: "Token", labels: Mapping[str, str]) -> str:
        """Return whether a block was run as HTML; nothing for what nobody runs."""
        run = run_of(fence.info, fence.map[0] if fence.map else -1, self.runs)
        if run is None:
            return ""
        title = f' title="{escape(run.reason)}"' if run.reason else ""
        return f'<p class="run"{title}>{escape(labels[_LABELS[run.state]])}</p>\n'


def run_of(info: str, line: int, runs: Sequence[BlockRun]) -> BlockRun | None:
    """Return what became of a block; None where its language is one that nobody runs, or it is an output."""
    language, *marks = info.strip(" {}.").lower().replace("{", " ").replace(",", " ").split() or [""]
    known = next((run for run in runs if run.line == line), None)
    if known is not None or language not in RUNNABLE or SHOWN_AS & set(marks):
        return known
    return BlockRun(number=0, line=line, language=language, state="not run")
