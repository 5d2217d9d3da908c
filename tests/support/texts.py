"""Extracts the messages of pages and exports, and brings a catalogue up to date.

`python -m tests.support.texts` adds new messages to every catalogue, without a translation, and removes those that are
gone. A catalogue is sorted and names no places, so that branches can be merged.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from rendering.languages.translation import ENGLISH, LANGUAGES, catalogue_path

ROOT: Final = Path(__file__).parents[2]
FORMS: Final = {"_": 1, "N_": 1, "ngettext": 2, "nN_": 2}
"""Function -> how many forms of a message it is given."""
KEYWORDS: Final = {"_": None, "ngettext": (1, 2)}
FOLDERS: Final = ("backend", "rendering")
_SAID: Final = re.compile(r'\bsay\(\s*"([^"]+)"')

Message = str | tuple[str, str]
"""One form, or a singular and a plural."""


def messages() -> set[Message]:
    """All messages of code, templates and scripts."""
    found: set[Message] = set()
    for path in sources():
        match path.suffix:
            case ".py":
                found.update(_in_python(path.read_text()))
            case ".js":
                found.update(_SAID.findall(path.read_text()))
            case _:
                found.update(_in_template(path))
    return found


def _in_python(source: str) -> Iterator[Message]:
    """Babel's own extraction does not look into f-strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS:
            texts = [one.value for one in node.args[: FORMS[node.func.id]] if isinstance(one, ast.Constant)]
            if len(texts) == FORMS[node.func.id]:
                yield _message([str(text) for text in texts])


def _in_template(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        for _, message, _, _ in extract("jinja2.ext:babel_extract", file, KEYWORDS, (), {"encoding": "utf-8"}):
            yield message if isinstance(message, str) else _message([text for text in message if text])


def _message(forms: list[str]) -> Message:
    return forms[0] if len(forms) == 1 else (forms[0], forms[1])


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for suffix in ("py", "html", "svg", "js"):
            yield from sorted((ROOT / folder).rglob(f"*.{suffix}"))


def catalogue(code: str) -> Catalog:
    with catalogue_path(code).open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def keys(catalogue: Catalog) -> set[Message]:
    return {one.id if isinstance(one.id, str) else _message(list(one.id)) for one in catalogue if one.id}


def updated(code: str) -> bytes:
    """A catalogue with the messages of now, and the translations that it has."""
    old = catalogue(code) if catalogue_path(code).exists() else Catalog(locale=code)
    new = Catalog(locale=code, project="Roadmap Orchestrator", version="", charset="utf-8", fuzzy=False)
    new.creation_date = new.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    new.header_comment = f"# {LANGUAGES[code]}: texts of pages and exports. `make texts` adds what is new."
    for message in messages():
        known = old.get(message if isinstance(message, str) else message[0])
        new.add(message, known.string if known else "")
    written = BytesIO()
    write_po(written, new, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    return written.getvalue()


def main() -> None:
    for code in LANGUAGES:
        if code != ENGLISH:
            catalogue_path(code).write_bytes(updated(code))


if __name__ == "__main__":
    main()
