"""The result of running the code of a content."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from domain.checks.code_runs import MAX_REASON_LENGTH, BlockRun, RunState
from domain.checks.findings import Finding, doubt
from nodes.authors.reading.gate import storable_text
from nodes.verification.code.blocks import RunnableBlock

MAX_QUOTE_LENGTH: Final = 120


@dataclass(slots=True)
class CodeReport:
    findings: list[Finding] = field(default_factory=list)
    runs: list[BlockRun] = field(default_factory=list)

    def ran(self, block: RunnableBlock, state: RunState = "ran", reason: str | None = None) -> None:
        run = BlockRun(
            number=block.number, line=block.line, language=block.name, state=state, reason=reason, part=block.part
        )
        self.runs.append(run)

    def not_run(self, blocks: Iterable[RunnableBlock], reason: str) -> None:
        """Record blocks that were not run. The reason may quote what code printed."""
        for block in blocks:
            self.ran(block, "not run", storable_text(reason, MAX_REASON_LENGTH))

    def doubt(self, block: RunnableBlock, rule: Literal["code.run", "code.output"], message: str) -> None:
        """Record a block that is wrong. The message may quote what code printed."""
        self.findings.append(doubt(rule, storable_text(f"{block.title} {message}"), block.part))
        self.ran(block, "doubtful")

    def leave_out(self, blocks: Iterable[RunnableBlock]) -> None:
        """Leave out what came of blocks that are not of the content."""
        for block in blocks:
            self.runs = [run for run in self.runs if run.number != block.number]
            self.findings = [one for one in self.findings if not one.message.startswith(f"{block.title} ")]


def other_output(shown: str, real: str) -> str:
    """Say how a shown output differs from the real one, by the first line that does."""
    shown_lines, real_lines = ([line.rstrip() for line in text.splitlines() if line.strip()] for text in (shown, real))
    pairs = zip(shown_lines, real_lines, strict=False)
    place = next((at for at, (one, other) in enumerate(pairs) if one.split() != other.split()), None)
    if place is None:
        place = min(len(shown_lines), len(real_lines))
    return f"{_quoted(real_lines, place)}, while the lesson shows {_quoted(shown_lines, place)}"


def _quoted(lines: list[str], place: int) -> str:
    if place >= len(lines):
        return "nothing more" if lines else "nothing"
    line = lines[place].strip()
    return f"“{line[:MAX_QUOTE_LENGTH]}{'…' if len(line) > MAX_QUOTE_LENGTH else ''}”"
