"""OpenTelemetry spans around runs, nodes and calls, where the process has a tracer provider."""

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
    """Open a span. Attributes are ids and sizes only: no texts of learners or models, and no error messages."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return _NO_SPAN  # no provider is set
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
    """Continue the trace of a request that sent a W3C traceparent; otherwise do nothing."""
    if not isinstance(traceparent, str) or isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        yield
        return
    token = context.attach(TraceContextTextMapPropagator().extract({"traceparent": traceparent}))
    try:
        yield
    finally:
        context.detach(token)


def traced(node: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Return the node with a span around it."""

    @wraps(node)
    async def within(*args: P.args, **kwargs: P.kwargs) -> T:
        with span("roadmap.node", step=node.__name__):
            return await node(*args, **kwargs)

    return within
