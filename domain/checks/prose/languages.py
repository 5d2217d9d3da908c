"""The rule that prose is written in the language that was asked for, without its code, formulas and names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from domain.checks.findings import Finding, broken, doubt
from domain.checks.prose.markdown import plain_prose
from domain.text.language import identify_language, is_written_in, primary_language, scripts

_MIN_LETTERS: Final = 150
"""Letters of a text from which its language is told apart from others of the same script."""
_SHORT: Final = 400
"""Letters of a text that is looked at as one paragraph, since its parts are too short."""
_MIN_PARAGRAPH: Final = 60
_MAX_PARAGRAPHS: Final = 5
_MAX_PARAGRAPH: Final = 300
"""Characters of a paragraph that are looked at."""
_FAIR_SHARE: Final = 0.2
"""Of the letters. A lesson that teaches a language is written in two."""


def check_language(paragraphs: Sequence[str], language: str) -> Iterator[Finding]:
    """Yield a finding where the prose of a content is not in `language` (a code)."""
    prose = [text for text in map(plain_prose, paragraphs) if text.strip()]
    whole = "\n".join(prose)
    if not is_written_in(whole, language):
        yield broken("text.language", f"It is not written in the language that was asked for ({language}).")
        return
    size = sum(scripts(whole).values())
    if size < _MIN_LETTERS:
        return
    letters = _letters_by_language([whole] if size < _SHORT else prose, language)
    total = sum(letters.values())
    if total and letters[primary_language(language)] < _FAIR_SHARE * total:
        likeliest = letters.most_common(1)[0][0]
        yield doubt("text.language", f"It is written in “{likeliest}”; “{language}” was asked for.")


def _letters_by_language(prose: Sequence[str], language: str) -> Counter[str]:
    """Count letters by language over some paragraphs, spread over the text."""
    long = [text for text in prose if sum(scripts(text).values()) >= _MIN_PARAGRAPH] or ["\n".join(prose)]
    step = max(1, len(long) // _MAX_PARAGRAPHS)
    letters: Counter[str] = Counter()
    for text in long[::step][:_MAX_PARAGRAPHS]:
        sample = text[:_MAX_PARAGRAPH]
        letters[identify_language(sample, expected=language)] += sum(scripts(sample).values())
    return letters
