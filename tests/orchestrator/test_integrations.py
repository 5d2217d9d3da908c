"""A whole creation through the integration of each provider, against its own protocol on loopback.

An integration that is not installed is skipped: `make setup EXTRAS="anthropic ollama"`, or `pip install` its package.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Final

import pytest

from domain.vocabulary import TaskStatus
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from tests.support.environment import variables
from tests.support.faults import Fault, always
from tests.support.integrations import Integrations

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),  # of other people's packages, each of which warns of something else
]

PACKAGES: Final = {
    "openai:gpt-test": "langchain_openai",
    "anthropic:claude-test": "langchain_anthropic",
    "ollama:llama-test": "langchain_ollama",
    "mistralai:mistral-test": "langchain_mistralai",
    "google_genai:gemini-test": "langchain_google_genai",
    "bedrock_converse:anthropic.claude-test": "langchain_aws",
    "openrouter:vendor/model-test": "langchain_openrouter",
    "groq:llama-test": "langchain_groq",
    "deepseek:deepseek-test": "langchain_deepseek",
}


@pytest.fixture
def provider() -> Iterator[Integrations]:
    with Integrations().serving() as provider, variables(provider.environment()):
        yield provider


@pytest.fixture(params=PACKAGES)
def model(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{PACKAGES[name].replace('_', '-')} is not installed")
    return name


async def create(settings: Settings, model: str) -> TaskView:
    values = {**settings.model_dump(), "model": model, "max_concepts": 2, "link_check": False, "model_patience": 60}
    async with Orchestrator.open(Settings.model_validate(values)) as orchestrator:
        return await orchestrator.wait((await orchestrator.create("chess")).task_id)


def summary(task: TaskView) -> tuple[int, int]:
    return (task.execution_summary or {})["completed"], (task.execution_summary or {})["total"]


async def test_a_creation_through_an_integration_completes(
    settings: Settings, provider: Integrations, model: str
) -> None:
    task = await create(settings, model)
    assert (task.status, task.error_message) == (TaskStatus.COMPLETED, None)
    assert summary(task) == (6, 6)
    assert {asked.model for asked in provider.log} <= {model.partition(":")[2], "models/gemini-test"}


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.OVERLOADED, Fault.TRUNCATED])
async def test_a_passing_fault_in_the_form_of_an_integration_costs_a_try_and_no_content(
    settings: Settings, provider: Integrations, model: str, fault: Fault
) -> None:
    provider.script = lambda asked, before: fault if asked.role == "tutorial" and before == 0 else None
    task = await create(settings, model)
    assert (task.status, summary(task)) == (TaskStatus.COMPLETED, (6, 6))


async def test_a_wrong_key_in_the_form_of_an_integration_ends_the_run_in_one_line(
    settings: Settings, provider: Integrations, model: str
) -> None:
    provider.script = always(*[Fault.WRONG_KEY] * 1000)
    task = await create(settings, model)
    assert task.status == TaskStatus.FAILED
    assert task.error_message
    assert "\n" not in task.error_message
    assert len(provider.log) <= 4
