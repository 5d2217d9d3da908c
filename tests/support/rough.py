"""A roadmap that no page has room for: words of 80 letters, titles without end, wide tables and lines of code."""

from typing import Any, Final

from tests.support.authors import TUTORIAL
from tests.support.stocked import structure

LONG: Final = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
ROUGH: Final = structure(
    "rough", f"{LONG} {'and much more than fits into a title ' * 12}", (2, 2, 3), lambda number: f"{LONG}{number}"
)
TEXT: Final = f"""## {LONG}

{LONG}{LONG}

| {" | ".join("A wide column" for _ in range(14))} |
| {" | ".join("---" for _ in range(14))} |
| {" | ".join("0.123456789" for _ in range(14))} |

```python
{"x = 1; " * 60}
```
"""
ROUGH_TUTORIAL: Final[dict[str, Any]] = {
    **TUTORIAL.model_dump(mode="json"),
    "title": LONG,
    "summary": LONG,
    "content": TEXT,
    "language": "de",
}
