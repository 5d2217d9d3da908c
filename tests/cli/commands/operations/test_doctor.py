import json
from pathlib import Path

import pytest

from cli.app import main
from tests.support.environment import variables
from tests.support.faults import Fault, always
from tests.support.provider import Provider


def test_settings_show_effective_values(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("ROADMAP_HOME", str(tmp_path))
    monkeypatch.setenv("ROADMAP_DATABASE_URL", "postgresql://ann:secret@h/r")
    monkeypatch.setenv("ROADMAP_OFFLINE_FAIL", "quiz, tutorial@c-1")
    assert main(["settings"]) == 0
    out = capfd.readouterr().out
    assert "secret" not in out
    assert "ann:***@h/r  (environment)" in out
    assert "ROADMAP_MAX_CONCEPTS" in out
    assert main(["settings", "--json"]) == 0
    values = json.loads(capfd.readouterr().out)
    assert values["database_url"] == "postgresql://ann:***@h/r"
    assert values["offline_fail"] == ["quiz", "tutorial@c-1"]
    assert values["max_concepts"] == 60
    assert values["model"] is None
    assert values["home"] == str(tmp_path)


def test_settings_mask_secrets(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, value in {
        "HOME": str(tmp_path),
        "JWT_KEY": "planted-words-of-a-secret-that-is-long-enough",
        "SEARCH_KEY": "planted",
        "SEARCH_URL": "https://planted:planted@search.example/v1?token=planted",
        "JWT_ISSUER": "https://ann:planted@issuer.example",
    }.items():
        monkeypatch.setenv(f"ROADMAP_{name}", value)
    for options in ([], ["--json"]):
        assert main(["settings", *options]) == 0
        out = capfd.readouterr().out
        assert "planted" not in out
        assert "https://***@search.example/v1" in out
        assert "https://***@issuer.example" in out


def test_a_refused_setting_is_not_quoted(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ROADMAP_LOG_LEVEL", "debug")  # which shows tracebacks
    for name, value in {
        "DATABASE_URL": "postgresql://ann:pla/nted-0@host/x",
        "SEARCH_URL": "planted-0 planted-0",
        "LINK_ALLOW": "https://ann:planted-0@host",
        "MODEL": "sk-planted0planted0planted0",
        "JWT_ALGORITHM": "planted-0",
    }.items():
        with monkeypatch.context() as variables:
            variables.setenv(f"ROADMAP_{name}", value)
            assert main(["settings"]) == 2, name
            err = capfd.readouterr().err
            assert f"ROADMAP_{name}" in err
            assert "nted" not in err


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ROADMAP_MAX_CONCEPTS", "many")
    assert main(["settings"]) == 2
    assert "ROADMAP_MAX_CONCEPTS" in capfd.readouterr().err


def test_doctor_gives_advice(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(["doctor", "--json"]) == 5
    report = json.loads(capfd.readouterr().out)
    assert report["ok"] is False
    assert [(check["name"], check["ok"]) for check in report["checks"]] == [
        ("database", False),
        ("model", True),
        ("code", True),
    ]
    assert report["checks"][0]["to_do"]
    assert main(["doctor"]) == 5
    assert "\n    " in capfd.readouterr().out


def test_doctor_passes(database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", database_url)
    assert main(["doctor"]) == 0
    assert "All checks passed." in capfd.readouterr().err


def test_a_misspelt_setting_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It was ignored without a word, and the offline author wrote."""
    monkeypatch.setenv("ROADMAP_MODLE", "openai:secret")
    monkeypatch.setenv("ROADMAP_QQQQ", "x")
    monkeypatch.setenv("ROADMAP_LEGACY_TIMEZONE", "UTC")
    for arguments in (["settings"], ["settings", "--json"]):
        assert main(arguments) == 0
        out, err = capfd.readouterr()
        assert err.splitlines() == [
            "roadmap: ROADMAP_MODLE is not a setting: did you mean ROADMAP_MODEL?",
            "roadmap: ROADMAP_QQQQ is not a setting.",
        ]
        assert "openai:secret" not in out + err
    monkeypatch.setenv("ROADMAP_DATABASE_URL", "postgresql://ann@127.0.0.1:1/r")
    assert main(["doctor"]) == 5
    out = capfd.readouterr().out
    assert "ROADMAP_MODLE is not a setting: did you mean ROADMAP_MODEL?" in out
    assert "-> rename it to ROADMAP_MODEL" in out


def test_doctor_asks_each_model_once_and_says_how_it_answered(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", database_url)
    monkeypatch.setenv("ROADMAP_MODEL", "openai:test")
    monkeypatch.setenv("ROADMAP_MODEL_REVIEW", "openai:other")
    with Provider().serving() as provider, variables(provider.environment()):
        assert main(["doctor", "--ask", "--json"]) == 0
        checks = json.loads(capfd.readouterr().out)["checks"]
        answers = [check["detail"] for check in checks if check["name"] == "answer"]
        assert [detail.partition(":  ")[0].partition(": answers")[0] for detail in answers] == [
            "openai:test for the curriculum, the contents",
            "openai:other for reviews",
        ]
        assert all("json_schema" in detail for detail in answers)
        assert len(provider.log) == 2
        assert main(["doctor"]) == 0
        assert len(provider.log) == 2


def test_doctor_says_why_a_model_does_not_answer(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", database_url)
    monkeypatch.setenv("ROADMAP_MODEL", "openai:test")
    for script, reason, to_do in [
        (always(Fault.WRONG_KEY), "does not let openai:test be used (401", "correct the name"),
        (always(Fault.HTML), "sent no answer of its protocol", "/v1"),
        (always(Fault.BUSY), "answered 429", "try again later"),
        (always(Fault.PROSE), "answers, but not so that it can be used", "name another model"),
    ]:
        with Provider(script).serving() as provider, variables(provider.environment()):
            assert main(["doctor", "--ask"]) == 5
        out = capfd.readouterr().out
        assert reason in out
        assert to_do in out
    with variables(Provider(url="http://127.0.0.1:9/v1").environment()):
        assert main(["doctor", "--ask"]) == 5
    assert "cannot be reached" in capfd.readouterr().out
