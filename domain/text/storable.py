"""Characters that no stored text holds."""

import re
from typing import Final

UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""NUL and lone surrogates, which PostgreSQL refuses, and control characters that no text has."""
