"""Checks whether an author may continue a run, and whether it can follow instructions.

The offline author never continues the run of a chat model: half of the roadmap would be of another kind.
"""

from collections.abc import Sequence

from domain.authors import RULES, kind_of
from domain.errors import InvalidInput
from domain.text.instructions import BY_RULES
from domain.vocabulary import ContentType, TaskType
from orchestrator.resources import OrchestratorResources
from repository.db.database import Session
from repository.ledger.calls import models_that_answered, plan_author
from repository.runs.recovery import unknown_types
from repository.tables.runs import TaskRow


async def begun_by_a_model(session: Session, task_id: str, author: str) -> str | None:
    """Return a message if `author` cannot continue a task, else None. Any model can continue another model's run."""
    answered = await models_that_answered(session, task_id) if author == RULES else set()
    models = sorted(model for model in answered if kind_of(model) == "model")
    if not models:
        return None
    return (
        f"Task {task_id} was begun by {', '.join(models)}, and the offline author cannot continue it: set "
        f"ROADMAP_MODEL, then `roadmap resume {task_id}`."
    )


async def check_author(session: Session, task_id: str, author: str) -> None:
    """Check that `author` can continue a task. Raises InvalidInput."""
    if reason := await begun_by_a_model(session, task_id, author):
        raise InvalidInput(reason)


async def check_types(session: Session, task: TaskRow) -> None:
    """Check that this program can write the contents that a task would go on with. Raises InvalidInput."""
    types = await unknown_types(session, task.task_id)
    if task.task_type not in set(TaskType):
        types = [task.content_type or task.task_type]
    if types:
        raise InvalidInput(
            f"Task {task.task_id} writes contents of type {', '.join(types)}, which this program does not have. "
            "Install the package that declares it, or leave it to a worker that has it: "
            f"`roadmap resume {task.task_id} --detach`."
        )


async def words_need_a_model(
    session: Session, resources: OrchestratorResources, roadmap_id: str, *, detach: bool
) -> bool:
    """Return whether rules will carry out this request, so that it cannot have instructions in words.

    A process that neither runs the task nor names a model does not know the author: it expects that of the plan.
    """
    if detach or not resources.can_run:
        author = None if resources.settings.model is not None else await plan_author(session, roadmap_id)
        return author is not None and kind_of(author) != "model"
    return resources.author.kind == "rules"


def refuse_words(content_types: Sequence[ContentType]) -> None:
    """Raise InvalidInput: rules cannot follow instructions for contents."""
    names = ", ".join(content_types)
    raise InvalidInput(
        f"{BY_RULES}, each of them with `roadmap modify`. Instructions for {names} cannot be followed: leave them out, "
        "or set ROADMAP_MODEL."
    )
