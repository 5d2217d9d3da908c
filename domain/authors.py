"""Who can write: a model, rules, or a recording of either. Stored rows name their author; these tell what it was."""

from typing import Final, Literal

AuthorKind = Literal["model", "rules", "recording"]

RULES: Final = "offline"
"""The name under which the author without a model stands in stored rows."""


def kind_of(author: str) -> AuthorKind:
    """What wrote a stored row, by the name in it."""
    return "rules" if author == RULES else "model"
