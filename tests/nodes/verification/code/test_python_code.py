"""Python of lessons: what is certainly wrong is a doubt, and what this machine cannot know is none."""

import asyncio

import pytest

from nodes.verification.code.examination import report_code
from nodes.verification.code.runner import CodeRunner
from tests.nodes.verification.code.lessons import lesson

TABLE = "python run\nfor i in range(3):\n    print(i, i ** 2)"


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        (["python run\nx = 1\nprint(y)"], "line 2: NameError: name 'y' is not defined."),
        (["python\ntotal = 1\nprint(totl)"], "NameError: name 'totl'"),
        (["python\nprint(missing)", "Output:", "text\n1"], "NameError: name 'missing'"),
        (["python\nrows = [1]\nrows += more\nprint(rows)", "text\n[1]"], "NameError: name 'more'"),
        (["python\nimport math\nprint(math.squareroot(4))"], "no attribute 'squareroot'"),
        (["python\nprint('a'.to_upper())"], "no attribute 'to_upper'"),
        (["python\nprint(sorted([2, 1], order=1))"], "TypeError"),
        (["python run\nimport numpy as np\nnp.zeros(2) + np.zeros(3)"], "ValueError"),
        ([TABLE, "text output\n0 0\n1 1\n2 5"], "prints “2 4”, while the lesson shows “2 5”."),
        ([TABLE, "output\n0 0\n1 1"], "prints “2 4”, while the lesson shows nothing more."),
        (["python\nprint(3 * 4)", "text\n13"], "prints “12”, while the lesson shows “13”."),
        (["python\nprint(3 * 4)", "Das ist die Ausgabe:", "```\n13\n```"], "shows “13”"),
        (["python run\n3 * 4", "text output\n13"], "prints “12”"),
        (["python\n>>> 1 + 1\n3"], "prints “2”, while the lesson shows “3”."),
        (["python fails\n1 / 1"], "is marked `fails`, but it runs without an error."),
        (["python\nint('1')", "text\nTraceback (most recent call last):\nValueError: x"], "runs without an error"),
        (["python\nint('x')", "text\nTraceback (most recent call last):\nTypeError: x"], "shows another error"),
        (["python\nx = 1", "python run\nprint(x +)"], "does not parse"),
    ],
)
async def test_code_that_does_not_do_what_the_lesson_says_is_a_doubt(
    sandboxed: CodeRunner, blocks: list[str], message: str
) -> None:
    findings = (await report_code(lesson(*blocks), sandboxed)).findings
    assert [message in finding.message for finding in findings] == [True], findings
    assert findings[0].kind == "doubt"
    assert findings[0].message.startswith("Code block ")


@pytest.mark.parametrize(
    "blocks",
    [
        [TABLE, "text output\n0 0\n1 1\n2 4"],
        ["python\nimport numpy as np\nprint(np.sqrt(2), np.float64(0.5))", "text\n1.414 0.5"],
        ["python\nx = [1, 2]\nx", "text\n[1, 2]"],
        ["python\nx = 1", "python\nprint(x)", "text\n1"],
        ["python\nprint(1)", "python\nprint(2)", "text\n1\n2"],
        ["python\nmodel.fit(X, y)"],
        ["python fragment\ndf.head()", "python\nprint(df)"],
        ["python\nimport a_module_that_nobody_has as m\nframe = m.Frame()", "python run\nprint(frame)", "text\n1"],
        ["python\nopen('data.csv').read()"],
        ["python\nimport urllib.request\nurllib.request.urlopen('http://example.com')"],
        ["python\nname = input('Name? ')\nprint(name)", "text\nBob"],
        ["python\nimport threading\nthreading.Thread(target=print).start()"],
        ["python\nimport random\nprint(random.random())", "text\n0.4321"],
        ["python\nimport datetime\nprint(datetime.date.today())", "text\n2020-01-01"],
        ["python\nprint({'one', 'two', 'three', 'four'})", "text\n{'four', 'two', 'one', 'three'}"],
        ["python\nprint(object())", "text\n<object object at 0x7f3c5a1b2d30>"],
        ["python fails\n1 / 0"],
        ["python\n'1' + 1  # TypeError"],
        ["The next line raises a TypeError:", "python\n'1' + 1"],
        ["python\nint('x')", "text\nTraceback (most recent call last):\n  ...\nValueError: invalid literal"],
        ["python\n>>> 1 + 1\n2\n>>> 1 / 0\nTraceback (most recent call last):\n  ...\nZeroDivisionError: division"],
        ["python\nprint('done')", "```\nproject/\n  main.py\n  data/\n```"],
        ["python\nimport sys\nsys.exit(1)"],
        ["python\n%timeit sum(range(10))"],
        ["python\nIn [1]: 1 + 1"],
        ["python\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nprint(P(1))", "text\nP(x=1)"],
        ["python\nimport sys\nsys.stdout.buffer.write(b'a')", "text\na"],
        ["ruby\nputs 1", "text\n2"],
        ["python\nimport logging\nlogging.warning('low')", "Output:", "text\nWARNING:root:low"],
        ["python\ndef test_sum():\n    assert sum([1]) == 1", "Output:", "text\n1 passed in 0.01s"],
        ["python\nprint('x')", "Running it prints:", "text\n$ python x.py\ny"],
        ["python\ndef mean(xs):\n    ...\n\nprint(mean([1]) + 1)", "text\n2.0"],
        ["python\ndef mean(xs):\n    pass  # your code", "python\nprint(mean([1, 2]))", "Output:", "text\n1.5"],
        ["python\nx = (1, 2)\nx[0] = 5", "Tuples cannot be changed."],
        ["This version has a bug:", "python\ntotal = 0\nfor x in 3:\n    total += x"],
        ["python\nimport os, sys\nprint(os.path.basename(__file__), len(sys.argv))", "text\nlesson.py 1"],
        ["python\nimport asyncio\nasyncio.run(asyncio.sleep(0))"],
        ["python\nawait fetch()"],
        ["python\nimport sqlite3\nsqlite3.connect('shop.db').execute('SELECT 1')"],
        ["python\ntry:\n    open('a')\nexcept OSError:\n    raise KeyError('a')"],
        ["python\nprint(1)", "## Exercise", "text\n2"],
    ],
)
async def test_code_that_may_be_right_is_no_doubt(sandboxed: CodeRunner, blocks: list[str]) -> None:
    assert (await report_code(lesson(*blocks), sandboxed)).findings == []


async def test_a_page_learns_which_blocks_ran(sandboxed: CodeRunner) -> None:
    report = await report_code(
        lesson("python run\nx = 1", "js\n1", "python fails\n1 / 0", "python fragment\nx.y()", "sql\nSELECT 1;"),
        sandboxed,
    )
    assert [(state.number, state.state) for state in report.runs] == [
        (1, "ran"), (3, "fails as shown"), (4, "not run"), (5, "ran"),
    ]  # fmt: skip


async def test_the_event_loop_goes_on_while_code_runs(sandboxed: CodeRunner) -> None:
    report = asyncio.create_task(report_code(lesson("python run\nimport time\ntime.sleep(0.5)"), sandboxed))
    ticks = 0
    while not report.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert (await report).runs[0].state == "ran"
    assert ticks > 5


async def test_without_permission_nothing_runs_and_the_reason_is_given(sql_only: CodeRunner) -> None:
    report = await report_code(lesson("python run\nprint(missing)"), sql_only)
    assert report.findings == []
    assert [(state.state, state.reason) for state in report.runs] == [
        ("not run", "running it is turned off (ROADMAP_RUN_CODE)")
    ]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "```python",
        "```python run\n```",
        "```python run\n\x00\n```",
        "```python run\nx = '\ud800'\nprint(x)\n```",
        "```python run\n" + "(" * 500 + "\n```",
        "```python run\n" + "x = 1\n" * 20_000 + "```",
        "```python\n1\n```\n" * 300,
    ],
)
async def test_no_text_breaks_the_examination(sandboxed: CodeRunner, content: str) -> None:
    tutorial = lesson("x").model_copy(update={"content": content})
    assert all(finding.rule == "code.run" for finding in (await report_code(tutorial, sandboxed)).findings)
