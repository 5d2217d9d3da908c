"""The author of processes that run nothing, so that reading and requesting work without a usable model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from domain.errors import RunFailed

if TYPE_CHECKING:
    from domain.authors import AuthorKind
    from nodes.authors.briefs import Brief
    from nodes.authors.port import AuthorAnswer, Usage


class NullAuthor:
    name = "none"
    kind: "AuthorKind" = "model"
    most_concepts: int | None = None

    def most(self, brief: "Brief[Any]", objections: Sequence[str] = ()) -> "Usage":
        raise NotImplementedError("processes without runs ask no author")

    async def write(self, brief: "Brief[Any]", objections: Sequence[str] = ()) -> "AuthorAnswer":  # noqa: ARG002
        raise RunFailed("this command runs nothing; start it again without --detach, or start a worker")
