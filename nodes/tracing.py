"""Spans of OpenTelemetry around runs, nodes and calls: nothing unless the process has set a tracer provider up."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from opentelemetry import context, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

P = ParamSpec("P")
T = TypeVar("T")


_NO_SPAN = nullcontext(trace.INVALID_SPAN)


def span(name: str, **attributes: str | int) -> AbstractContextManager[trace.Span]:
    """Named parts of ids and sizes only: no words of a learner or a model, and no text of an error."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return _NO_SPAN  # nobody looks
    return _span(name, attributes)


@contextmanager
def _span(name: str, attributes: dict[str, str | int]) -> Iterator[trace.Span]:
    tracer = trace.get_tracer("roadmap-orchestrator")
    with tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise


@contextmanager
def continued(traceparent: object) -> Iterator[None]:
    """Spans within belong to the trace of whoever asked, where he sent one (W3C traceparent)."""
    if not isinstance(traceparent, str) or isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        yield
        return
    token = context.attach(TraceContextTextMapPropagator().extract({"traceparent": traceparent}))
    try:
        yield
    finally:
        context.detach(token)


def traced(node: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """A node with a span around it, named as the step."""

    @wraps(node)
    async def within(*args: P.args, **kwargs: P.kwargs) -> T:
        with span("roadmap.node", step=node.__name__):
            return await node(*args, **kwargs)

    return within
