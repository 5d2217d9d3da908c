"""Kinds of authors, and the kind of the author that a stored row names."""

from typing import Final, Literal

AuthorKind = Literal["model", "rules", "recording"]

RULES: Final = "offline"
"""Name of the author without a model in stored rows."""
_RECORDED: Final = "recorded from "
"""Beginning of the names of recordings, which are sentences: `recorded from a chat model in December 2026`."""


def recording_of(date: str) -> str:
    """Return the name, in stored rows, of the author of answers that a chat model gave then (`December 2026`)."""
    return f"{_RECORDED}a chat model in {date}"


def kind_of(author: str) -> AuthorKind:
    """Return the kind of the author of a stored row, by the name in the row."""
    if author == RULES:
        return "rules"
    return "recording" if author.startswith(_RECORDED) else "model"
