"""Keys and bearer tokens never reach a row, an event, a log or an error: whatever a provider said passes here first."""

import os
import re
from typing import Final

MASK: Final = "***"

_NAMED: Final = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS)$", re.IGNORECASE)
_SHAPED: Final = re.compile(
    r"(?i:\bbearer\s+)[\w.~+/=-]{7,}[\w~+/=-]"  # an Authorization header
    r"|\b(?:sk|pk|rk|xai|gsk|lsv2|hf|tvly)[-_][\w*-]{8,}"  # keys as providers make them, also half masked by them
    r"|\bwhsec_[\w+/=]{8,}"  # with which webhooks are signed
    r"|\bAIza[\w-]{20,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # a JSON web token
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # the account of a URL
)
_SHORTEST: Final = 8
"""A shorter value of a variable is a word like `local`, which would be masked in every text."""


def redact(text: str) -> str:
    """`text` without secrets: those of the environment, and whatever looks like one."""
    for name, value in os.environ.items():
        if _NAMED.search(name) and len(value) >= _SHORTEST and value in text:
            text = text.replace(value, MASK)
    return _SHAPED.sub(MASK, text)
