"""ROADMAP_HTTP_CORS as people write it."""

import pytest
from pydantic import ValidationError

from orchestrator.origins import read_origin
from orchestrator.settings import Settings


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://app.example", "https://app.example"),
        ("https://app.example/", "https://app.example"),
        ("HTTPS://App.Example:443", "https://app.example"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(written: str, sent: str) -> None:
    """One with a slash at its end would never be the origin that a browser names."""
    assert read_origin(written) == sent
    assert Settings.model_validate({"http_cors": written}).http_cors == (sent,)


WRONG = ["app.example", "ftp://x", "null", "https://", "https://*.example", "https://a/b", "https://u@a", "https://a?b"]


@pytest.mark.parametrize(
    "written", [*WRONG, "https://a:99999", "https://[", "https://a b", "https://é.example", "\ud800"]
)
def test_what_no_browser_would_send_is_refused_at_the_start(written: str) -> None:
    with pytest.raises(ValidationError, match="is not an origin"):
        Settings.model_validate({"http_cors": (written,)})


def test_every_page_of_the_web_may_not_use_a_server_that_asks_for_no_token() -> None:
    with pytest.raises(ValidationError, match="without a token"):
        Settings.model_validate({"http_cors": "*"})
    assert Settings.model_validate({"http_cors": "*", "auth": "token"}).http_cors == ("*",)
