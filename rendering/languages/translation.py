"""Texts in the language of the reader. The code has messages in English; a catalogue, such as zh.po, translates them.

A message is marked where it is written, so that it can be extracted: `_("Save")`, `ngettext(...)`, or `N_("Save")` if
it is translated later. Pages choose the language with `read_in`; all else is in English.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.text.language import primary_language

if TYPE_CHECKING:
    from gettext import NullTranslations

ENGLISH: Final = "en"
LANGUAGES: Final[Mapping[str, str]] = {ENGLISH: "English", "zh": "中文"}
"""The languages that readers can choose, by code, each with its own name."""
PSEUDO: Final = "en-XA"
"""No language: every message stands between ⟦ and ⟧, so that text that is in no catalogue can be seen."""
MAX_ACCEPTED: Final = 30
"""Languages of an Accept-Language header that are looked at."""

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """Return the code of the language in which texts are made now."""
    return _language.get()


@contextmanager
def read_in(code: str) -> Iterator[None]:
    """Make texts in this language, one of LANGUAGES or PSEUDO, in this task and in threads that it starts."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def N_(message: str) -> str:
    """Mark a message that is translated where it is used."""
    return message


def nN_(singular: str, plural: str) -> tuple[str, str]:
    """Mark a message with a plural that is translated where it is used."""
    return singular, plural


def _(message: str, /, **values: object) -> str:
    """Return a message in the language of the reader, with values for its placeholders."""
    text = translated(message)
    return text.format(**values) if values else text


def ngettext(singular: str, plural: str, number: int, /, **values: object) -> str:
    """Return the form of a message that fits a number, which is its placeholder `number`."""
    return translated_plural(singular, plural, number).format(number=number, **values)


def translated(message: str) -> str:
    """Return the translation of a message, with its placeholders."""
    return message if _language.get() == ENGLISH or not message else _catalogue(_language.get()).gettext(message)


def translated_plural(singular: str, plural: str, number: int) -> str:
    """Return the translation of the form that fits a number, with its placeholders."""
    if _language.get() == ENGLISH:
        return singular if number == 1 else plural
    return _catalogue(_language.get()).ngettext(singular, plural, number)


def accepted(header: str) -> str:
    """Return the language of LANGUAGES that an Accept-Language header prefers; English if it names none of them."""
    best, preferred = 0.0, ENGLISH
    for part in header.split(",")[:MAX_ACCEPTED]:
        name, *parameters = part.split(";")
        code, quality = primary_language(name), _quality(parameters)
        if code in LANGUAGES and quality > best:
            best, preferred = quality, code
    return preferred


def _quality(parameters: list[str]) -> float:
    weight = next((value for key, _, value in (one.partition("=") for one in parameters) if key.strip() == "q"), "1")
    try:
        return float(weight) if len(weight) < 10 else 0.0
    except ValueError:
        return 0.0


def load_catalogues() -> None:
    """Read all catalogues, so that no reader waits for it."""
    for code in LANGUAGES:
        if code != ENGLISH:
            _catalogue(code)


def catalogue_path(code: str) -> Path:
    return Path(__file__).with_name(f"{code}.po")


@cache
def _catalogue(code: str) -> "NullTranslations":
    from gettext import GNUTranslations
    from io import BytesIO

    if code == PSEUDO:
        return _pseudo()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with catalogue_path(code).open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _pseudo() -> "NullTranslations":
    from gettext import NullTranslations

    class Bracketed(NullTranslations):
        def gettext(self, message: str) -> str:
            return f"⟦{message}⟧"

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    return Bracketed()
