from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from domain.vocabulary import Step, TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.support.authors import ScriptedAuthor

EXPORTER = InMemorySpanExporter()


@pytest.fixture(scope="session", autouse=True)
def _provider() -> None:
    """A process has one, set once: as whoever wants traces would set it up."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
    trace.set_tracer_provider(provider)


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    EXPORTER.clear()
    yield EXPORTER
    EXPORTER.clear()


def named(spans: tuple[ReadableSpan, ...], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]


async def test_a_run_its_nodes_and_its_calls_are_spans_within_each_other_and_hold_no_words(
    settings: Settings, exporter: InMemorySpanExporter
) -> None:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("a goal nobody may read")).task_id)
    assert task.status == TaskStatus.COMPLETED
    spans = exporter.get_finished_spans()
    (run,) = named(spans, "roadmap.run")
    nodes, calls = named(spans, "roadmap.node"), named(spans, "roadmap.call")
    assert run.attributes is not None
    assert run.attributes["task_id"] == task.task_id
    assert {node.attributes["step"] for node in nodes if node.attributes} >= {
        Step.INTENT_ANALYSIS,
        Step.QUIZ_GENERATION,
    }
    assert all(node.parent and run.context and node.parent.trace_id == run.context.trace_id for node in nodes)
    node_ids = {node.context.span_id for node in nodes if node.context}
    assert len(calls) == 11
    assert all(call.parent and call.parent.span_id in node_ids for call in calls)
    assert "nobody may read" not in "".join(span.to_json() for span in spans)


async def test_a_failure_marks_its_spans_without_telling_what_was_said(
    settings: Settings, exporter: InMemorySpanExporter
) -> None:
    def fail(*_: object) -> dict[str, object]:
        raise ValueError("the words of a provider")

    async with Orchestrator.open(settings, author=ScriptedAuthor({AuthorRole.INTENT: fail})) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
    assert task.status == TaskStatus.FAILED
    spans = exporter.get_finished_spans()
    (call,) = named(spans, "roadmap.call")
    assert (call.status.status_code, call.status.description) == (trace.StatusCode.ERROR, "AuthorBroken")
    assert "the words of a provider" not in "".join(span.to_json() for span in spans)
