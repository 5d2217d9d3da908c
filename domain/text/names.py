"""Names of stages, modules and concepts: how an author's name is stored, and which names a reference means."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

MAX_NAME_LENGTH: Final = 200

_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Characters that are invisible and change nothing but the direction or the identity of a text. U+200C and U+200D are
not among them: Persian words and some emoji need these."""
_JOINERS: Final = "\u200c\u200d"
_ENDS: Final = " \t\"'`*_“”„‟‘’‚‛«»‹›「」『』《》〈〉"
_STOPS: Final = ".,;:!。，；：！、"
_NUMBERING: Final = re.compile(
    r"""
    (?:[-*•‣▪]\s+)?
    (?:
        [(\[]?
        (?:(?:step|stage|module|concept|lesson|chapter|part|unit|topic|section)\s+)?
        \#?\d+(?:[.\-]\d+)*
        (?:\s*[.):\]\-–—、]\s+ | [.):\]、](?=[^\W\d]) | \s+)
      | [(\[]?(?:[a-z]|[ivx]{1,5})[.)\]]\s+
      | 第?[一二三四五六七八九十百\d]+(?:[章节節课課讲講]|单元|部分|[、.:](?!\d))\s*
    )?
    """,
    re.VERBOSE,
)
"""Marks of lists before a name: `1.2 `, `3) `, `(b) `, `- `, `Step 4: `, `第二章`."""
_ID: Final = re.compile(r"(?<![\w-])[scm](?:-\d+)+(?![\w-])", re.IGNORECASE)


def tidy_name(name: Any) -> Any:
    """Return a name as it is stored: one line, without hidden characters, at most MAX_NAME_LENGTH characters.

    A value that is no text is returned as it is.
    """
    if not isinstance(name, str):
        return name
    visible = _HIDDEN.sub("", unicodedata.normalize("NFC", name))
    text = " ".join("".join(" " if unicodedata.category(char) == "Cc" else char for char in visible).split())
    text = text.strip(f" {_JOINERS}")
    return text if len(text) <= MAX_NAME_LENGTH else _shortened(text)


def _shortened(text: str) -> str:
    head = text[: MAX_NAME_LENGTH - 1]
    words = head.rpartition(" ")[0]
    return f"{(words if len(words) > MAX_NAME_LENGTH // 2 else head).rstrip(_JOINERS + ' ')}…"


def name_key(name: str) -> str:
    """Return a key that is equal for names that differ only in their Unicode form, case or whitespace."""
    folded = unicodedata.normalize("NFKC", tidy_name(name)).casefold().translate(dict.fromkeys(map(ord, _JOINERS)))
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def loose_key(name: str) -> str:
    """Return a key without numbering, quotes, emphasis and final punctuation; `name_key` where nothing else is left."""
    key = name_key(name)
    return _without_ends(_NUMBERING.sub("", _without_ends(key), count=1)) or key


def _without_ends(text: str) -> str:
    return text.strip(_ENDS).rstrip(_ENDS + _STOPS)


class NameIndex:
    """Finds parts by the id or the name that an author uses for them."""

    def __init__(self, parts: Iterable[tuple[str, str]]) -> None:
        """`parts`: ids and names; names may occur more than once."""
        self._ids: set[str] = set()
        self._exact: dict[str, list[str]] = {}
        self._loose: dict[str, list[str]] = {}
        for identifier, name in parts:
            self._ids.add(identifier)
            self._exact.setdefault(name_key(name), []).append(identifier)
            self._loose.setdefault(loose_key(name), []).append(identifier)

    def find(self, reference: str) -> list[str]:
        """Return the ids of all parts that a reference may mean, in the order of the parts.

        An id and an exact name come before a name that differs in numbering, quotes or punctuation, and before an id
        within a longer text.
        """
        if reference in self._ids:
            return [reference]
        mentioned = [found for found in dict.fromkeys(map(str.lower, _ID.findall(reference))) if found in self._ids]
        return (
            self._exact.get(name_key(reference))
            or self._loose.get(loose_key(reference))
            or (mentioned if len(mentioned) == 1 else [])
        )

    def is_exact(self, reference: str) -> bool:
        """Return whether a part has this very name, apart from its Unicode form, case and whitespace."""
        return name_key(reference) in self._exact
