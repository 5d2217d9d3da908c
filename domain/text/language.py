"""Detection of scripts and languages, and validation of language codes.

In long texts the script is enough to detect a wrong language. A goal has only a few words but determines the language
of all contents, so its language is identified by a model.
"""

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SCRIPT_OF: Final = {
    # first word of a character's Unicode name -> script
    "CJK": "han",
    "HIRAGANA": "kana",
    "KATAKANA": "kana",
    "HANGUL": "hangul",
    "ARABIC": "arabic",
    "HEBREW": "hebrew",
    "CYRILLIC": "cyrillic",
    "GREEK": "greek",
    "DEVANAGARI": "devanagari",
    "BENGALI": "bengali",
    "TAMIL": "tamil",
    "THAI": "thai",
    "GEORGIAN": "georgian",
    "ARMENIAN": "armenian",
    "LATIN": "latin",
}
_LANGUAGE_OF: Final = {
    "han": "zh",
    "kana": "ja",
    "hangul": "ko",
    "arabic": "ar",
    "hebrew": "he",
    "cyrillic": "ru",
    "greek": "el",
    "devanagari": "hi",
    "bengali": "bn",
    "tamil": "ta",
    "thai": "th",
    "georgian": "ka",
    "armenian": "hy",
    "latin": "en",
}
_SCRIPTS_OF_LANGUAGE: Final = {language: {script} for script, language in _LANGUAGE_OF.items()} | {
    "ja": {"kana", "han"},
    "ko": {"hangul", "han"},
    "fa": {"arabic"},
    "ur": {"arabic"},
    "uk": {"cyrillic"},
    "bg": {"cyrillic"},
    "sr": {"cyrillic", "latin"},
    "mr": {"devanagari"},
    "yi": {"hebrew"},
}
_FAIR_PART: Final = 0.2
_NO_LETTERS: Final = bytes(code for code in range(128) if not chr(code).isalpha())


@lru_cache(maxsize=8192)
def _script(char: str) -> str | None:
    return _SCRIPT_OF.get(unicodedata.name(char, "").split(" ", 1)[0].split("-", 1)[0]) if char.isalpha() else None


def scripts(text: str) -> Counter[str]:
    """Count the letters of `text` by script; a Han or Hangul character counts twice, since it is more than a letter."""
    if text.isascii():
        letters = len(text.encode().translate(None, _NO_LETTERS))
        return Counter({"latin": letters} if letters else {})
    counts: Counter[str] = Counter()
    for char, times in Counter(text).items():  # a long text has only some dozens of different characters
        if script := _script(char):
            counts[script] += 2 * times if script in {"han", "hangul"} else times
    return counts


def guess_language(text: str) -> str:
    """Return the language that the script of `text` suggests, `en` by default.

    Names of technologies are Latin in every language, so another script needs only a fair part of the letters.
    """
    counts = scripts(text)
    if counts["kana"]:
        return "ja"
    others = Counter({script: count for script, count in counts.items() if script != "latin"})
    script, count = others.most_common(1)[0] if others else ("latin", 0)
    return _LANGUAGE_OF[script] if count >= _FAIR_PART * sum(counts.values()) else "en"


def language_of(text: str, expected: str = "") -> str:
    """Return the language to mark a text with: `expected`, unless the text is in another script; empty if unknown."""
    suggested = guess_language(text)
    if suggested == "en" or suggested == expected:
        return expected
    if not expected:
        return suggested
    of_expected = _SCRIPTS_OF_LANGUAGE.get(primary_language(expected), {"latin"})
    return expected if of_expected & _SCRIPTS_OF_LANGUAGE[suggested] else suggested


class LanguageGuess(NamedTuple):
    """The language of a goal; if `in_doubt`, the one that its script suggests."""

    code: str
    in_doubt: bool


_CANDIDATES: Final = {
    "en": [
        "en",
        "de",
        "fr",
        "es",
        "pt",
        "it",
        "nl",
        "pl",
        "sv",
        "no",
        "da",
        "fi",
        "cs",
        "sk",
        "hr",
        "hu",
        "ro",
        "tr",
        "vi",
        "id",
    ],
    "ru": ["ru", "uk", "bg", "sr"],
    "ar": ["ar", "fa", "ur"],
    "hi": ["hi", "mr"],
}
"""Languages with the same script, by the one that the script suggests."""
_MIN_PROBABILITY: Final = 0.5
"""Of 132 short goals, 7 were wrong at 0.5 (5 of them English and in doubt), 10 at 0.6."""
_ENGLISH_OPENINGS: Final = frozenset(
    {"learn", "become", "understand", "how", "the", "study", "build", "improve", "write", "get", "teach", "explore"}
)
"""First words of English goals. They avoid loading the model (0.6 s, 120 MB), and wrong results for foreign terms
("learn tai chi")."""


@lru_cache(maxsize=1024)
def guess_goal_language(goal: str) -> LanguageGuess:
    """Guess the language of a goal."""
    suggested = guess_language(goal)
    candidates = _CANDIDATES.get(suggested, [])
    words = goal.casefold().split(maxsplit=1)
    if not candidates or (suggested == "en" and words and words[0] in _ENGLISH_OPENINGS):
        return LanguageGuess(suggested, in_doubt=False)
    if not scripts(goal):
        return LanguageGuess(suggested, in_doubt=True)
    ranked = {code: float(probability) for code, probability in _identifier().rank(goal) if code in candidates}
    likeliest = max(ranked, key=lambda code: ranked[code])
    if ranked[likeliest] < _MIN_PROBABILITY * sum(ranked.values()):
        return LanguageGuess(suggested, in_doubt=True)
    return LanguageGuess(likeliest, in_doubt=False)


_ALIKE: Final = (
    {"no", "nb", "nn", "da", "sv"},
    {"hr", "sr", "bs", "sl", "mk"},
    {"id", "ms"},
    {"cs", "sk"},
    {"es", "gl"},
)
"""Languages that are not told apart in short texts."""


def identify_language(text: str, *, expected: str) -> str:
    """Return the language of a paragraph, as a primary code; `expected` where it cannot be told from that.

    Only languages of many readers and the expected one are considered.
    """
    language = primary_language(expected)
    suggested = guess_language(text)
    candidates = {*_CANDIDATES.get(suggested, [suggested]), language}
    ranked: list[str] = [code for code, _ in _identifier().rank(text) if code in candidates]
    if language not in ranked or any({ranked[0], language} <= alike for alike in _ALIKE):
        return language
    return ranked[0]


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def load_languages() -> None:
    """Load the data that guessing and checking languages need. It reads files: an event loop calls it in a thread."""
    _identifier()
    is_language("en")


MAX_LANGUAGE_LENGTH: Final = 60
"""Characters of a code or a name."""
_NO_LANGUAGES: Final = re.compile(r"und|mul|mis|zxx|root|x|q[a-t][a-z]")
"""Valid codes that mean undetermined, multiple, uncoded, no or any language, or that are for private use."""


def is_language(code: str) -> bool:
    """Return whether a BCP 47 code is registered and names a language in which texts are written."""
    from langcodes import tag_is_valid

    return tag_is_valid(code) and not _NO_LANGUAGES.fullmatch(primary_language(code))


def code_of_language(word: str) -> str | None:
    """Return the shortest code of a language given as a code (`eng`, `en_US`) or by its name; None for any other."""
    from langcodes import standardize_tag
    from langcodes.tag_parser import LanguageTagError

    folded = " ".join(word.split()).casefold()
    if len(folded) > MAX_LANGUAGE_LENGTH:
        return None
    name = _NAMES.get(folded) or _NAMES.get(re.split(r"\W", folded, maxsplit=1)[0])
    code = name or folded.replace("_", "-")
    try:
        standard = standardize_tag(code) if code.isascii() and is_language(code) else None
    except LanguageTagError:
        return None
    return standard


def is_written_in(text: str, language: str) -> bool:
    """Return whether a fair part of the letters of `text` belongs to a script of `language`.

    Technical terms may stay Latin.
    """
    expected = _SCRIPTS_OF_LANGUAGE.get(primary_language(language), {"latin"})
    counts = scripts(text)
    total = sum(counts.values())
    return not total or sum(counts[script] for script in expected) >= _FAIR_PART * total


_NAMES: Final = {
    "english": "en", "chinese": "zh", "mandarin": "zh", "中文": "zh", "汉语": "zh", "spanish": "es", "español": "es",
    "french": "fr", "français": "fr", "german": "de", "deutsch": "de", "japanese": "ja", "日本語": "ja",
    "korean": "ko", "한국어": "ko", "arabic": "ar", "العربية": "ar", "russian": "ru", "русский": "ru",
    "portuguese": "pt", "português": "pt", "italian": "it", "italiano": "it", "hindi": "hi", "हिन्दी": "hi",
    "turkish": "tr", "türkçe": "tr", "dutch": "nl", "polish": "pl", "ukrainian": "uk", "hebrew": "he",
    "vietnamese": "vi", "thai": "th", "greek": "el", "persian": "fa", "indonesian": "id",
}  # fmt: skip
"""Names that authors write instead of a code."""


_FROM_RIGHT_TO_LEFT: Final = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Return the writing direction of a language (a code or a name) as HTML names it."""
    return "rtl" if primary_language(language) in _FROM_RIGHT_TO_LEFT else "ltr"


def same_language(one: str, other: str) -> bool:
    """Return whether two codes or names mean the same language, whatever their region or script."""
    return primary_language(one) == primary_language(other)


def primary_language(language: str) -> str:
    """Return the primary code of a language that is given as a code or a name: `zh` of `zh-TW` and of `Chinese`."""
    folded = language.strip().casefold()
    return _NAMES.get(folded) or _NAMES.get(folded.split(" ", 1)[0]) or re.split("[-_]", folded, maxsplit=1)[0]
