"""Kinds of authors, and the kind of the author that a stored row names."""

from typing import Final, Literal

AuthorKind = Literal["model", "rules", "recording"]

RULES: Final = "offline"
"""Name of the author without a model in stored rows."""


def kind_of(author: str) -> AuthorKind:
    """Return the kind of the author of a stored row, by the name in the row."""
    return "rules" if author == RULES else "model"
