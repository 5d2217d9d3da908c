import pytest

from domain.checks import Expected
from domain.content_types import objections_to
from domain.contents import Tutorial
from domain.text.language import same_language

FILLING = (
    "This lesson explains what the matter is about and shows one small example that runs at once. After that you change"
    " a single thing, predict what will happen, and compare what you saw with what you had expected. Write down both."
    " A friend should be able to follow your notes without asking. When something stays unclear, look it up in the"
    " manual, add a line about it, and go on to the next exercise; nobody learns everything in one evening."
)
WHOLE = f"# Title\n\n## One\n\n{FILLING}\n\n```python\n# no heading\n```\n\n## Two\n\nMore text.\n"
CHINESE = (
    "## 一\n\n"
    + "这一课讲清楚问题是什么，并给出一个可以马上运行的小例子。" * 2
    + "\n\n## 二、练习\n\n"
    + (
        "然后改动其中一处，先预测结果，再和实际看到的进行比较，把两者都写下来。"
        "朋友不用提问也应当能看懂你的笔记。遇到不清楚的地方，就查阅手册，补上一行说明，再继续做下一道练习。"
        "没有人能在一个晚上学会所有的东西。"
    )
)


def tutorial(content: str = WHOLE, *, title: str = "T", language: str = "en", summary: str = "") -> Tutorial:
    return Tutorial(title=title, summary=summary, content=content, estimated_completion_time=30, language=language)


def complaints(content: str, expected: Expected | None = None) -> str:
    return " ".join(objections_to(tutorial(content), expected or Expected()))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (WHOLE + "```\nnever closed", "never closed"),
        (WHOLE + "````\n```\n", "never closed"),
        (WHOLE + "~~~\n```\n", "never closed"),
        ("Just text.", "headings"),
        ("```\n# a\n# b\n# c\n```", "headings"),
        ("", "headings"),
    ],
)
def test_a_truncated_or_shapeless_tutorial_does_not_count(content: str, complaint: str) -> None:
    assert complaint in complaints(content)


@pytest.mark.parametrize(
    "addition",
    ["", "````md\n```\n````\n", "``` not`a fence\n", "1. Run:\n\n   ```python\n   print(1)\n   ```\n", "\u2028", "<b>"],
)
def test_a_whole_tutorial_counts(addition: str) -> None:
    assert objections_to(tutorial(WHOLE + addition)) == []


def test_a_tutorial_in_another_script_than_it_declares_does_not_count() -> None:
    assert "not written in the language" in " ".join(objections_to(tutorial(language="zh")))


def test_a_tutorial_in_another_language_than_was_asked_for_does_not_count() -> None:
    wanted = Expected(language="zh-TW", hours=0.5)
    assert "was asked for" in complaints(WHOLE, wanted)
    assert objections_to(tutorial(CHINESE, language="zh"), wanted) == []
    assert objections_to(tutorial(CHINESE, language="Chinese (Simplified)"), wanted) == []
    assert "not written in" in " ".join(objections_to(tutorial(language="中文"), wanted))


def test_an_author_of_few_languages_may_declare_another() -> None:
    assert objections_to(tutorial(), Expected(language=None)) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("en-GB", "en", True),
        ("pt_BR", "pt-PT", True),
        ("English", "en", True),
        ("日本語", "ja", True),
        ("no", "nl", False),
    ],
)
def test_codes_and_names_of_a_language_are_one(one: str, other: str, same: bool) -> None:
    assert same_language(one, other) is same


def test_a_blank_title_does_not_count() -> None:
    assert objections_to(tutorial(title="  ")) == ["The title is blank."]


@pytest.mark.parametrize(
    ("content", "hours"), [("## a\n\n## b\n\nA few words.", 1.0), ("## 一\n\n## 二\n\n几个字。", 8.0)]
)
def test_a_stub_does_not_count(content: str, hours: float) -> None:
    assert "the least" in complaints(content, Expected(hours=hours))


def test_a_book_for_an_hour_of_study_does_not_count() -> None:
    text = WHOLE + " ".join(f"word{n * n} of{n}" for n in range(5000))
    assert "the most" in complaints(text, Expected(hours=1))
    assert objections_to(tutorial(text), Expected(hours=20)) == []


@pytest.mark.parametrize(
    "phrase",
    [
        "TODO: write this part",
        "TBD",
        "See [insert link to documentation] for more.",
        "[Your code here]",
        "{placeholder}",
        "More content goes here.",
        "【此处插入示例】",
        "（此处省略）",
    ],
)
def test_placeholder_text_does_not_count(phrase: str) -> None:
    assert "placeholder text" in complaints(f"{WHOLE}\n{phrase}\n")
    assert "placeholder text" in " ".join(objections_to(tutorial(summary=phrase)))
    assert objections_to(tutorial(f"{WHOLE}\n{phrase}\n"), Expected(given=f"learn: {phrase}")) == []


@pytest.mark.parametrize(
    "phrase",
    [
        "We build a todo app, the TODO list of every beginner.",
        "Todo el mundo lo sabe.",
        "[Insert](https://e.org) is a verb.",
        "Write `git clone [insert url]`.",
        "```sh\n# TODO: your turn\n```",
        "An INSERT adds rows; the array a[insert] is odd.",
        "Think of it as an AI problem.",
        "Choose [Insert Chart] or 【插入】 in the ribbon.",
        "Designers fill a page with lorem ipsum until its text is written.",
        "Begin the letter with [Your name].",
    ],
)
def test_words_that_only_look_like_placeholders_count(phrase: str) -> None:
    assert objections_to(tutorial(f"{WHOLE}\n{phrase}\n")) == []


@pytest.mark.parametrize(
    "block",
    [
        "```python\ndef f(:\n```",
        "```python\nprint 'old'\n```",
        "   ```py\n   if True:\n   ```",
        "```json\n{'a': 1}\n```",
        "```json\n```",
        "```json\n" + "[" * 20_000 + "\n```",
        "```python\n" + "(" * 5_000 + "\n```",
    ],
)
def test_code_that_does_not_parse_does_not_count(block: str) -> None:
    assert "does not parse" in complaints(f"{WHOLE}\n{block}\n")


@pytest.mark.parametrize(
    "block",
    [
        "```python\nawait thing()\nre.compile('\\d')\n```",
        "- a list\n\n  ```python\n  def f():\n      return 1\n  ```",
        "```python\n>>> 1 + 1\n2\n```",
        '```json\n{"a": 1}\n{"b": [2]}\n```',
        "```jsonc\n// with comments\n{}\n```",
        "```\nnot { code\n```",
        "```pycon\nanything (\n```",
        '```JSON\n{"a": ..., "b": [1, 2, ...]}\n```',
        "```python\n%timeit sum(x)\n!pip install numpy\nsum?\n```",
        "```python\ntype Pair[T] = tuple[T, T]\ndef first[T](pair: Pair[T]) -> T: ...\n```",
        '```python\nprint(f"{names["a"]}")\n```',
        "```python\nif x = 1:  # SyntaxError\n    pass\n```",
        "```python\n1 +\n```\n\n```text\nSyntaxError: invalid syntax\n```",
        "```python fails\n1 +\n```",
    ],
)
def test_code_that_parses_or_claims_nothing_counts(block: str) -> None:
    assert objections_to(tutorial(f"{WHOLE}\n{block}\n")) == []


@pytest.mark.parametrize(
    "loop",
    [
        "And then we do it again. " * 120,
        "很好。" * 700,
        "\n".join(["* The next step is to repeat the step before this one."] * 80),
    ],
)
def test_a_model_that_got_stuck_does_not_count(loop: str) -> None:
    assert "repeats itself" in complaints(f"{WHOLE}\n{loop}\n", Expected(hours=8))
    assert "repeats itself" in complaints(f"{WHOLE}{WHOLE[9:]}\n{loop}\n", Expected(hours=8))


def test_a_table_and_a_refrain_are_no_loop() -> None:
    table = "\n".join(
        ["| word | article | plural |", "| --- | --- | --- |", *(f"| w{n} | der | -e |" for n in range(60))]
    )
    refrain = "Say it aloud, then cover the line.\n\n" * 5
    assert objections_to(tutorial(f"{WHOLE}\n{table}\n\n{refrain}")) == []
