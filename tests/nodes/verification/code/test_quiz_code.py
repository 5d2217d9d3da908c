"""A question that asks what code prints is answered by running the code."""

import pytest

from domain.contents import Question
from nodes.verification.code.examination import report_code
from nodes.verification.code.runner import CodeRunner
from tests.nodes.verification.code.lessons import output_question, quiz

RIGHT = output_question("print(1)", ["1", "2"], 0)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (output_question("print(2 ** 3)", ["6", "8", "9"], 0), "question q2 gives 8 when it is run, which is option 1"),
        (output_question("print(2 ** 3)", ["6", "7"], 0), "which is none of the options"),
        (output_question("print([1][3])", ["1", "It raises an `IndexError`", "None"], 0), "ends with IndexError"),
        (output_question("a = np.array([1, 2])\nprint(a.sum())", ["`3`", "`2`"], 1), "gives 3"),
        (output_question("len('abc')", ["2", "3"], 0, "What is the value of this expression?"), "option 1"),
        (output_question("print('a' * 2)", ["'aa'", "a2"], 1, "这段代码输出什么？"), "option 0"),
    ],
)
async def test_a_key_that_the_code_contradicts_is_a_doubt(
    sandboxed: CodeRunner, question: Question, message: str
) -> None:
    findings = (await report_code(quiz(RIGHT, question), sandboxed)).findings
    assert [(finding.part, finding.rule) for finding in findings] == [("q2", "code.output")]
    assert message in findings[0].message


@pytest.mark.parametrize(
    "question",
    [
        output_question("print(2 ** 3)", ["6", "8"], 1),
        output_question("print(2 ** 3)", ["The first power", "The third power"], 0),
        output_question("print(2 ** 3)", ["6", "8"], 0, "Which of these does the code not print?"),
        output_question("print(2 ** 3)", ["6", "8"], 0, "Which exponent is used here?"),
        output_question("import random\nprint(random.choice([1, 2, 3, 4, 5, 6, 7, 8]))", ["1", "2"], 0),
        output_question("print(undefined)", ["1", "2"], 0),
        output_question("for i in range(2):\n    print(i)", ["0 1", "1 2"], 0),
    ],
)
async def test_a_key_that_may_be_right_is_no_doubt(sandboxed: CodeRunner, question: Question) -> None:
    assert (await report_code(quiz(question, RIGHT), sandboxed)).findings == []


async def test_questions_do_not_see_each_others_names(sandboxed: CodeRunner) -> None:
    questions = [output_question("x = 1\nprint(x)", ["1", "2"], 0), output_question("print(x)", ["1", "NameError"], 1)]
    assert (await report_code(quiz(*questions), sandboxed)).findings == []
