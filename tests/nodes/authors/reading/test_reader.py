"""The answer is found wherever a model puts it, and what broke off is never completed."""

import json
import time
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from domain.contents import Quiz, QuizKey, Resources, Tutorial
from domain.editing.review import EditPlan
from domain.framework import FrameworkDraft
from nodes.authors.reading import conform, read_answer
from nodes.authors.reading.reader import BREAKS_OFF, EMPTY, NO_JSON
from tests.support.nonsense import ANYTHING, DEEP, LONG_NUMBER, fuzzed, near

GOOD: Final[dict[str, Any]] = {
    "title": "Chords",
    "summary": "Triads {C, E, G}.",
    "content": '## Why\n\nSay "C" [E]: {G}.\n\n```json\n{"a": 1}\n```\n',
    "estimated_completion_time": 45,
    "language": "en",
}
TEXT: Final = json.dumps(GOOD)
SINGLE: Final = repr(GOOD)

FORMS: Final = {
    "alone": TEXT,
    "indented": json.dumps(GOOD, indent=2),
    "with a byte order mark": f"\ufeff{TEXT}",
    "in a fence": f"Here it is:\n```json\n{TEXT}\n```\nHave fun!",
    "in a fence of another language": f"```javascript\n{TEXT}\n```",
    "in a fence that is not closed": f"```json\n{TEXT}",
    "behind prose with braces": f"The set {{C, E, G}} is [meant]. The answer: {TEXT} Is it {{good}}?",
    "behind the schema": f'The schema is {{"type": "object", "properties": {{}}}}. The answer:\n{TEXT}',
    "behind a draft": f'{{"title": "todo"}}\n\n{TEXT}',
    "before an afterthought": f'{TEXT}\n\n{{"note": "done"}}',
    "behind reasoning": f"<think>\nThe set {{C, E}}.\n</think>\n\n{TEXT}",
    "behind a draft in reasoning": f'<think>{{"title": "todo", "content": "x"}}</think>{TEXT}',
    "behind reasoning without its opening tag": f"Okay, the set {{C}} is meant.\n</think>\n\n{TEXT}",
    "behind reasoning that never closes": f"<think>\nLet me see. {TEXT}",
    "behind other tags": f"<thinking>so</thinking><reasoning>so</reasoning>{TEXT}",
    "behind seed tags": f"<seed:think>so {{}}</seed:think>{TEXT}",
    "behind magistral tags": f"[THINK]so[/THINK]{TEXT}",
    "in channels": "<|channel|>analysis<|message|>We need {goal}.<|end|><|start|>assistant<|channel|>final<|message|>"
    f"{TEXT}<|return|>",
    "in a channel that says JSON": f"<|channel|>final <|constrain|>json<|message|>{TEXT}",
    "as the echo of a schema": json.dumps({"type": "object", "title": "tutorial", "properties": GOOD}),
    "as a tool call": "<tool_call>\n" + json.dumps({"name": "tutorial", "arguments": GOOD}) + "\n</tool_call>",
    "as a tool call with text": json.dumps({"name": "tutorial", "arguments": TEXT}),
    "as a list of tool calls": json.dumps([{"type": "function", "function": {"name": "t", "arguments": TEXT}}]),
    "as a function tag": f"<function=tutorial>{TEXT}</function>",
    "as parameter tags": "<function=t>" + "".join(f"<parameter={k}>\n{v}\n</parameter>\n" for k, v in GOOD.items()),
    "as argument tags": "<tool_call>t\n"
    + "".join(f"<arg_key>{k}</arg_key>\n<arg_value>{v}</arg_value>\n" for k, v in GOOD.items()),
    "encoded twice": json.dumps(TEXT),
    "encoded three times": json.dumps(json.dumps(TEXT)),
    "encoded twice in a fence": f"```json\n{json.dumps(TEXT)}\n```",
    "wrapped": json.dumps({"tutorial": GOOD}),
    "wrapped twice": json.dumps({"result": {"tutorial": GOOD}}),
    "wrapped beside others": json.dumps({"status": "ok", "result": GOOD}),
    "in a list": json.dumps([GOOD]),
    "with other names": json.dumps({key.title().replace("_", " "): value for key, value in GOOD.items()}),
    "with names of JavaScript": TEXT.replace("estimated_completion_time", "estimatedCompletionTime"),
    "with a comma at the end": f"{TEXT[:-1]},}}",
    "without the last brace": TEXT[:-1],
    "without the last brace in a fence": f"```json\n{TEXT[:-1]}\n```",
    "with single quotes": SINGLE,
    "with comments": TEXT.replace(', "language"', ', // minutes\n "language" /* a code */').replace(
        '/* a code */: "en"', ': "en"'
    ),
    "with bare names": TEXT.replace('"language"', "language").replace('"title"', "title"),
    "without a comma": TEXT.replace(', "summary"', '\n"summary"'),
    "with line breaks in texts": TEXT.replace("\\n", "\n"),
    "with quotes in texts": TEXT.replace('\\"C\\"', '"C"'),
    "in a call of JavaScript": f"callback({TEXT});",
    "as a line for each field": "\n".join(json.dumps({name: value}) for name, value in GOOD.items()),
    "as blocks of text": json.dumps([{"type": "text", "text": TEXT}]),
    "as a whole completion": json.dumps({"choices": [{"message": {"content": TEXT}}]}),
    "with escaped quotes": json.dumps(TEXT)[1:-1],
    "as HTML": TEXT.replace('\\"', "'").replace('"', "&quot;").replace("'", "\\&quot;"),
    "without the first brace": TEXT[1:],
    "with dots at the end": f"{TEXT[:-1]}, ...}}",
    "with added texts": TEXT.replace("Triads {C", 'Tri" + "ads {C'),
    "with each value in an object": json.dumps({name: {"value": value} for name, value in GOOD.items()}),
    "with each value in a list": json.dumps({name: [value] for name, value in GOOD.items()}),
    "with curly quotes": TEXT.replace('"title"', "“title”").replace('"Chords"', "“Chords”"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_good_answer_is_lost_for_where_or_how_it_stands(form: str) -> None:
    reading = read_answer([FORMS[form]], Tutorial)
    assert reading.problem is None
    assert reading.content is not None
    assert Tutorial.model_validate(reading.content).model_dump() == {
        **GOOD,
        "content": GOOD["content"] if "tags" not in form or "arg" not in form else reading.content["content"],
    }


LATER: Final = {
    "an empty tool call": ["", "{}", TEXT],
    "a remark": ["Here you are.", TEXT],
    "reasoning": [None, "", TEXT],
    "a draft": ['{"title": "todo"}', TEXT],
}


@pytest.mark.parametrize("before", LATER)
def test_a_good_answer_in_a_later_text_is_lost(before: str) -> None:
    texts: Any = LATER[before]
    assert read_answer(texts, Tutorial).content == GOOD


BROKEN_OFF: Final = {
    "in a text": TEXT[:80],
    "behind a comma": '{"title": "Chords", "summary": "S",',
    "behind a name": '{"title": "Chords", "summary":',
    "in a fence": f"```json\n{TEXT[:90]}\n```",
    "behind a brace of the text": TEXT[: TEXT.index("{G}") + 3],
    "behind a draft": f'<think>{{"title": "x"}}</think>{TEXT[:60]}',
}


@pytest.mark.parametrize("where", BROKEN_OFF)
def test_an_answer_that_broke_off_is_completed_silently(where: str) -> None:
    reading = read_answer([BROKEN_OFF[where]], Tutorial)
    assert (reading.content, reading.problem, reading.cut_off) == (None, BREAKS_OFF, True)


def test_parts_of_what_broke_off_are_taken_for_all_of_it() -> None:
    whole = json.dumps({"answers": [{"question_id": f"q{number}", "correct_answer": [0]} for number in range(4)]})
    for end in range(whole.index("}") + 1, len(whole) - 1):
        assert read_answer([whole[:end]], QuizKey).cut_off, whole[:end]


def test_a_list_that_broke_off_is_stored_as_whole() -> None:
    whole = json.dumps({"questions": [{"question_id": f"q{n}", "question": "Q"} for n in range(5)]})
    for end in range(40, len(whole) - 1):
        assert read_answer([whole[:end]], Quiz).cut_off, whole[:end]


def test_nothing_to_read_is_said_in_words() -> None:
    assert read_answer([], Tutorial).problem == EMPTY
    assert read_answer(["", " \n"], Tutorial).problem == EMPTY
    assert read_answer(["I think it is fine."], Tutorial).problem == NO_JSON
    assert read_answer(["{}"], Tutorial).content == {}


def test_an_answer_that_lacks_a_field_is_objected_to_by_name() -> None:
    reading = read_answer(['{"title": "Chords"}'], Tutorial)
    assert reading.content == {"title": "Chords"}
    with pytest.raises(ValidationError, match="summary"):
        Tutorial.model_validate(reading.content)


def test_one_number_that_is_too_large_loses_the_answer() -> None:
    for number in ("NaN", "Infinity", "-Infinity", "1e999", LONG_NUMBER):
        text = '{"resources": [], "search_queries_used": null, "extra": %s}'
        assert read_answer([text % number], Resources).content == {"resources": [], "extra": None}


SHAPES: Final[list[type[BaseModel]]] = [FrameworkDraft, EditPlan, Tutorial, Resources, Quiz]
PIECES: Final = near(
    "```json\n",
    "\n```",
    "{",
    '"title": ',
    '"a',
    '": ',
    "1",
    "[",
    "]",
    "}",
    "\\u0000",
    "\\ud800",
    '"',
    "'",
    ",",
    "NaN",
    "<think>",
    "</think>",
    "\\",
    "$",
    "\\n",
    '"questions": [{"options": ["A) x", "B) y"], "correct_answer": ["B"]}]',
    "<|channel|>final<|message|>",
    "// x\n",
    "/*",
    "<parameter=title>",
)


@fuzzed
@given(st.lists(PIECES, max_size=3), st.sampled_from(SHAPES))
def test_any_text_is_read_or_objected_to(texts: list[str], shape: type[BaseModel]) -> None:
    reading = read_answer(texts, shape)
    assert (reading.content is None) == (reading.problem is not None)
    if reading.content is not None:
        json.dumps(reading.content, ensure_ascii=False, allow_nan=False).encode()
        assert "\x00" not in repr(reading.content)
        assert conform(reading.content, shape) == reading.content


@fuzzed
@given(ANYTHING, st.integers(min_value=0, max_value=len(TEXT)))
def test_a_good_answer_with_anything_in_it_raises_nothing(text: str, place: int) -> None:
    read_answer([TEXT[:place] + text + TEXT[place:]], Tutorial)


ENDLESS: Final = [
    DEEP,
    "{" * 100_000,
    '{"a":' * 50_000,
    '{"a":' + "[" * 900 + "]" * 900 + "}",
    '{"a": "' + 'x" y "' * 30_000,
    "<think>" * 25_000,
    "<think>a</think>\n" * 10_000,
    '{"title": "' + "\\" * 200_000,
    "'" * 200_000,
    "{" + "/*" * 90_000,
    '{"content": "' + "$a\\nu " * 25_000 + '"}',
    '{"content": "' + "\\begin{a}" * 20_000 + '"}',
    '{"title": "x"} ' * 13_000,
    '{"content": "' + "```\\n" * 40_000 + '"}',
    '{"stages": [' + '{"name": "x", "modules": []},' * 7_000,
    '{"a": 1' + "," * 200_000,
]


@pytest.mark.parametrize("text", ENDLESS, ids=lambda text: text[:12])
def test_a_text_without_end_blocks_everybody_else(text: str) -> None:
    def seconds(part: str) -> float:
        began = time.process_time()
        read_answer([part], FrameworkDraft)
        return time.process_time() - began

    half, whole = min(seconds(text[: len(text) // 2]) for _ in range(2)), min(seconds(text) for _ in range(2))
    assert whole < 0.1 + 4 * half  # linear, not quadratic
