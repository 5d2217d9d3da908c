import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from pydantic import ValidationError

from domain.errors import InvalidInput
from orchestrator.resources import build_author, check_budget
from orchestrator.settings import Settings, load_settings, unknown_variables
from tests.support.environment import variables


@pytest.fixture
def environment() -> Iterator["os._Environ[str]"]:
    before = dict(os.environ)
    yield os.environ
    os.environ.clear()
    os.environ.update(before)


def test_without_any_variable_the_embedded_database_and_the_offline_author_are_used() -> None:
    settings = load_settings()
    assert settings.database_url is None
    assert build_author(settings).name == "offline"


def test_settings_come_from_the_environment(environment: "os._Environ[str]") -> None:
    environment["ROADMAP_HOME"] = "relative dir"
    environment["ROADMAP_OFFLINE_FAIL"] = "quiz, tutorial@c-1-1-1,"
    environment["ROADMAP_MAX_CONCURRENT_CALLS"] = "7"
    environment["ROADMAP_LOG_LEVEL"] = "DEBUG"
    settings = load_settings()
    assert settings.home == Path.cwd() / "relative dir"
    assert settings.offline_fail == ("quiz", "tutorial@c-1-1-1")
    assert settings.max_concurrent_calls == 7
    assert settings.log_level == "debug"


def test_a_bad_value_is_one_line_that_names_the_variable(subtests: pytest.Subtests) -> None:
    for name, value in [
        ("ROADMAP_DATABASE_URL", "mysql://x"),
        ("ROADMAP_HEARTBEAT_TIMEOUT", "soon"),
        ("ROADMAP_HEARTBEAT_TIMEOUT", "nan"),
        ("ROADMAP_HEARTBEAT_TIMEOUT", "0"),
        ("ROADMAP_MAX_CONCEPTS", "0"),
        ("ROADMAP_MAX_CONCURRENT_CALLS", "1e9"),
        ("ROADMAP_OFFLINE_LATENCY", "-1"),
        ("ROADMAP_MODEL", "gpt"),
        ("ROADMAP_MODEL_PRICES", '{"openai:gpt": 3}'),
        ("ROADMAP_MODEL_PRICES", '{"openai:gpt": ["1", 2]}'),
        ("ROADMAP_MODEL_PRICES", '{"openai:gpt": [1, true]}'),
        ("ROADMAP_MODEL_PRICES", '{"openai:gpt": [1, NaN]}'),
        ("ROADMAP_MODEL_PRICES", '{"openai:gpt": [1, 1e999]}'),
        ("ROADMAP_MODEL_PRICES", '{"openai:gpt": [1, 2, -1]}'),
        ("ROADMAP_MODEL_EXTRA", "enable_thinking=false"),
        ("ROADMAP_MODEL_EXTRA", "[1]"),
        ("ROADMAP_MODEL_EXTRA", "null"),
        ("ROADMAP_MODEL_EXTRA", '{"top_p": NaN}'),
        ("ROADMAP_MODEL_EXTRA", '{"top_p": 1e999}'),
        ("ROADMAP_MODEL_EXTRA", '{"stop": "\\ud83d"}'),
        ("ROADMAP_MODEL_EXTRA", '{"": 1}'),
        ("ROADMAP_MODEL_EXTRA", '{"model": "other"}'),
        ("ROADMAP_MODEL_EXTRA", '{"a": "' + 20_000 * "x" + '"}'),
        ("ROADMAP_MODEL_EXTRA", '{"a":' * 5000),
        ("ROADMAP_BUDGET", "ten"),
        ("ROADMAP_BUDGET", "1.5"),
        ("ROADMAP_LINK_ALLOW", "10.0.0.0/99"),
        ("ROADMAP_LINK_CHECK", "perhaps"),
        ("ROADMAP_SEARCH", "altavista"),
        ("ROADMAP_SEARCH_URL", "here"),
        ("ROADMAP_LOG_LEVEL", "loud"),
    ]:
        with subtests.test(name=name, value=value), variables({name: value}):
            with pytest.raises(InvalidInput) as caught:
                load_settings()
            assert name in str(caught.value)
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ROADMAP_MODEL", "gpt", "provider:name"),
        ("ROADMAP_SEARCH_URL", "here", "https://"),
        ("ROADMAP_HTTP_ROOT_PATH", "x", "/roadmaps"),
    ],
)
def test_a_bad_value_is_answered_with_a_good_one_and_not_with_a_pattern(
    environment: "os._Environ[str]", name: str, value: str, told: str
) -> None:
    environment[name] = value
    with pytest.raises(InvalidInput, match=f"{name} cannot be used: it must be .*{told}"):
        load_settings()


def _missing(provider: str, told: str, *, module: str | None = None) -> ParameterSet:
    """An integration that `make setup` installs only with EXTRAS, if at all."""
    is_here = find_spec(module or f"langchain_{provider}") is not None
    return pytest.param(
        {"model": f"{provider}:name"}, told, marks=pytest.mark.skipif(is_here, reason=f"{provider} is installed here")
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"model": "openai:gpt"}, "OPENAI_API_KEY"),
        ({"model": "nobody:gpt"}, "nobody"),
        _missing("anthropic", "`pip install langchain-anthropic`.*`make setup EXTRAS=anthropic`"),
        _missing("ollama", "`pip install langchain-ollama`.*`make setup EXTRAS=ollama`"),
        _missing("bedrock", "`pip install langchain-aws`", module="langchain_aws"),
        _missing("google_genai", "`pip install langchain-google-genai`"),
        ({"model_content": "openai:gpt"}, "ROADMAP_MODEL_CONTENT is set and ROADMAP_MODEL is not"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_with_what_to_do(
    environment: "os._Environ[str]", given: dict[str, str], told: str
) -> None:
    environment.pop("OPENAI_API_KEY", None)
    with pytest.raises(InvalidInput, match=told) as caught:
        build_author(Settings.model_validate(given))
    assert "\n" not in str(caught.value)


def test_a_budget_in_money_needs_to_know_what_the_model_costs(environment: "os._Environ[str]") -> None:
    environment["OPENAI_API_KEY"] = "key-of-the-tests"
    unknown = {"model": "openai:unheard-of", "budget": "$2"}
    with pytest.raises(InvalidInput, match="the price of openai:unheard-of is unknown"):
        build_author(Settings.model_validate(unknown))
    with pytest.raises(InvalidInput, match="the price of openai:unheard-of is unknown"):
        check_budget(Settings.model_validate(unknown))
    check_budget(Settings.model_validate({**unknown, "budget": "20000"}))
    build_author(Settings.model_validate({**unknown, "model_prices": '{"openai:unheard-of": [1, 2]}'}))
    with pytest.raises(InvalidInput, match="the price of openai:gpt-5 is unknown"):
        environment["OPENAI_BASE_URL"] = "https://vllm.example.com/v1"
        build_author(Settings.model_validate({"model": "openai:gpt-5", "budget": "$2"}))
    environment["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1"
    build_author(Settings.model_validate({**unknown}))


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Settings.model_validate({"database_url": "postgresql://u:secret@h/d"}))


def test_extra_parameters_are_read_and_shown_without_their_secrets() -> None:
    given = '{"enable_thinking": false, "headers": {"X-Api-Key": "planted", "Authorization": "planted"}, "top_k": 20}'
    with variables({"ROADMAP_MODEL_EXTRA": given}):
        settings = load_settings()
        assert unknown_variables() == {}
    assert settings.model_parameters["enable_thinking"] is False
    assert "planted" not in repr(settings)
    assert settings.shown()["model_extra"].startswith("{'enable_thinking': False")
    assert settings.given() == {"model_extra"}
    again = Settings.model_validate(settings.model_dump())
    assert again.model_parameters == settings.model_parameters


def planted(name: str) -> tuple[object, str]:
    """A value with a secret in it, in the form that the type of a setting has."""
    kind = str(Settings.model_fields[name].annotation)
    if "SecretUrl" in kind:
        scheme = "postgresql" if name == "database_url" else "https"
        query = "sslpassword" if name == "database_url" else "token"
        return f"{scheme}://ann:planted@host.example/x?{query}=planted", "host.example"
    if "SecretStr" in kind:
        return "planted-words-that-look-like-nothing", "***"
    if "str" in kind and "Literal" not in kind:
        return "https://ann:planted@host.example/x?key=planted", "host.example"
    return None, ""


def test_no_setting_of_any_type_shows_a_secret() -> None:
    """Read from the list of all settings, so that a new one is not forgotten."""
    seen = set()
    for name in Settings.model_fields:
        value, rest = planted(name)
        if value is None:
            continue
        shaped = (value,) if "tuple" in str(Settings.model_fields[name].annotation) else value
        refused = ""
        try:
            settings = Settings.model_validate({name: shaped})
        except ValidationError as error:
            refused = str(error)
        assert "planted" not in refused, name
        if refused:
            continue
        seen.add(name)
        assert rest in str(settings.shown()[name]), name
        assert "planted" not in str(settings.shown()), name
        assert "planted" not in repr(settings), name
        assert "planted" not in str(settings), name
    assert {"database_url", "search_url", "search_key", "jwt_key", "jwt_issuer"} <= seen


def test_a_setting_whose_name_speaks_of_a_secret_has_a_type_that_hides_it() -> None:
    for name, field in Settings.model_fields.items():
        if name.endswith(("key", "secret", "password", "token", "credentials", "url")):
            assert "Secret" in str(field.annotation), name
