"""Which author a run may have: one that has what the port asks for, and continues what its like has begun.

What a model began is never continued by the offline author: half a roadmap of each would be nobody's.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, get_args

from domain.authors import RULES
from domain.errors import InvalidInput
from domain.text.instructions import BY_RULES
from domain.vocabulary import ContentType
from nodes.authors.null_author import NullAuthor
from orchestrator.resources import ProcessKind
from orchestrator.settings import Settings
from repository.db.database import Session
from repository.runs.calls import models_that_answered, plan_author

if TYPE_CHECKING:
    from orchestrator.resources import OrchestratorResources


async def begun_by_a_model(session: Session, task_id: str, author: str) -> str | None:
    """What is in the way of this author, in a line; None where nothing is. Of models, any may go on."""
    models = sorted(await models_that_answered(session, task_id) - {RULES}) if author == RULES else []
    if not models:
        return None
    return (
        f"Task {task_id} was begun by {', '.join(models)}, and the offline author does not go on with it: set "
        f"ROADMAP_MODEL, then `roadmap resume {task_id}`."
    )


async def words_need_a_model(
    session: Session, resources: "OrchestratorResources", roadmap_id: str, *, detach: bool
) -> bool:
    """Whether rules will write for this request, so that words cannot be followed.

    A process that does not write itself and names no model cannot know who will: then whoever designed the roadmap
    is expected to go on with it.
    """
    if detach or isinstance(resources.author, NullAuthor):
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


def check_opening(settings: Any, author: Any, kind: Any) -> None:
    """Check what `Orchestrator.open` is given. Raises InvalidInput."""
    if settings is not None and not isinstance(settings, Settings):
        raise InvalidInput(f"settings: give an instance of Settings, not {_kind_of(settings)}.")
    if kind not in get_args(ProcessKind):
        raise InvalidInput(f"kind: must be one of {', '.join(get_args(ProcessKind))}.")
    if author is not None and (faults := list(_faults(author))):
        raise InvalidInput(f"author: {_kind_of(author)} {' and '.join(faults)} (the port is nodes/authors/port.py).")


def _kind_of(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"an instance of {type(value).__name__}"


def _faults(author: Any) -> Iterator[str]:
    """What keeps an author from being asked."""
    if isinstance(author, type):
        yield "is a class where an instance is needed"
        return
    missing = [name for name in ("name", "most_concepts", "most", "write") if not hasattr(author, name)]
    if missing:
        yield f"has no {', '.join(missing)}"
    if "name" not in missing and not _is_name(author.name):
        yield "has a `name` that is no printable text"
    if "most_concepts" not in missing and not _is_limit(author.most_concepts):
        yield "has a `most_concepts` that is neither None nor a positive number"
    for name, is_async in (("most", False), ("write", True)):
        if name not in missing:
            yield from _faults_of_method(name, getattr(author, name), is_async=is_async)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and bool(value.strip())


def _is_limit(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)


def _faults_of_method(name: str, method: Any, *, is_async: bool) -> Iterator[str]:
    if not callable(method):
        yield f"has a `{name}` that cannot be called"
    elif is_async != _is_async(method):
        yield f"has a `{name}` that is {'not async' if is_async else 'async'}"
    elif not _takes_two(method):
        yield f"has a `{name}` that does not take (brief, objections)"


def _is_async(method: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(inspect.unwrap(method)) or inspect.iscoroutinefunction(type(method).__call__)


def _takes_two(method: Callable[..., Any]) -> bool:
    try:
        inspect.signature(method).bind(None, [])
    except TypeError:
        return False
    except ValueError:  # no signature is known of it
        return True
    return True
