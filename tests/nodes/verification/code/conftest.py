"""Runners of code. Where this machine has no sandbox, tests that run Python are left out and say why."""

import pytest

from nodes.verification.code.runner import CodeRunner


@pytest.fixture(scope="session")
def sandboxed() -> CodeRunner:
    runner = CodeRunner("all")
    if problem := runner.unavailable("python"):
        pytest.skip(problem)
    return runner


@pytest.fixture
def sql_only() -> CodeRunner:
    return CodeRunner("sql")
