import io
from datetime import date

from rich.console import Console

from cli.output.tree import roadmap_tree
from domain.pace.pace import Pace
from domain.vocabulary import ContentStatus, ContentType, TaskStatus
from orchestrator.queries.status import RoadmapView
from rendering.text.text import BY_RULES, CONFIGURE
from tests.cli.roadmaps import HOSTILE, framework, roadmap, state, states, task


def drawn(view: RoadmapView, width: int = 80) -> list[str]:
    out = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    with out.capture() as captured:
        out.print(*roadmap_tree(view), sep="\n")
    return [line.rstrip() for line in captured.get().splitlines()]


def test_a_roadmap_as_a_tree() -> None:
    tutorial, resources, quiz = ContentType
    changes = {
        ("c-1-1-1", quiz): state("c-1-1-1", quiz, ContentStatus.FAILED),
        ("c-1-1-2", tutorial): state("c-1-1-2", tutorial, ContentStatus.GENERATING),
        ("c-1-1-2", resources): state("c-1-1-2", resources, ContentStatus.PENDING),
        ("c-1-1-2", quiz): state("c-1-1-2", quiz, ContentStatus.GENERATING, stale=True),
    }
    assert drawn(roadmap(contents=states(changes)), width=90) == [
        "Types",
        "go-1 · 5.5 h · version 1",
        "2 concepts; contents: 2 of 6 completed, 1 failed, 1 stale, 2 under way.",
        "Stage 1  5.5 h  Foundations",
        "└── 5.5 h  Basics",
        "    ├── ✓✓✗  2.5 h  easy    c-1-1-1  Types",
        "    └── …·!    3 h  medium  c-1-1-2  Errors",
        "tutorial, resources, quiz:  ✓ completed  … generating  · pending  ✗ failed  ! stale",
    ]


def test_the_run_that_creates_a_roadmap_is_named() -> None:
    working = task(status=TaskStatus.PROCESSING, current_step="curriculum_design", live=True)
    lines = drawn(roadmap(framework=None, framework_version=0, contents=[], active_tasks=[working]))
    assert lines == [
        "learn Go",
        "go-1",
        "No framework yet.",
        "creation task-1: designing the curriculum.",
    ]


def test_a_stale_run_is_not_shown_as_active() -> None:
    gone = task(status=TaskStatus.PROCESSING, current_step="intent_analysis", live=False)
    lines = drawn(roadmap(framework=None, framework_version=0, contents=[], active_tasks=[gone]))
    assert lines[-1] == "creation task-1: stale: its process died at intent_analysis."


def test_a_roadmap_without_a_run_names_the_tasks_command() -> None:
    lines = drawn(roadmap(framework=None, framework_version=0, contents=[]))
    assert lines[-1] == "No run is creating one; see `roadmap tasks --roadmap go-1`."


def test_the_weeks_are_those_of_the_present_pace_not_of_the_creation() -> None:
    pace = Pace(hours_per_week=2, asked_on=date(2026, 11, 30))
    assert drawn(roadmap(pace=pace))[1] == "go-1 · 5.5 h, 3 weeks at 2 h a week · version 1"
    assert drawn(roadmap(pace=None))[1] == "go-1 · 5.5 h · version 1", "a legacy roadmap may have no pace"


def test_a_draft_is_called_a_draft() -> None:
    assert drawn(roadmap(framework_version=0, contents=[]))[1] == "go-1 · 5.5 h · draft"


def test_names_are_shown_literally() -> None:
    lines = "\n".join(drawn(roadmap(framework=framework(HOSTILE)), width=200))
    assert lines.count("[bold]x[/bold] [31mred]0;title 31m # <b>`c`</b> turned") == 2
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(lines)


def test_right_to_left_names_come_last_in_their_lines() -> None:
    for name in ("تعلم البرمجة", "לימוד שחמט", "学习国画"):
        lines = drawn(roadmap(framework=framework(name)))
        assert lines[5] == f"    ├── ✓✓✓  2.5 h  easy    c-1-1-1  {name}"


def test_the_head_of_a_roadmap_by_rules_says_so() -> None:
    assert drawn(roadmap(plan_author="offline"), width=90)[2:4] == [BY_RULES, f"A model writes after: {CONFIGURE}"]
    assert BY_RULES not in drawn(roadmap(plan_author="openai:gpt-4.1-mini"))
