"""What the way of an answer has done to its texts is undone; a text about the same marks stays."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.authors.reading.texts import clean_text, shortened
from tests.support.nonsense import ANYTHING, fuzzed

BODY: Final = "## Why\n\nText of it.\n\n```python\nprint('x\\n')\n```\n\n- one\n- two\n"

CLEANED: Final = [
    (f"<think>\nThe user wants a tutorial. SECRET.\n</think>\n{BODY}", BODY),
    (f"<think>a</think><think>b</think>\n\n{BODY}", BODY),
    (f"<THINKING>a</THINKING>\n{BODY}", BODY),
    (f"<reasoning>a</reasoning>\n{BODY}", BODY),
    (f"A plan, then.\n</think>\n\n{BODY}", BODY),
    (BODY.replace("- one", "<think>\nhm\n</think>\n- one"), BODY),
    (f"```markdown\n{BODY}```", BODY),
    (f"```md\n{BODY}\n```\n", f"{BODY}"),
    (f"````markdown\n{BODY}````", BODY),
    (f"```\n{BODY}```", BODY),
    (f"~~~markdown\n{BODY}~~~", BODY),
    ("```markdown\n# A\n\n```\ncode\n```\nend\n```", "# A\n\n```\ncode\n```\nend\n"),
    ('## Why\\n\\nText \\"of\\" it.\\n- one\\n- two', '## Why\n\nText "of" it.\n- one\n- two'),
    ("Rows:\\n\\n$\\nabla f$ and $\\frac{1}{2}$\\n- Next", "Rows:\n\n$\\nabla f$ and $\\frac{1}{2}$\n- Next"),
]


@pytest.mark.parametrize(("text", "meant"), CLEANED)
def test_a_lesson_shows_how_it_was_sent(text: str, meant: str) -> None:
    cleaned = clean_text(text)
    assert cleaned.rstrip("\n") == meant.rstrip("\n")
    assert clean_text(cleaned) == cleaned


STAYS: Final = [
    BODY,
    "A model writes its plan between `<think>` and `</think>` before it answers.",
    "Reasoning:\n\n```text\n<think>\nplan\n</think>\nanswer\n```\n\nThat was it.",
    "The tag <think> opens, and </think> closes it.",
    "<details>\n<summary>Solution</summary>\nx\n</details>",
    "```python\nprint('x')\n```",
    "```\nplain output\n```",
    "```markdown\nA\n```\n\nand\n\n```python\nx\n```",
    "```mermaid\ngraph TD\n```",
    r"In Python, `\n` is a line break and `\n\n` are two.",
    r"Windows ends lines by '\r\n', Unix by '\n'; see also \newcommand and \nabla.",
    r"C:\new\notes and \\server\nfs",
    "",
    "\n",
    "\\",
    "a\\n",
]


@pytest.mark.parametrize("text", STAYS)
def test_a_text_about_marks_of_the_way_is_damaged(text: str) -> None:
    assert clean_text(text) == text


PIECES: Final = [
    "<think>",
    "</think>",
    "```",
    "```markdown\n",
    "\n",
    "\\n",
    "\\",
    "# A\n",
    "text ",
    "~~~",
    "$\\nu$",
    "`",
]


@fuzzed
@given(ANYTHING | st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_cleaning_raises_nothing(text: str) -> None:
    clean_text(text)


def test_a_name_is_cut_after_a_word() -> None:
    assert shortened("short", 10) == "short"
    assert shortened("Chords and more of them", 18) == "Chords and more…"
    assert shortened("x" * 30, 10) == "x" * 9 + "…"
