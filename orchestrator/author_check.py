"""Check the arguments of `Orchestrator.open` before anything is opened."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from domain.errors import InvalidInput
from orchestrator.resources import ProcessKind
from orchestrator.settings import Settings


def check_opening(settings: Any, author: Any, kind: Any, model: Any = None, callbacks: Any = ()) -> None:
    """Check the arguments of `Orchestrator.open`. Raises InvalidInput that names the argument."""
    if settings is not None and not isinstance(settings, Settings):
        raise InvalidInput(f"settings: give an instance of Settings, not {_describe(settings)}.")
    if kind not in get_args(ProcessKind):
        raise InvalidInput(f"kind: must be one of {', '.join(get_args(ProcessKind))}.")
    if author is not None and (faults := list(_faults(author))):
        raise InvalidInput(f"author: {_describe(author)} {' and '.join(faults)} (the port is nodes/authors/port.py).")
    if model is not None:
        _check_model(model, author)
    _check_callbacks(callbacks)


def _check_model(model: Any, author: Any) -> None:
    from langchain_core.language_models import BaseChatModel

    if not isinstance(model, BaseChatModel):
        raise InvalidInput(f"model: give an instance of BaseChatModel of langchain-core, not {_describe(model)}.")
    if author is not None:
        raise InvalidInput("model: give either a model or an author, not both.")


def _check_callbacks(callbacks: Any) -> None:
    if not isinstance(callbacks, Sequence) or isinstance(callbacks, str):
        raise InvalidInput(f"callbacks: give a list of handlers of LangChain, not {_describe(callbacks)}.")
    if not callbacks:
        return
    from langchain_core.callbacks import BaseCallbackHandler

    for handler in callbacks:
        if not isinstance(handler, BaseCallbackHandler):
            raise InvalidInput(f"callbacks: {_describe(handler)} is no BaseCallbackHandler of langchain-core.")


def _describe(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"an instance of {type(value).__name__}"


def _faults(author: Any) -> Iterator[str]:
    """Yield each way in which an object fails the Author port."""
    if isinstance(author, type):
        yield "is a class where an instance is needed"
        return
    missing = [name for name in ("name", "most_concepts", "most", "write") if not hasattr(author, name)]
    if missing:
        yield f"has no {', '.join(missing)}"
    if "name" not in missing and not _is_name(author.name):
        yield "has a `name` that is not printable text"
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
    except ValueError:  # some callables of C have no signature; calling will show
        return True
    return True
