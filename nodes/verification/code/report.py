"""The result of running the code of a content."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from domain.checks.findings import Finding, doubt
from nodes.verification.code.blocks import CodeBlock

State = Literal["ran", "fails as shown", "doubtful", "not run"]
MAX_QUOTE_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class BlockState:
    """What became of one block, for pages."""

    number: int
    language: str
    state: State
    reason: str | None = None
    """Why it was not run."""


@dataclass(slots=True)
class CodeReport:
    findings: list[Finding] = field(default_factory=list)
    states: list[BlockState] = field(default_factory=list)

    def ran(self, block: CodeBlock, state: State = "ran") -> None:
        self.states.append(BlockState(block.number, block.name, state))

    def not_run(self, blocks: Iterable[CodeBlock], reason: str) -> None:
        self.states += [BlockState(block.number, block.name, "not run", reason) for block in blocks]

    def doubt(self, block: CodeBlock, rule: Literal["code.run", "code.output"], message: str) -> None:
        self.findings.append(doubt(rule, f"{block.title} {message}"))
        self.ran(block, "doubtful")

    def leave_out(self, blocks: Iterable[CodeBlock]) -> None:
        """Leave out what came of blocks that are not of the content."""
        for block in blocks:
            self.states = [state for state in self.states if state.number != block.number]
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
