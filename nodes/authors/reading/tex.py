r"""Mend the backslashes of JSON texts: a model that writes `$\frac{1}{2}$` with one backslash meant two.

`\f`, `\b`, `\n`, `\r`, `\t` and `\u` are escapes of JSON and also begin commands of TeX. A form feed or a backspace is
never meant. A line break or a tab is meant, unless what follows completes a TeX command and the place agrees.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

_SURE_N: Final = (
    "abla|otin|onumber|earrow|warrow|subseteq|supseteq|leq|geq|leqslant|geqslant|rightarrow|leftarrow|olimits|atural"
    "|ewcommand|ewline|vdash|cong|prec|succ"
)
_SURE_T: Final = (
    "imes|heta|ext(?:bf|it|rm|tt|sc|sf|normal|style|color)|frac|binom|herefore|ilde|riangle(?:q|left|right|down)?"
    "|hickapprox|ableofcontents|woheadrightarrow|(?:ext|ag)(?=\\{)"
)
_MATH_N: Final = "u|eq?|i|ot|eg|mid|sim|exists|parallel|ormalsize"
"""Also words or names at the start of a line, so they are commands in formulas only."""
_MATH_T: Final = "anh?|au|o|op|ext|ag|iny|hicksim"
_END: Final = "(?![A-Za-z])"

_IS_SURE: Final = {"n": re.compile(f"(?:{_SURE_N}){_END}"), "t": re.compile(f"(?:{_SURE_T}){_END}")}
_IS_MATH: Final = {"n": re.compile(f"(?:{_MATH_N}){_END}"), "t": re.compile(f"(?:{_MATH_T}){_END}")}

_SUSPECT: Final = re.compile(
    r"(?<!\\)(?:\\\\)*\\(?:[^\"\\/nrtu]|u(?![0-9a-fA-F]{4})|r(?=[A-Za-z])"
    rf"|t(?=(?:{_SURE_T}|{_MATH_T}){_END})|n(?=(?:{_SURE_N}|{_MATH_N}){_END}))|(?<![A-Za-z])[A-Z]:\\t"
)
_CONTROLS: Final = re.compile(f"[\x08\x0c]|\r(?=[A-Za-z])|\t(?=(?:{_SURE_T}|{_MATH_T}){_END})")
_LINE_BREAK: Final = re.compile(f"\n(?=(?:{_SURE_N}|{_MATH_N}){_END})")
_TOKEN: Final = re.compile(
    r"""(?<![A-Za-z])[A-Z]:\\(?![\\n"/])[\w.-]+(?:\\[\w.-]+)*  # a path of Windows
    |\\(?:begin|end)\{
    |\\.
    |"
    |\$\$?
    |`{3,}[ ]*\w*""",
    re.VERBOSE | re.DOTALL,
)
_INLINE: Final = re.compile(r"(?! )(?:[^$\"\\]|\\(?!n\\n).){1,400}?(?<! )\$(?!\d)| (?:[^$\"\\]|\\(?!n\\n).){1,400}? \$")
_DISPLAY: Final = re.compile(r"[^\"$]{1,4000}\$\$")
_TEX_LANGUAGES: Final = frozenset({"tex", "latex", "math", "katex"})
_OPERATORS: Final = frozenset(" ([{=+-*/<>|^_")
"""Text before a command that does not precede the end of a line."""


def mend_escapes(text: str) -> str:
    """Return JSON text in which every backslash that is meant as one is escaped."""
    if _SUSPECT.search(text) is None:
        return text
    return _TOKEN.sub(_Mender(text), text)


def restore_tex(text: str) -> str:
    """Return a text in which control characters that were commands of TeX are commands again."""
    has_controls = any(control in text for control in "\b\f\r\t") and _CONTROLS.search(text)
    if not has_controls and _LINE_BREAK.search(text) is None:
        return text
    mended: str = json.loads(mend_escapes(json.dumps(text, ensure_ascii=False)), strict=False)
    return mended


@dataclass(slots=True)
class _Mender:
    """Replaces one token after the other. Keeps where in a string it is: in code, in a formula, in an environment."""

    text: str
    code: bool = False
    math: str = ""
    """The mark that ends the formula, or nothing."""
    of_lines: bool = False
    """Whether the marks of the formula stand on lines of their own."""
    environments: int = 0

    def __call__(self, token: re.Match[str]) -> str:
        found, end = token[0], token.end()
        match found[0]:
            case '"':
                self.code, self.math, self.environments = False, "", 0
                return found
            case "`":
                self._fence(found)
                return found
            case "$":
                self._dollar(found, end)
                return found
            case "\\":
                return self._escape(found, token.start(), end)
            case _:
                return found.replace("\\", "\\\\")

    def _fence(self, found: str) -> None:
        language = found.strip("` ").lower()
        self.code = not self.code and language not in _TEX_LANGUAGES
        self.math = "```" if language in _TEX_LANGUAGES else ""

    def _dollar(self, found: str, end: int) -> None:
        if self.math:
            self.math = "" if self.math == found else self.math
        elif not self.code and (formula := (_DISPLAY if found == "$$" else _INLINE).match(self.text, end)):
            self.math, self.of_lines = found, formula[0].startswith("\\n") and formula[0].endswith("\\n$$")

    def _escape(self, found: str, start: int, end: int) -> str:
        letter = found[1]
        match letter:
            case '"' | "/":
                return found
            case "\\":
                return self._backslash(found, end)
            case "n" | "t" if len(found) == 2:
                return f"\\{found}" if self._is_command(letter, start, end) else found
            case "r" if not self.text[end : end + 1].isalpha():
                return found
            case "u" if re.match("[0-9a-fA-F]{4}", self.text[end : end + 4]):
                return found
            case "'":
                return "'"
            case _:
                self._enter(found)
                return f"\\{found}"

    def _backslash(self, found: str, end: int) -> str:
        """An escaped backslash; in an environment that was written with one backslash, it is half of a row's end."""
        following = self.text[end : end + 1]
        if following and following in "([":
            self.math, self.of_lines = {"(": ")", "[": "]"}[following], False
        elif following == self.math:
            self.math = ""
        row_ends = self.environments and not following.isalpha() and following not in "()[]{}"
        return f"{found}\\\\" if row_ends else found

    def _enter(self, found: str) -> None:
        match found:
            case "\\begin{":
                self.environments += 1
            case "\\end{":
                self.environments -= 1
            case "\\(" | "\\[" if not self.code:
                self.math, self.of_lines = {"(": ")", "[": "]"}[found[1]], False
            case "\\)" | "\\]":
                self.math = ""

    def _is_command(self, letter: str, start: int, end: int) -> bool:
        """Return whether `\\n` or `\\t` begins a command of TeX."""
        if self.code or self.text[max(0, start - 2) : start] == "\\\\":
            return False
        if _IS_SURE[letter].match(self.text, end):
            return True
        if _IS_MATH[letter].match(self.text, end) is None:
            return False
        before = self.text[start - 1 : start]
        if not self.math and not self.environments:
            return letter == "n" and before == " " and self.text.startswith("eq ", end)
        if letter == "n" and (self.of_lines or self.environments):
            return before in _OPERATORS
        return True
