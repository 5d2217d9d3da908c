"""One data folder for all end-to-end tests: the first command makes its server."""

from collections.abc import Iterator

import pytest

from tests.e2e.roadmap_command import Command


@pytest.fixture(scope="session")
def roadmap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    home = tmp_path_factory.mktemp("a home") / "of roadmaps"
    for parent in home.parents[:3]:
        parent.chmod(0o711)  # the server may run as another user, who must get through
    command = Command(home)
    yield command
    assert command("db", "stop", "--force").code == 0
