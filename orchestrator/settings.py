"""Settings: read once from the environment (`ROADMAP_...`), frozen afterwards."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.errors import InvalidInput
from repository.embedded import default_home
from repository.urls import read_url

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Settings(BaseSettings):
    """The effective settings of one orchestrator."""

    model_config = SettingsConfigDict(
        env_prefix="ROADMAP_", env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    database_url: SecretStr | None = None
    """libpq URL of a PostgreSQL server; unset: the embedded one."""
    home: Path = Field(default_factory=default_home)
    """Data folder of the embedded server."""
    model: str | None = None
    """Chat model as `provider:name`; unset: the offline author."""
    max_concurrent_calls: Annotated[int, Field(ge=1, le=1000)] = 30
    """Calls to the author at once, over all runs of the process."""
    max_concepts: Annotated[int, Field(ge=1, le=10_000)] = 60
    """Concepts that a roadmap may have."""
    heartbeat_timeout: Annotated[float, Field(ge=2, le=600, allow_inf_nan=False)] = 5.0
    """Seconds without a renewed lease after which a process counts as dead."""
    database_patience: Seconds = 60.0
    """Seconds that a run waits for a database that went away."""
    grace: Seconds = 10.0
    """Seconds that a worker which is asked to stop lets calls in flight go on."""
    offline_latency: Seconds = 0.0
    """Seconds that each call to the offline author takes."""
    offline_fail: Annotated[tuple[str, ...], NoDecode] = ()
    """Contents that the offline author fails on purpose: `content_type` or `content_type@concept_id`, by commas."""
    offline_log: Path | None = None
    """File in which the offline author notes each call, one line of JSON when it begins and one when it ends."""
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    """`debug` shows tracebacks."""

    @field_validator("database_url")
    @classmethod
    def _can_be_read(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            try:
                read_url(url.get_secret_value())
            except InvalidInput as error:
                raise ValueError(str(error)) from None
        return url

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("offline_fail", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def load_settings() -> Settings:
    """Raises InvalidInput that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "ROADMAP_" + str(first["loc"][0]).upper() if first["loc"] else "ROADMAP_*"
        raise InvalidInput(
            f"The setting {name} cannot be used: {first['msg'].removeprefix('Value error, ')}."
        ) from error
