r"""Formulas are typeset, and what only looks like one is left alone."""

import json
import subprocess
import sys
import threading
from html import unescape

import pytest

from rendering.pages.formulas import MAX_FORMULA_DEPTH, MAX_FORMULA_LENGTH, formula_html
from rendering.pages.markdown import rendered, rendered_short
from tests.support.html import elements, text
from tests.support.limits import HANG_SECONDS
from tests.support.marked import LESSON

PROSE = [
    "costs $5 and $10",
    "between $5-$10, US$5, 3$ or $1,000–$2,000 a month",
    "$5 (or 4$)",
    "`$HOME` and $HOME and $PATH",
    "$HOME/bin:$PATH",
    "${name} and ${other}, ${a}-${b}",
    "$AAPL, $MSFT, $A/$B",
    "$(pwd)/$(whoami)",
    "a_1 * b_2 * c_3",
    r"\$x\$",
    "$ 5 and 10 $",
    "the brackets \\[1\\] are escaped",
    "| a | b |\n|---|---|\n| $5 | $6 |\n| $5|$6 |",
]
FORMULAS = {
    "$x$": 1,
    "the $n$th, $2$D and $k$s": 3,
    "设$x$是$y$。": 2,
    "$$x$$": 1,
    "words $$x + 1$$ words": 1,
    "words\n$$\na\n+ b\n- c\n$$\nwords": 1,
    r"\(x\) and \[x^2\]": 2,
    "- item\n  \\[\n  a = b\n  \\]\n- $$c$$": 2,
    "> quote\n>\n> $$\n> a\n> $$": 1,
    "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}": 1,
    "```math\nx^2\n```": 1,
    "*$a*b$* and **$c_d$**": 2,
    r"$\$5 + \$6$": 1,
    "$x$-axis, ($y$), $z$.": 3,
    "**Note:** $a|b$ | $c$": 2,
    "| a | b |\n|---|---|\n| $P(A|B)$ | $\\|x\\|$ |\n| \\(|x|\\) | `a\\|b` |": 3,
    r"$\tilde{x}$ $\widetilde{xy}$ $\argmax_x f$ $\mbox{a b}$ $\begin{split}a&=b\end{split}$": 5,
    "$ \\alpha $": 1,
}
NOT_CONVERTED = [
    r"\notacommand{x}",
    r"\frac{a}",
    r"\left( x",
    "x_1_2",
    r"\begin{tikzpicture}\end{tikzpicture}",
    r"a & b",
]


def html(markdown: str) -> str:
    return rendered(markdown, prefix="t-").html


def count(shown: str) -> int:
    return sum(element.tag == "math" for element in elements(shown))


def test_money_shells_and_names_are_no_formulas(subtests: pytest.Subtests) -> None:
    for markdown in PROSE:
        with subtests.test(markdown=markdown):
            for shown in (html(markdown), rendered_short(markdown).html):
                assert count(shown) == 0
                assert "$" not in markdown or "$" in text(shown)
    assert text(html(PROSE[0])).strip() == PROSE[0]
    assert text(html("a_1 * b_2 * c_3")).strip() == "a_1 * b_2 * c_3"


def test_formulas_are_typeset_wherever_they_stand(subtests: pytest.Subtests) -> None:
    for markdown, number in FORMULAS.items():
        with subtests.test(markdown=markdown):
            shown = html(markdown)
            assert count(shown) == number
            assert "merror" not in shown
            assert "$" not in text(shown).replace("$5", "").replace("$6", "")


def test_a_norm_keeps_its_two_bars_and_a_matrix_its_rows() -> None:
    assert html(r"$\|x\|$").count("‖") == 2
    assert html("| a |\n|---|\n| $\\|x\\|$ |").count("‖") == 2
    assert html("| a |\n|---|\n| $|x|$ |").count("|</mo>") == 2
    assert html(r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$").count("<mtr>") == 2
    assert html("$$\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}\n$$").count("<mtr>") == 2


def test_what_cannot_be_converted_is_shown_as_labelled_source(subtests: pytest.Subtests) -> None:
    for tex in NOT_CONVERTED:
        with subtests.test(tex=tex):
            shown = html(f"$$ {tex} $$")
            assert count(shown) == 0
            assert "merror" not in shown
            assert text(shown).strip() == f"TeX {tex}"
            assert f'<code dir="ltr">{tex.replace("&", "&amp;")}</code>' in shown
    assert text(html("$a&b$")).strip() == "$a&b$"


def test_formulas_read_from_left_to_right_and_have_no_inline_style() -> None:
    shown = html(
        LESSON + r"$\color{red}x + \cancel{y} + \boxed{z} \!$ $$\begin{array}{c|c} a & b \\ \hline c & d \end{array}$$"
    )
    formulas = [element for element in elements(shown) if element.tag == "math"]
    assert {element.attributes["dir"] for element in formulas} == {"ltr"}
    assert not [element for element in elements(shown) if "style" in element.attributes]
    assert 'mathcolor="#FF0000"' in shown
    assert 'class="rule-right"' in shown
    assert 'notation="updiagonalstrike"' in shown


def test_the_sanitiser_takes_nothing_from_a_formula() -> None:
    for tex in (
        r"\sum_{i=1}^n \frac{x_i}{2}",
        r"\begin{aligned}a&=b\\c&<d\end{aligned}",
        r"\sqrt[3]{x} \int_0^1 \binom{n}{k}",
    ):
        typeset = formula_html(tex, displayed=True)
        assert typeset is not None
        assert unescape(typeset.replace("/>", "></mspace>")) in unescape(html(f"$${tex}$$"))


def test_mathml_of_an_author_is_text(subtests: pytest.Subtests) -> None:
    for hostile in (
        "<math><mi>x</mi></math>",
        '<math href="javascript:alert(1)">click</math>',
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
        '<math><maction actiontype="statusline#https://e.example">x</maction></math>',
        "<math>\n<annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml>\n</math>",
    ):
        with subtests.test(hostile=hostile):
            for shown in (html(hostile), rendered_short(hostile).html):
                assert not {"math", "mi", "mtext", "maction", "script", "img"} & {e.tag for e in elements(shown)}
    for tex in (r"\href{javascript:alert(1)}{x}", r"\text{</math><script>alert(1)</script>}", r"\class{x}{y}"):
        assert not {"a", "script"} & {element.tag for element in elements(html(f"${tex}$"))}


def test_formulas_in_headings_are_typeset_in_the_table_of_contents() -> None:
    heading, other = rendered(r"# The cost in $O(n^2)$ of `x`" "\n\n# Other <b>", prefix="t-").headings
    assert heading.html.startswith("The cost in <math")
    assert heading.html.endswith("of x")
    assert heading.identifier == "t-the-cost-in-o-n-2-of-x"
    assert other.html == ""


OPENINGS = [
    "{",
    "x^{",
    "\\sqrt{",
    "\\sqrt ",
    "\\bf ",
    "\\frac1",
    "\\left(",
    "\\begin{matrix}",
    "\\hat ",
    "a&",
    "'",
    "\\not",
]
BRACKETS = [
    "(",
    "[",
    "\\{",
    "\\langle ",
    "\\lVert ",
    "\\lceil ",
    "\\bigl(",
    "\\llbracket ",
    "⟨",
    "\\ulcorner ",
    "{(",
    "\\left[((",
]
PROGRAM = """
import json, sys, threading
sys.path.insert(0, ".")
from rendering.pages.formulas import formula_html
def work():
    for tex in json.load(sys.stdin):
        formula_html(tex, displayed=True)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def test_a_nested_formula_neither_ends_the_process_nor_holds_it_up() -> None:
    """`x^{` three thousand times was a segmentation fault, `(` thirty times took a minute."""
    many = [(piece * (MAX_FORMULA_LENGTH // len(piece)))[:MAX_FORMULA_LENGTH] for piece in (*OPENINGS, *BRACKETS)]
    some = [piece * number for piece in (*OPENINGS, *BRACKETS) for number in (20, 40, 400)]
    closed = [
        "{" + "(" * 60 + "}" + ")" * 60,
        "\\left[" + "(" * 60 + "\\right]" + ")" * 60,
        r"\sqrt[" + "(" * 60 + "]{x}" + ")" * 60,
    ]
    defined = [r"\def\x{((((((((}" + r"\x" * 20]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([*many, *some, *closed, *defined]),
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    assert done.returncode == 0


def test_formulas_of_usual_depth_are_typeset() -> None:
    nested = "{" * MAX_FORMULA_DEPTH + "x" + "}" * MAX_FORMULA_DEPTH
    assert formula_html(nested, displayed=True) is not None
    assert formula_html("{" + nested + "}", displayed=True) is None
    many = "+".join(r"f(a_{(i)}) \in [0, 1) \cup \left(\rho\right] \le \lVert x \rVert" for _ in range(8))
    assert formula_html(many, displayed=True) is not None


def test_threads_share_the_converter() -> None:
    results: list[str | None] = []
    threads = [
        threading.Thread(
            target=lambda: results.extend(formula_html(r"\frac{a}{b}", displayed=False) for _ in range(200))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 800
    assert len(set(results)) == 1
