"""What became of the code blocks of a content when it was looked at closely."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

RunState = Literal["ran", "fails as shown", "doubtful", "not run"]
MAX_REASON_LENGTH: Final = 160

RUNNABLE: Final[Mapping[str, Literal["python", "sql"]]] = {
    **dict.fromkeys(("python", "py", "python3", "pycon", "ipython"), "python"),
    **dict.fromkeys(("sql", "sqlite", "postgresql", "postgres", "psql", "mysql", "mariadb", "tsql", "duckdb"), "sql"),
}  # fmt: skip
"""First word of a fence, in lower case -> what can run the block."""
SHOWN_AS: Final = frozenset({"output", "result"})
"""Marks of a fence that holds the output of another one."""


class BlockRun(BaseModel):
    """What became of one block of code."""

    model_config = ConfigDict(frozen=True)

    number: int
    """Counted over all blocks of its text, from 1."""
    line: int
    """The line on which it begins in its text, from 0."""
    language: str
    state: RunState
    reason: str | None = None
    """Why it was not run."""
    part: str | None = None
    """The id of the question that it is in, or of the section of the lesson."""


def read_runs(stored: Any) -> list[BlockRun]:
    """Return the blocks of a stored report; what another version of the program wrote in another form is left out."""
    runs = []
    for entry in stored if isinstance(stored, Iterable) and not isinstance(stored, str | Mapping) else ():
        try:
            runs.append(BlockRun.model_validate(entry))
        except ValidationError:
            continue
    return runs
