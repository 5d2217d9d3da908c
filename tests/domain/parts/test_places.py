"""Places of a lesson: the section of a line, the heading of a stored doubt, the id that a part has once stored."""

from hypothesis import given
from hypothesis import strategies as st

from domain.checks.code_runs import BlockRun, read_runs
from domain.checks.findings import doubt
from domain.contents import Quiz, Tutorial
from domain.parts import Places, placed_doubts, sections_of, with_question_ids, with_section_ids, with_stored_parts
from tests.support.authors import QUIZ

TEXT = "Before.\r\n\r\n## One `x` ##\r\nfirst\r\n```py\r\n# no heading\r\n```\r\n# Two\r\nlast"


def lesson(content: str) -> Tutorial:
    return Tutorial(title="T", summary="S", content=content, estimated_completion_time=30, language="en")


def test_a_comment_in_code_is_no_section() -> None:
    places = Places(TEXT)
    assert [places.on(line) for line in range(10)] == ["s1", "s1", "s2", "s2", "s2", "s2", "s2", "s3", "s3", None]
    assert (places.of("last"), places.of("not there"), places.of("")) == ("s3", None, None)
    assert [section.heading for section in sections_of(TEXT)] == ["", "One `x`", "Two"]


@given(st.text(alphabet="# \n\r`ab\x0b\u2028", max_size=40), st.integers(0, 50))
def test_every_character_is_in_a_section_and_no_place_fails(text: str, number: int) -> None:
    places = Places(text)
    sections = sections_of(text)
    assert "".join(section.text for section in sections) == text
    assert places.at(number) in [section.part_id for section in sections] or not sections
    places.on(number)
    assert placed_doubts([{"rule": "r", "message": "m", "part": "s1"}], {"content": text})[0].message == "m"


def test_a_doubt_is_not_shown_under_another_heading_after_sections_got_lasting_ids() -> None:
    former = with_section_ids(lesson("## Two\n\nsecond\n"), [])
    answer = lesson("## One\n\nfirst\n\n## Two\n\nsecond\n")
    stored = with_section_ids(answer, [former.model_dump()])
    assert stored.section_ids == ["s2", "s1"]
    findings = [doubt("code.run", "fails", "s1"), doubt("tutorial.size", "long")]
    kept = with_stored_parts(findings, answer, stored)
    assert [finding.part for finding in kept] == ["s2", None]
    rows = [{"rule": one.rule, "message": one.message, "part": one.part} for one in kept]
    placed = placed_doubts(rows, stored.model_dump())
    assert [(one.part, one.heading, one.line) for one in placed] == [("s2", "One", 0), (None, None, None)]


def test_a_doubt_about_a_question_names_the_id_that_is_stored() -> None:
    answer = Quiz(questions=[*QUIZ.questions[1:], QUIZ.questions[0]])
    stored = with_question_ids(answer, [QUIZ.model_dump()])
    first = answer.questions[0].question_id
    run = BlockRun(number=1, line=0, language="python", state="ran", part=first)
    assert with_stored_parts([run], answer, stored)[0].part == stored.questions[0].question_id


def test_a_report_of_another_version_is_read_as_far_as_it_can_be() -> None:
    good = {"number": 1, "line": 3, "language": "sql", "state": "ran", "new_field": 1}
    assert [run.line for run in read_runs([good, {"state": "flown"}, "x", None])] == [3]
    assert read_runs({"a": 1}) == read_runs("ran") == read_runs(None) == read_runs(7) == []
