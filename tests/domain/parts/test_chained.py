"""Findings and runs of code of lessons in the chain that they become."""

from domain.checks.code_runs import BlockRun
from domain.checks.findings import doubt
from domain.contents import Tutorial
from domain.course.book import LessonPlan
from domain.parts import chain_of, new_lesson, sections_of
from domain.parts.chained import LessonPlace

BLOCK = "```sql\nSELECT 1;\n```"
LESSON = Tutorial(
    title="L",
    summary="S",
    content=f"\n\nFirst words[^1].\n\n## One\n\n{BLOCK}\n\n## Two\n\n{BLOCK}\n\n[^1]: A note.\n",
    estimated_completion_time=30,
    language="en",
)
LESSONS = [new_lesson(LessonPlan(lesson_id=f"l{number}"), LESSON) for number in (1, 2, 3)]
CHAIN = chain_of("C", LESSONS)
RUNS = [
    BlockRun(number=1, line=6, language="sql", state="ran", part="s2"),
    BlockRun(number=2, line=12, language="sql", state="doubtful", part="s3"),
]


def place(lesson_id: str) -> LessonPlace:
    found = LessonPlace.of(CHAIN, lesson_id)
    assert found is not None
    return found


def heading_of(part: str | None) -> str:
    return next(section.heading for section in sections_of(CHAIN.content) if section.part_id == part)


def test_a_run_of_a_lesson_is_that_of_the_same_block_in_the_chain() -> None:
    lines = CHAIN.content.split("\n")
    for number, lesson_id in enumerate(("l1", "l2", "l3")):
        moved = place(lesson_id).runs(CHAIN, LESSON, RUNS)
        assert [run.number for run in moved] == [2 * number + 1, 2 * number + 2]
        assert [lines[run.line] for run in moved] == ["```sql", "```sql"]
        assert [heading_of(run.part) for run in moved] == ["One", "Two"]


def test_a_doubt_about_a_section_of_a_lesson_is_about_that_section_of_the_chain() -> None:
    found = [doubt("r", "m", part) for part in ("s1", "s2", "s3", None)]
    for lesson_id in ("l1", "l2", "l3"):
        moved = place(lesson_id).findings(CHAIN, LESSON, found)
        assert [heading_of(one.part) for one in moved] == ["L", "One", "Two", "L"]
    assert len({one.part for one in place("l1").findings(CHAIN, LESSON, found)}) == 3


def test_runs_of_a_lesson_that_stays_move_with_it() -> None:
    longer = new_lesson(LessonPlan(lesson_id="l1"), LESSON.model_copy(update={"content": f"{BLOCK}\n{LESSON.content}"}))
    newer = chain_of("C", [longer, *LESSONS[1:]])
    before = [run for lesson_id in ("l1", "l2", "l3") for run in place(lesson_id).runs(CHAIN, LESSON, RUNS)]
    there = LessonPlace.of(newer, "l2")
    assert there is not None
    kept = there.kept(newer, place("l2"), before)
    assert [(run.number, run.state) for run in kept] == [(4, "ran"), (5, "doubtful")]
    assert [newer.content.split("\n")[run.line] for run in kept] == ["```sql", "```sql"]


def test_a_lesson_that_the_chain_does_not_have_has_no_place() -> None:
    assert LessonPlace.of(CHAIN, "l9") is None
