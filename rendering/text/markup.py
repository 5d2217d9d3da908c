"""Messages in templates: they may hold tags, and their values are escaped and cleaned as what templates insert.

A message is a literal of its template. A word that is data goes through `translated`, and is escaped as all data.
"""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from rendering.languages.translation import language, translated, translated_plural
from rendering.text.text import shown


def markup(message: str, /, **values: object) -> Markup:
    """Return a message in the language of the reader."""
    return _filled(translated(message), values)


def plural_markup(singular: str, plural: str, number: int, /, **values: object) -> Markup:
    """Return the form of a message that fits a number, which is its placeholder `number`."""
    return _filled(translated_plural(singular, plural, number), {"number": number, **values})


def _filled(text: str, values: Mapping[str, object]) -> Markup:
    return Markup(text).format(**{name: shown(value) for name, value in values.items()}) if values else Markup(text)


GLOBALS: Final[Mapping[str, Any]] = {
    "_": markup,
    "ngettext": plural_markup,
    "translated": translated,
    "reader_language": language,
}
"""What every environment of templates has."""
