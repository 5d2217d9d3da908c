"""What a model began is never continued by the offline author: half a roadmap of each would be nobody's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.authors import RULES
from domain.errors import InvalidInput
from domain.instructions import BY_RULES
from domain.vocabulary import ContentType
from nodes.authors.nobody import Nobody
from repository.calls import models_that_answered, plan_author
from repository.database import Session

if TYPE_CHECKING:
    from orchestrator.resources import Resources


async def begun_by_a_model(session: Session, task_id: str, author: str) -> str | None:
    """What is in the way of this author, in a line; None where nothing is. Of models, any may go on."""
    models = sorted(await models_that_answered(session, task_id) - {RULES}) if author == RULES else []
    if not models:
        return None
    return (
        f"Task {task_id} was begun by {', '.join(models)}, and the offline author does not go on with it: set "
        f"ROADMAP_MODEL, then `roadmap resume {task_id}`."
    )


async def words_need_a_model(session: Session, resources: "Resources", roadmap_id: str, *, detach: bool) -> bool:
    """Whether rules will write for this request, so that words cannot be followed.

    A process that does not write itself and names no model cannot know who will: then whoever designed the roadmap
    is expected to go on with it.
    """
    if detach or isinstance(resources.author, Nobody):
        return resources.settings.model is None and await plan_author(session, roadmap_id) == RULES
    return resources.author.kind == "rules"


def refuse_words(content_types: Sequence[ContentType]) -> None:
    """A content is written as a whole. Raises InvalidInput."""
    named = ", ".join(content_types)
    raise InvalidInput(
        f"{BY_RULES}, each of them with `roadmap modify`. Instructions for {named} cannot be followed: leave them out, "
        "or set ROADMAP_MODEL."
    )


async def check_author(session: Session, task_id: str, author: str) -> None:
    """Raises InvalidInput."""
    if stranger := await begun_by_a_model(session, task_id, author):
        raise InvalidInput(stranger)
