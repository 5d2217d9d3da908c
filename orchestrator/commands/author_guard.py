"""Keep the offline author from continuing a run that a chat model began: the roadmap would be half of each."""

from typing import Final

from domain.errors import InvalidInput
from repository.db.database import Session
from repository.runs.calls import models_that_answered

OFFLINE: Final = "offline"
"""Name of the offline author in the ledger."""


async def begun_by_a_model(session: Session, task_id: str, author: str) -> str | None:
    """Return why `author` cannot continue a task, as one line, or None if it can. Any model continues any other's."""
    models = sorted(await models_that_answered(session, task_id) - {OFFLINE}) if author == OFFLINE else []
    if not models:
        return None
    return (
        f"Task {task_id} was begun by {', '.join(models)}, and the offline author does not go on with it: set "
        f"ROADMAP_MODEL, then `roadmap resume {task_id}`."
    )


async def check_author(session: Session, task_id: str, author: str) -> None:
    """Check that `author` can continue a task. Raises InvalidInput."""
    if reason := await begun_by_a_model(session, task_id, author):
        raise InvalidInput(reason)
