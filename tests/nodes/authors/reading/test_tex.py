r"""Formulas survive: a backslash that begins a command of TeX is meant, and a real line break or tab stays."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.authors.reading.tex import mend_escapes, restore_tex
from tests.support.nonsense import ANYTHING, fuzzed


def decoded(raw: str) -> str:
    text: str = json.loads(mend_escapes(f'"{raw}"'), strict=False)
    return text


MEANT: Final = [
    # what stands between the quotes of the JSON -> what was meant
    (r"$\frac{1}{2} \times \theta + \beta$", r"$\frac{1}{2} \times \theta + \beta$"),
    (r"$\rho \nabla \nu$", r"$\rho \nabla \nu$"),
    (r"\( \alpha + \sum_{i=1}^n \)", r"\( \alpha + \sum_{i=1}^n \)"),
    (r"\[ \int_0^1 x \]", r"\[ \int_0^1 x \]"),
    (r"\\(\nu\\)", r"\(\nu\)"),
    (r"$x \to 0$, $\tan x$, $\tau$", r"$x \to 0$, $\tan x$, $\tau$"),
    (r"a\times b", r"a\times b"),
    (r"a \neq b", r"a \neq b"),
    (r"$a \neq b$ and $\ne$, $\neg p$, $x \ni y$", r"$a \neq b$ and $\ne$, $\neg p$, $x \ni y$"),
    (r"$$\nu = 3$$", r"$$\nu = 3$$"),
    (r"$\frac{1}{2}\nu$", r"$\frac{1}{2}\nu$"),
    (r"$\text{if } x$", r"$\text{if } x$"),
    (r"$$\begin{pmatrix} a \\ b \end{pmatrix}$$", r"$$\begin{pmatrix} a \\ b \end{pmatrix}$$"),
    (r"$\upsilon$ and $\underline{x}$", r"$\upsilon$ and $\underline{x}$"),
    (r"\right) \rangle \rightarrow", r"\right) \rangle \rightarrow"),
    (r"$\{1, 2\}$ costs \$5, 100\%", r"$\{1, 2\}$ costs \$5, 100\%"),
    ("```latex\\n\\nabla \\theta \\nu\\n```", "```latex\n\\nabla \\theta \\nu\n```"),
    (r"the regex \bword\b, \d+ and \s*", r"the regex \bword\b, \d+ and \s*"),
    (r"C:\temp\new and D:\bin", r"C:\temp\new and D:\bin"),
    (r"it\'s", "it's"),
    (r"caf\u00e9 \u12", r"café \u12"),
]


@pytest.mark.parametrize(("raw", "meant"), MEANT)
def test_a_formula_with_single_backslashes_is_stored_as_control_characters(raw: str, meant: str) -> None:
    assert decoded(raw) == meant


STAYS: Final = [
    r"One.\n\nNext line\nand ever on\nu is a vector\ni = 1\neq = 2\not so",
    r"$x$\n\n$y$\ne.g. $z$ costs $5\nus, or $10",
    r"costs $5 and \nu is $10",
    r"$$\nu = 3\n$$ and $$\nx = 1,\nu = 2\n$$",
    r"\\begin{aligned}\na &= b \\\\\nu &= c\\end{aligned}",
    r"$$\\begin{pmatrix} a \\\\ b \\end{pmatrix}$$",
    r"```go\nfunc f() {\n\tto := 1\n\ttext := \"a\"\n\ttan, \top = 1, 2\n\tif x {\n\t}\n}\n```",
    r"```python\nprint(\"a\\tb\\n\")\nnu = 3\n```",
    r"name\tage\tto\nAnn\t31\tan",
    r"$\\frac{1}{2} \\times \\theta$ and \\(\\alpha\\) and \\nabla",
    r"the regex `\\bword\\b` and C:\\temp\\new",
    r"Option A:\nThe first\nOption B:\nnot this",
    r"line\r\nnext",
    r"caf\u00e9 \ud83d\ude00 a\/b \"quoted\"",
    r"\\\\ two of them \\\\n and \\\\frac",
]


@pytest.mark.parametrize("raw", STAYS)
def test_a_line_break_or_tab_that_was_meant_becomes_a_backslash(raw: str) -> None:
    assert decoded(raw) == json.loads(f'"{raw}"')
    assert restore_tex(decoded(raw)) == decoded(raw)


COMMANDS: Final = [
    "frac{1}{2}", "times", "theta", "beta", "bar{x}", "begin{cases}", "boldsymbol{x}", "nabla", "notin", "rho",
    "right)", "rangle", "rightarrow", "forall", "textbf{x}", "tfrac12", "therefore", "alpha", "sum", "int", "sqrt{2}",
    "lambda", "mu", "pi", "sigma", "omega", "Delta", "leq", "geq", "cdot", "infty", "in", "partial",
]  # fmt: skip
IN_FORMULAS: Final = ["nu", "neq", "ne", "ni", "not=", "neg", "tan(x)", "to", "tau", "text{if}", "top"]
PROSE: Final = st.lists(
    st.sampled_from(["Next", "note", "u", "value", "The idea", "- item", "# A heading", "rate", "ever", "text here"]),
    min_size=1,
    max_size=6,
)


@fuzzed
@given(st.lists(st.sampled_from(COMMANDS + IN_FORMULAS), min_size=1, max_size=6), PROSE)
def test_commands_in_formulas_survive_with_one_backslash_and_with_two(commands: list[str], prose: list[str]) -> None:
    formula = "$x = " + " + ".join(f"\\{command}" for command in commands) + "$"
    meant = f"{formula}\n" + "\n".join(prose)
    line_breaks = meant.replace("\n", "\\n")
    assert decoded(line_breaks) == meant  # the model escaped the line breaks only
    assert decoded(json.dumps(meant)[1:-1]) == meant  # and here everything


@fuzzed
@given(PROSE, st.sampled_from(["\n", "\n\n", "\n- ", "\t", "\r\n"]))
def test_prose_that_is_escaped_as_it_should_be_stays(prose: list[str], between: str) -> None:
    text = between.join(prose)
    assert decoded(json.dumps(text)[1:-1]) == text == restore_tex(text)


@fuzzed
@given(ANYTHING)
def test_restoring_raises_nothing_and_changes_nothing_twice(text: str) -> None:
    once = restore_tex(text)
    assert restore_tex(once) == once
    assert "\x08" not in once
    assert "\x0c" not in once


def test_an_answer_from_another_author_holds_formulas_that_were_decoded_already() -> None:
    assert restore_tex("$\x0crac{1}{2} \times \theta$, $\nabla$\nNext\tcell") == (
        "$\\frac{1}{2} \\times \\theta$, $\\nabla$\nNext\tcell"
    )
