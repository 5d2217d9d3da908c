"""Words that the program adds to a rendered lesson, in the language of the lesson (labels.toml)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from domain.text.language import primary_language


def labels_of(language: str) -> Mapping[str, str]:
    """Return the words for a language code by their key; English for a language that is not listed."""
    return _catalogue().get(primary_language(language), _catalogue()["en"])


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
