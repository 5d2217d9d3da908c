"""Parameters of a model server's own, which are sent along with every call (ROADMAP_MODEL_EXTRA)."""

import json
from typing import Any, Final

MAX_LENGTH: Final = 10_000
"""Characters of all parameters as JSON."""
RESERVED: Final = frozenset({
    "model", "model_provider", "messages", "response_format", "tools", "tool_choice", "functions", "n", "stream",
    "api_key", "base_url", "timeout", "max_retries",
})  # fmt: skip
"""Parameters that the program sets itself, or that have settings of their own."""
_FORM: Final = 'must be one JSON object of parameters that the server knows, as {"enable_thinking": false}'


def read_parameters(given: object) -> dict[str, Any]:
    """Read a JSON object, as a text or parsed. Raises ValueError, which quotes no value."""
    try:
        parsed = json.loads(given) if isinstance(given, str) else given
        text = json.dumps(parsed, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError, RecursionError):
        raise ValueError(_FORM) from None
    if not isinstance(parsed, dict) or not all(isinstance(name, str) and name.strip() for name in parsed):
        raise ValueError(_FORM)
    if len(text) > MAX_LENGTH:
        raise ValueError(f"must have at most {MAX_LENGTH} characters")
    reserved = sorted(RESERVED & parsed.keys())
    if reserved:
        raise ValueError(f"cannot set {reserved[0]!r}, which the program sets itself")
    return parsed
