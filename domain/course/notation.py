"""One notation for each entry of the glossary: what a lesson spells or writes in another way.

Terms are compared as one word or two, names in code by their letters, and formulas by known families of notations, or
where one stands right behind its term. What is not certain is passed: another case, a hyphen for a space, a longer
formula.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from domain.checks.prose.markdown import outline, plain_prose
from domain.course.book import Term

_INLINE_CODE: Final = re.compile(r"`([^`\n]+)`")
_FORMULA: Final = re.compile(r"\$\$(.{1,2000}?)\$\$|\$([^$\n]{1,300})\$", re.DOTALL)
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")
_WORD: Final = re.compile(r"[^\W_]+")
_BETWEEN: Final = re.compile(r"[ \t]|\n|-|‐|‑")
"""What may stand between two words of one term."""
_FAMILIES: Final = (
    (r"\^\s*\{?\s*\\top\b", r"\^\s*\{?\s*T\b", r"\^\s*\{?\s*\\math(?:sf|rm)\s*\{?\s*T\b", r"\^\s*\{?\s*\\intercal\b"),
    (r"\\mathbb\s*\{?\s*E\b", r"\\(?:operatorname|mathrm|text)\s*\{\s*E\s*\}", r"(?<![\w\\{])E\s*[\[(]\s*[A-Z]"),
    (r"\\mathbb\s*\{?\s*P\b", r"\\Pr\b", r"(?<![\w\\{])P\s*(?:\\left\s*)?\("),
    (r"\\mathbb\s*\{?\s*R\b", r"\\math(?:bf|rm)\s*\{?\s*R\b", r"(?<![\w\\{])R\s*\^\s*\{?\s*[nmdk\d]"),
    (r"\\vec\b", r"\\(?:mathbf|boldsymbol|bm)\s*\{\s*[a-z]\s*\}", r"\\underline\b"),
    (r"\\cdot\b", r"\\langle\b.{1,40}?\\rangle\b"),
    (r"\\(?:operatorname\s*\{\s*Var\s*\}|mathrm\s*\{\s*Var\s*\}|text\s*\{\s*Var\s*\})", r"\\mathbb\s*\{?\s*V\b"),
)  # fmt: skip
"""Notations of one thing each. The first of the dot product is also that of numbers, so only the second is sought."""
_AMBIGUOUS: Final = frozenset({r"\\cdot\b", r"\\underline\b"})
"""Notations that also mean something else."""
_SAME_SIGNS: Final = (
    (re.compile(r"\\[lr]Vert\b|\\\||\|\|"), "‖"),
    (re.compile(r"\\[lr]vert\b|\\mid\b"), "|"),
    (re.compile(r"\\(?:left|right|big|Big|displaystyle|,|;|!|quad)(?![A-Za-z])"), ""),
    (re.compile(r"\\math(?:bb)\s*\{?\s*([A-Z])\s*\}?"), "𝔹"),
    (re.compile(r"\\(?:mathbf|boldsymbol|bm|vec|mathrm|mathit|hat|tilde)\s*\{?\s*\\?([A-Za-z]+)\s*\}?"), "v"),
    (re.compile(r"\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|nu|xi|rho|sigma|tau|phi|chi|psi|omega)\b"), "v"),
    (re.compile(r"\\([A-Za-z]+)"), r"⟪\1⟫"),
    (re.compile(r"[\s{}()]|_\{?\w\}?"), ""),
)  # fmt: skip
_COMMAND: Final = re.compile(r"⟪\w+⟫")
_MAX_MESSAGES: Final = 20
_MAX_FORMULA_LENGTH: Final = 60
"""Characters of a formula that a message shows."""


def other_notations(lesson: str, glossary: Sequence[Term]) -> list[str]:
    """Return how a lesson in Markdown writes entries of the glossary in another way, a message for each."""
    read = outline(lesson)
    prose = "\n".join(read.prose)
    words = plain_prose(prose)
    code = [block.code for block in read.blocks] + _INLINE_CODE.findall(prose)
    names = dict.fromkeys(name for part in code for name in _IDENTIFIER.findall(part))
    formulas = [one or other for one, other in _FORMULA.findall(prose)]
    messages: dict[str, None] = {}
    for term in glossary:
        notation = term.notation.strip()
        pairs = [(other, term.term) for other in _spellings(words, term.term)]
        pairs += [(other, notation) for other in _names(names, notation.strip("`"))]
        pairs += [(other, notation) for other in _behind(prose, term)]
        messages |= dict.fromkeys(f"It writes “{other}”; the course writes “{wanted}”." for other, wanted in pairs)
    for other, wanted in _signs(formulas, [term.notation for term in glossary]):
        messages[f"It writes “{other}”; the course writes “{wanted}”."] = None
    return list(messages)[:_MAX_MESSAGES]


def _letters(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.isascii() and word.endswith("s") and word[-2] not in "siu" else word


def _spellings(prose: str, term: str) -> list[str]:
    """Return where a term of two words is written as one, or the other way round. A hyphen may stand for a space."""
    parts = [match.span() for match in _WORD.finditer(term)]
    key = _singular(_letters(term))
    if not parts or len(key) < 5 or term[parts[0][0] : parts[-1][1]] != term.strip():
        return []
    others: list[str] = []
    words = list(_WORD.finditer(prose))
    for size in {1, 2, 3} - {len(parts)}:
        for first, last in zip(words, words[size - 1 :], strict=False):
            text = prose[first.start() : last.end()]
            if len(text) <= len(term) + 6 and _singular(_letters(text)) == key and _is_one_term(text):
                others.append(" ".join(text.split()))
    return list(dict.fromkeys(others))


def _is_one_term(text: str) -> bool:
    return all(_BETWEEN.fullmatch(gap) for gap in _WORD.split(text) if gap)


def _names(names: Iterable[str], notation: str) -> Iterator[str]:
    """Yield names in code with the letters of a name of the glossary, such as `bookId` for `book_id`."""
    if _IDENTIFIER.fullmatch(notation):
        key = _letters(notation)
        for name in names:
            if _letters(name) == key and name.casefold() != notation.casefold():
                yield name


def _signs(formulas: Sequence[str], notations: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield a formula for each other sign of the family of a notation in the glossary, and that notation."""
    for family in _FAMILIES:
        own = [(sign, notation) for notation in notations for sign in family if re.search(sign, notation)]
        for sign in family if len({sign for sign, _ in own}) == 1 else ():
            if sign == own[0][0] or sign in _AMBIGUOUS:
                continue
            formula = next((formula for formula in formulas if re.search(sign, formula)), None)
            if formula is not None:
                text = " ".join(formula.split())
                yield f"${text}$" if len(text) <= _MAX_FORMULA_LENGTH else f"${text[:_MAX_FORMULA_LENGTH]}…", own[0][1]


def _behind(prose: str, term: Term) -> Iterator[str]:
    """Yield a formula right behind its term that has as many letters as the notation, and other signs."""
    wanted = _skeleton(term.notation)
    if "$" not in term.notation or not (set(wanted) - {"v", "0"}) or not term.term.strip():
        return
    behind = re.compile(rf"\b{re.escape(term.term.strip())}s?\s*\(?\$([^$\n]{{1,80}})\$", re.IGNORECASE)
    for match in behind.finditer(prose):
        other = _skeleton(match[1])
        alike = other.count("v") == wanted.count("v") and "0" not in other and "=" not in other
        if alike and wanted not in other and set(other) - {"v"}:
            yield f"${match[1].strip()}$"


def _skeleton(formula: str) -> str:
    """Return a formula with its letters and numbers replaced, so that notations can be compared."""
    text = formula.strip().strip("$")
    for pattern, sign in _SAME_SIGNS:
        text = pattern.sub(sign, text)
    parts = _COMMAND.split(text)
    plain = [re.sub(r"\d+(?:\.\d+)?", "0", re.sub(r"[^\W\d_𝔹]", "v", part)) for part in parts]
    commands = [command.upper() for command in _COMMAND.findall(text)]
    return "".join(one for pair in zip(plain, [*commands, ""], strict=True) for one in pair)
