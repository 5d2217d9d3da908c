r"""TeX formulas in Markdown as MathML: `$x$`, `$$x$$`, `\(x\)`, `\[x\]`, and environments like `align` on their own.

A formula that cannot be converted is shown as its source. Prices and shell variables are no formulas.
"""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rendering.pages.bounds import INTERRUPTED
from rendering.text.tex_brackets import unmatched_brackets

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from math_core import LatexToMathML

MAX_FORMULA_LENGTH: Final = 4000
"""Characters of a formula that is converted. The converter recurses, and a formula of this length at most fills half of
the stack of a thread, however it is nested; beyond it the process would end."""
MAX_FORMULA_DEPTH: Final = 50
"""Nested braces of a formula that is converted."""
MAX_UNMATCHED_BRACKETS: Final = 10
"""Opening brackets without a closing one; each doubles the time that the converter takes."""

_CLOSER: Final = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
_DISPLAYED: Final = frozenset({"$$", "\\["})
_STOP: Final = re.compile(r"\\[\s\S]|`+|\$")
_ENVIRONMENT: Final = re.compile(r"\\begin\{((?:align|equation|gather|multline|eqnarray)\*?)\}")
_TEX: Final = re.compile(r"[\\^_{}=+<>/*-]")
_ORDINAL: Final = re.compile(r"(?:st|nd|rd|th|s|d|D)(?![0-9A-Za-z])")
"""What follows a formula within a word: the $n$th, $2$D."""
_WORD: Final = re.compile(r"(?<![A-Za-z\\])(?!sin|cos|tan|log|exp|max|min|mod|lim|det)[A-Za-z]{2,}(?![A-Za-z])")
_PUNCTUATION: Final = re.compile(r"[ \t]*[.,;:]?[ \t]*")
_RENAMED: Final = {
    "align": "align*", "equation": "equation*", "gather": "gather*", "multline": "multline*", "eqnarray": "align*",
    "eqnarray*": "align*", "split": "aligned", "smallmatrix": "matrix",
}  # fmt: skip
"""Environments that the converter numbers, each formula from 1, or does not know -> what is set in their place."""
_BEGIN_OR_END: Final = re.compile(r"\\(begin|end)\{(align|equation|gather|multline|eqnarray\*?|split|smallmatrix)\}")
_MACROS: Final = {
    "argmax": r"\operatorname*{arg\,max}",
    "argmin": r"\operatorname*{arg\,min}",
    "substack": r"\begin{matrix}#1\end{matrix}",
    "mbox": r"\text{#1}",
    "hbox": r"\text{#1}",
    "tag": r"\qquad(\text{#1})",
    "label": "",
}
_DEFINITION: Final = re.compile(
    r"\\(?:[a-zA-Z]*def|let|futurelet|(?:re)?newcommand|providecommand|Declare[A-Za-z]+)(?![A-Za-z])"
)
"""Definitions, with which a short formula can become a long one."""
_STYLE: Final = re.compile(r' style="([^"]*)"')
_CLASSES: Final = {
    "text-align: right": "right",
    "text-align: left": "left",
    "padding-left: 0": "flush-left",
    "padding-right: 0": "flush-right",
    "padding-left:1em": "apart",
    "border-right: 0.05em solid currentcolor": "rule-right",
    "border-top: 0.05em solid currentcolor": "rule-above",
    "margin-left:-0.16666667em": "back",
}
"""Inline styles of the converter, which the policy of the pages forbids -> classes of styles/prose.css."""
_COLOUR: Final = re.compile(r"color:(#[0-9A-F]{6})")
FORMULA_CLASSES: Final = frozenset({*_CLASSES.values(), "menclose-updiagonalstrike", "menclose-downdiagonalstrike"})

BAR: Final = "\ufdd0"
ESCAPED_BAR: Final = "\ufdd1"
"""Noncharacters in place of the bars of a formula in a table, where `|` ends a cell and `\\|` is read as `|`."""
_FENCE: Final = re.compile(r"[ \t>]*(`{3,}|~{3,})")


class Formula(NamedTuple):
    """A formula in a text. `end` is the index behind its closing mark."""

    end: int
    tex: str
    displayed: bool


def formulas(parser: "MarkdownIt") -> None:
    """Teach `parser` formulas."""
    parser.block.ruler.before("fence", "formula_block", _block, {"alt": [*INTERRUPTED]})
    parser.inline.ruler.before("escape", "formula", _inline)
    parser.add_render_rule("formula", _rendered)
    parser.add_render_rule("formula_block", _rendered_block)


def formula_at(text: str, start: int) -> Formula | None:
    """Return the formula that begins at `start`, if one does."""
    opener = text[start : start + 2]
    if opener not in _CLOSER:
        opener = text[start : start + 1]
        if opener != "$":
            return None
    end = _closing(text, _CLOSER[opener], start + len(opener))
    tex = text[start + len(opener) : end]
    if end < 0 or not tex.strip() or "`" in tex or "\n\n" in tex:
        return None
    if opener == "$" and not _is_formula(tex, text[start - 1 : start] if start else "", text[end + 1 : end + 6]):
        return None
    if opener == "\\[" and not _TEX.search(tex):
        return None  # escaped brackets
    return Formula(end + len(opener), tex.strip(), opener in _DISPLAYED)


def formulas_in(text: str) -> Iterator[tuple[int, Formula]]:
    """Yield the formulas of a paragraph, each with its start. Code has none."""
    position = 0
    while stop := _STOP.search(text, position):
        position = stop.end()
        if stop[0][0] == "`":
            closing = re.compile(rf"(?<!`){stop[0]}(?!`)").search(text, position, position + MAX_FORMULA_LENGTH)
            position = closing.end() if closing else position
        elif formula := formula_at(text, stop.start()):
            yield stop.start(), formula
            position = formula.end


def with_hidden_bars(text: str) -> str:
    """Hide the bars of formulas in lines that may be rows of a table. `shown_bars` brings them back."""
    text = text.replace(BAR, "").replace(ESCAPED_BAR, "")
    if "|" not in text or not ("$" in text or "\\(" in text):
        return text
    lines, fence = text.split("\n"), ""
    for number, line in enumerate(lines):
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence and "|" in line and ("$" in line or "\\(" in line):
            lines[number] = _row_with_hidden_bars(line)
    return "\n".join(lines)


def _row_with_hidden_bars(line: str) -> str:
    row, copied = "", 0
    for start, formula in formulas_in(line):
        tex = line[start : formula.end]
        if "\\" in tex or not formula.tex[0].isdigit():  # `$5|$6` are two prices
            row += line[copied:start] + tex.replace("\\|", ESCAPED_BAR).replace("|", BAR)
            copied = formula.end
    return row + line[copied:]


def shown_bars(text: str) -> str:
    return text.replace(ESCAPED_BAR, "\\|").replace(BAR, "|")


def _closing(text: str, mark: str, start: int) -> int:
    """Return the index of the first closing mark that is not escaped, or -1."""
    limit = start + MAX_FORMULA_LENGTH + len(mark)
    end = text.find(mark, start, limit)
    while end >= 0 and (end - len(text[start:end].rstrip("\\")) - start) % 2:
        end = text.find(mark, end + 1, limit)
    return end


def _is_formula(tex: str, before: str, after: str) -> bool:
    """Return whether text between two dollar signs is a formula, and not what stands between two prices."""
    is_tex = "\\" in tex or "^" in tex
    if (tex[0].isspace() or tex[-1].isspace()) and not is_tex:
        return False
    if "\\" in tex:
        return True
    if _is_word(before) or before == "$" or (after[:1] in {"{", "("} and tex[0] in "{("):
        return False
    if _is_word(after[:1]) and not _ORDINAL.match(after):
        return False
    return len(_WORD.findall(tex)) < (1 if tex[0].isdigit() and " " in tex else 3)


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _inline(state: Any, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    formula = formula_at(state.src, state.pos)
    if formula is None or formula.end > state.posMax:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = formula.tex
        token.markup = state.src[state.pos : state.pos + 2] if formula.displayed else "$"
        token.meta["displayed"] = formula.displayed
    state.pos = formula.end
    return True


def _block(state: Any, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    source, start = state.src, state.bMarks[start_line] + state.tShift[start_line]
    environment = _ENVIRONMENT.match(source, start, state.eMarks[start_line])
    opener = source[start : start + 2]
    if not environment and opener not in _DISPLAYED:
        return False
    mark = f"\\end{{{environment[1]}}}" if environment else _CLOSER[opener]
    end = _closing(source, mark, start + len(opener))
    last_line = next((line for line in range(start_line, end_line) if end <= state.eMarks[line]), -1)
    if end < 0 or last_line < 0 or not _is_one_block(state, start_line, last_line, end + len(mark)):
        return False
    if silent:
        return True
    content = state.getLines(start_line, last_line + 1, state.blkIndent, False).strip()
    tail = source[end + len(mark) : state.eMarks[last_line]].strip()
    content = content.removesuffix(tail).rstrip()
    token = state.push("formula_block", "math", 0)
    token.content = content if environment else content[len(opener) : -len(mark)].strip()
    token.meta["tail"] = tail
    token.map = [start_line, last_line + 1]
    state.line = last_line + 1
    return bool(token.content)


def _is_one_block(state: Any, start_line: int, last_line: int, end: int) -> bool:
    """Return whether the lines belong to the same list item or quote, and nothing but a full stop follows."""
    return _PUNCTUATION.fullmatch(state.src, end, state.eMarks[last_line]) is not None and all(
        state.isEmpty(line) or state.sCount[line] >= state.blkIndent for line in range(start_line, last_line + 1)
    )


def _rendered(_renderer: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    html = formula_html(token.content, displayed=token.meta["displayed"])
    if html is None and not _TEX.search(token.content):
        return escape(f"${token.content}$", quote=False)
    html = html or _source(token.content)
    return f'<span class="formula" dir="ltr">{html}</span>' if token.meta["displayed"] else html


def _rendered_block(_renderer: Any, tokens: Any, index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    html = formula_html(token.content, displayed=True) or _source(token.content)
    return f'<div class="formula" dir="ltr">{html}{escape(token.meta["tail"])}</div>\n'


def _source(tex: str) -> str:
    return f'<span class="source"><span class="label">TeX</span> <code dir="ltr">{escape(tex)}</code></span>'


def formula_html(tex: str, *, displayed: bool) -> str | None:
    """Return a formula as MathML without inline styles, or None if it cannot be converted."""
    if len(tex) > MAX_FORMULA_LENGTH or _depth(tex) > MAX_FORMULA_DEPTH or _DEFINITION.search(tex):
        return None
    if unmatched_brackets(tex) > MAX_UNMATCHED_BRACKETS:
        return None
    from math_core import LatexError

    tex = _BEGIN_OR_END.sub(lambda mark: f"\\{mark[1]}{{{_RENAMED[mark[2]]}}}", tex)
    try:
        html = _converter().convert_with_local_state(tex, displaystyle=displayed)
    except LatexError:
        return None
    except BaseException as error:  # a panic of the converter is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return None
    return _STYLE.sub(_without_style, html.replace("<math", '<math dir="ltr"', 1))


@cache
def _converter() -> "LatexToMathML":
    """Return the converter. It keeps no state between formulas, so threads can share it."""
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False, allow_unreliable_rendering=True, macros=_MACROS)


def _depth(tex: str) -> int:
    depth = deepest = 0
    for char in tex:
        depth += (char == "{") - (char == "}")
        deepest = max(depth, deepest)
    return deepest


def _without_style(style: re.Match[str]) -> str:
    names = [_CLASSES[rule.strip()] for rule in style[1].split(";") if rule.strip() in _CLASSES]
    colour = _COLOUR.search(style[1])
    written = f' class="{" ".join(names)}"' if names else ""
    return f'{written} mathcolor="{colour[1]}"' if colour else written
