"""Dockerfile and compose.yaml, as far as they can be tried without an engine."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from cli.app import app
from orchestrator.settings import Settings

ROOT: Final = Path(__file__).parents[2]
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text()
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: Final[dict[str, Any]] = COMPOSE["services"]


def commands() -> set[str]:
    own = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    made = [group.typer_instance for group in app.registered_groups]
    return {name.replace("_", "-") for name in own} | {str(group.info.name) for group in made if group is not None}


def test_whatever_is_copied_into_the_image_exists_and_is_let_through() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {path for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE) for path in line.split()}
    assert all((ROOT / path).exists() for path in copied)
    assert copied == let_through


def test_every_package_of_the_product_is_in_the_image() -> None:
    import tomllib

    for package in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]:
        assert f"COPY {package} {package}\n" in DOCKERFILE


def test_images_are_pinned_and_nothing_runs_as_root() -> None:
    images = [*re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE), SERVICES["database"]["image"]]
    assert all(re.search(r":\d+\.\d+", image) for image in images)
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1] not in {"root", "0"}


def test_what_is_started_is_a_command_and_what_is_set_a_setting() -> None:
    for name, service in SERVICES.items():
        if name == "database":
            continue
        assert service["command"][0] in commands()
        ours = {key for key in service["environment"] if key.startswith("ROADMAP_")}
        assert {key.removeprefix("ROADMAP_").lower() for key in ours} <= set(Settings.model_fields)
        assert service["environment"]["ROADMAP_AUTH"] != "none"


def test_nothing_starts_before_the_migrations_are_through_or_is_open_to_the_world() -> None:
    for name in ("server", "worker"):
        assert SERVICES[name]["depends_on"] == {"upgrade": {"condition": "service_completed_successfully"}}
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]
    assert "ports" not in SERVICES["database"]


def test_the_database_counts_as_there_when_it_answers_over_the_network() -> None:
    """The server that initialises it answers on its socket alone, and is stopped again."""
    asked = SERVICES["database"]["healthcheck"]["test"]
    assert asked[asked.index("-h") + 1] == "127.0.0.1"
