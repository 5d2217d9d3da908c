"""What a model began is never continued by the offline author: half a roadmap of each would be nobody's."""

from domain.errors import InvalidInput
from repository.calls import models_that_answered
from repository.database import Session

OFFLINE = "offline"
"""The author that is no model, by the name it has in the ledger."""


async def begun_by_a_model(session: Session, task_id: str, author: str) -> str | None:
    """What is in the way of this author, in a line; None where nothing is. Of models, any may go on."""
    models = sorted(await models_that_answered(session, task_id) - {OFFLINE}) if author == OFFLINE else []
    if not models:
        return None
    return (
        f"Task {task_id} was begun by {', '.join(models)}, and the offline author does not go on with it: set "
        f"ROADMAP_MODEL, then `roadmap resume {task_id}`."
    )


async def check_author(session: Session, task_id: str, author: str) -> None:
    """Raises InvalidInput."""
    if stranger := await begun_by_a_model(session, task_id, author):
        raise InvalidInput(stranger)
