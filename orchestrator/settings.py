"""Settings: read once from the environment (`ROADMAP_...`), frozen afterwards."""

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.errors import InvalidInput
from domain.text.secrets import MASK, redact, redact_url, redact_values
from domain.vocabulary import SecondLook
from nodes.authors.chat_models.parameters import read_parameters
from nodes.authors.prices import Price, read_prices
from nodes.ledger.budget import Limit
from nodes.net.addresses import AllowList
from orchestrator.origins import read_origin
from repository.db.urls import read_url
from repository.postgres.server import default_home

PREFIX: Final = "ROADMAP_"
OTHER_VARIABLES: Final = frozenset({"ROADMAP_LEGACY_TIMEZONE"})
"""Variables that are not settings; migrations/legacy.py reads them."""

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Timeout = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Days = Annotated[float, Field(ge=0, le=36_500, allow_inf_nan=False)]


def _like(pattern: str, form: str) -> AfterValidator:
    """Require a pattern; the error describes it by `form`, which is easier to read."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"it must be {form}")
        return value

    return AfterValidator(check)


class SecretUrl(SecretStr):
    """A URL that may hold a password or a token. `repr` hides it."""

    def shown(self) -> str:
        """Return the URL without its secrets."""
        return redact_url(self.get_secret_value())


ModelName = Annotated[
    str, Field(max_length=200), _like(r"[a-z0-9_]+:\S+", "provider:name, such as openai:gpt-4.1-mini")
]


class Settings(BaseSettings):
    """The effective settings of one orchestrator."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_by_name=True,
    )

    database_url: SecretUrl | None = None
    """libpq URL of a PostgreSQL server; unset: the embedded one."""
    database_pooled: bool = False
    """Whether the URL leads through PgBouncer in transaction mode: for servers only, never for workers."""
    home: Path = Field(default_factory=default_home)
    """Data folder of the embedded server."""
    model: ModelName | None = None
    """Chat model as `provider:name`; unset: the offline author."""
    model_curriculum: ModelName | None = None
    """Another model for intent, frameworks and their edits."""
    model_content: ModelName | None = None
    """Another model for tutorials, resources and quizzes."""
    model_review: ModelName | None = None
    """Another model for the review of a structure."""
    model_fallback: ModelName | None = None
    """Model that answers while another one cannot."""
    model_temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    """Sampling temperature; unset: the default of the provider."""
    model_max_tokens: Annotated[int, Field(ge=256, le=1_000_000)] = 8192
    """Tokens of one answer; an answer that was cut off is requested again with up to four times as many."""
    model_timeout: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] = 300.0
    """Seconds that one call may take."""
    model_patience: Seconds = 900.0
    """Seconds for which a call is repeated while its model is busy or unavailable."""
    model_prices: Annotated[dict[str, Price], NoDecode] = {}
    """JSON as `{"openai:gpt-x": [1.25, 10]}`: US dollars for a million tokens in and out (and of cached input)."""
    model_parameters: Annotated[dict[str, Any], NoDecode] = Field(default={}, validation_alias="ROADMAP_MODEL_EXTRA")
    """JSON as `{"enable_thinking": false}`: parameters of a server's own; pydantic reserves the name `model_extra`."""
    requests_per_minute: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Calls of the process per minute; unset: no limit."""
    tokens_per_minute: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Tokens of the process per minute; unset: no limit."""
    budget: str | None = None
    """What one run may spend: tokens as `200000`, or US dollars as `$1.50`."""
    link_check: bool | None = None
    """Whether links of resources are checked; unset: those of a chat model are, those of the offline author are not."""
    link_allow: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts and networks, separated by commas, that links may lead to although they are not public."""
    webhook_allow: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts and networks, separated by commas, that webhooks may lead to although they are not public."""
    webhook_timeout: Annotated[float, Field(ge=0.5, le=60, allow_inf_nan=False)] = 10.0
    """Seconds that a webhook may take to answer."""
    run_code: Literal["off", "sql", "all"] | None = None
    """Which code of lessons is run to check it; unset: SQL for a chat model in commands, nothing in workers."""
    search: Literal["tavily", "duckduckgo"] | None = None
    """Search for pages from which a chat model chooses resources; unset: none."""
    search_key: SecretStr | None = None
    """Key of Tavily."""
    search_url: SecretUrl | None = None
    """Address of the search; unset: its usual one."""
    lessons: Literal["short", "full"] = "full"
    """`full`: as many lessons for a concept as the course book plans for its hours; `short`: one, whatever it plans."""
    second_look: SecondLook = "all"
    """Second looks before contents are saved: none, at the key of each quiz, or also at lessons and quizzes."""
    max_concurrent_calls: Annotated[int, Field(ge=1, le=1000)] = 30
    """Concurrent calls to the author, over all runs of the process."""
    max_concepts: Annotated[int, Field(ge=1, le=10_000)] = 60
    """Concepts that a roadmap may have."""
    heartbeat_timeout: Annotated[float, Field(ge=2, le=600, allow_inf_nan=False)] = 5.0
    """Seconds without a renewed lease after which a process counts as dead."""
    database_patience: Seconds = 60.0
    """Seconds that a run waits for an unavailable database."""
    grace: Seconds = 10.0
    """Seconds for which a worker that is asked to stop lets calls in flight continue."""
    keep_runs: Days = 30.0
    """Days for which a run that has ended keeps its checkpoints and its answers in the ledger."""
    keep_events: Days = 90.0
    """Days for which a run that has ended keeps its events; the last one stays."""
    prune_every: Annotated[float, Field(ge=0, le=8760, allow_inf_nan=False)] = 24.0
    """Hours between two prunings of a worker; 0: never."""
    offline_latency: Seconds = 0.0
    """Seconds that each call to the offline author takes."""
    offline_fail: Annotated[tuple[str, ...], NoDecode] = ()
    """Contents that the offline author fails on purpose, by commas: `content_type` or `content_type@concept_id`."""
    offline_log: Path | None = None
    """File to which the offline author appends a line of JSON when a call begins and one when it ends."""
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    """Lowest level that is logged; `debug` shows tracebacks."""

    auth: Literal["none", "token", "jwt"] = "none"
    """Authentication of the HTTP API; `none` only on loopback."""
    jwt_algorithm: Literal["HS256", "RS256", "ES256"] = "HS256"
    """The only algorithm that is accepted."""
    jwt_key: SecretStr | None = None
    """The secret of HS256, or a public key as PEM."""
    jwt_jwks: Path | None = None
    """A file with public keys (JWKS), in place of the key."""
    jwt_issuer: str | None = None
    """Required `iss`."""
    jwt_audience: str | None = None
    """Required `aud`."""
    http_max_body: Annotated[int, Field(ge=1024, le=100_000_000)] = 262_144
    """Bytes of a request body."""
    http_requests_per_minute: Annotated[int, Field(ge=1, le=10_000_000)] = 600
    """Requests of a user per minute, in each server process."""
    http_active_runs: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    """Active runs of a user."""
    http_streams: Annotated[int, Field(ge=1, le=100_000)] = 50
    """Open event streams of a user, in each server process."""
    http_cors: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins, separated by commas, whose pages may call the API from a browser."""
    http_root_path: Annotated[str, Field(max_length=200), _like(r"(/[^/\s?#]+)*", "a path, such as /roadmaps")] = ""
    """The prefix under which a proxy shows the server, as `/roadmaps`."""
    http_patience: Seconds = 2.0
    """Seconds that a request waits for an unavailable database."""
    http_connections: Annotated[int, Field(ge=16, le=1_000_000)] = 1000
    """Connections of each server process, at most what its limit of open files allows; half of them for callers that
    are not authenticated yet."""
    http_head_timeout: Timeout = 10.0
    """Seconds in which the head of a request has to arrive."""
    http_body_timeout: Timeout = 30.0
    """Seconds in which the body of a request has to arrive."""
    http_idle_timeout: Timeout = 75.0
    """Seconds that a connection may be idle between requests: longer than proxies keep theirs."""
    http_write_timeout: Timeout = 60.0
    """Seconds for which a client may read nothing of an answer."""

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, url: SecretUrl | None) -> SecretUrl | None:
        if url is not None:
            try:
                read_url(url.get_secret_value())
            except InvalidInput as error:
                raise ValueError(str(error)) from None
        return url

    @field_validator("search_url")
    @classmethod
    def _check_search_url(cls, url: SecretUrl | None) -> SecretUrl | None:
        if url is not None and not re.fullmatch(r"https?://\S+", url.get_secret_value()):
            raise ValueError("it must be an address that begins with http:// or https://")
        return url

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("model_prices", mode="before")
    @classmethod
    def _prices(cls, value: object) -> object:
        return read_prices(value) if isinstance(value, str) else value

    @field_validator("model_parameters", mode="before")
    @classmethod
    def _parameters(cls, value: object) -> object:
        return read_parameters(value)

    @field_validator("budget")
    @classmethod
    def _limits_something(cls, value: str | None) -> str | None:
        if value is not None:
            Limit.read(value)
        return value

    @field_validator("link_allow", "webhook_allow")
    @classmethod
    def _hosts_and_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            AllowList.read(value)
        except ValueError as error:
            raise ValueError(redact(str(error))) from None
        return value

    @field_validator("offline_fail", "link_allow", "http_cors", "webhook_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("http_cors")
    @classmethod
    def _origins(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "*" in value and info.data.get("auth") == "none":
            raise ValueError(
                "* would let every page use this server without a token; name the origins, or set ROADMAP_AUTH"
            )
        return tuple("*" if origin == "*" else read_origin(origin) for origin in value)

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    def shown(self) -> dict[str, Any]:
        """Return all settings as JSON values without secrets. The type of a field decides what is shown of it."""
        return {stem(name): _shown(value) for name, value in self}

    def given(self) -> set[str]:
        """Return the names, as in `shown`, of the settings that were given."""
        return {stem(name) for name in self.model_fields_set}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return self.shown().items()


def _shown(value: object) -> Any:
    if isinstance(value, SecretUrl):
        return value.shown()
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, tuple):
        return [redact(str(part)) for part in value]
    if isinstance(value, dict):
        return redact(str(redact_values(value)))
    return value if value is None or isinstance(value, bool | int | float) else redact(str(value))


def stem(name: str) -> str:
    """Return the name of a setting's variable, in lower case and without the prefix."""
    alias = Settings.model_fields[name].validation_alias
    return name if alias is None else str(alias).removeprefix(PREFIX).lower()


def load_settings() -> Settings:
    """Read the settings from the environment. Raises InvalidInput that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper().removeprefix(PREFIX) if first["loc"] else "ROADMAP_*"
        message = redact(first["msg"].removeprefix("Value error, "))
        raise InvalidInput(f"The setting {name} cannot be used: {message}.") from None  # the cause may quote the value


def unknown_variables() -> dict[str, str | None]:
    """Return variables of the environment that only look like settings, each with the closest setting or None."""
    known = [stem(name).upper() for name in Settings.model_fields]
    unknown: dict[str, str | None] = {}
    for name in sorted(os.environ):
        short = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and short not in known and name not in OTHER_VARIABLES:
            close = get_close_matches(short, known, n=1)
            unknown[name] = f"{PREFIX}{close[0]}" if close else None
    return unknown


def unknown_variable_line(name: str, suggestion: str | None) -> str:
    """Return a line about a variable that has no effect. It never shows the value."""
    return f"{name} is not a setting{f': did you mean {suggestion}?' if suggestion else '.'}"
