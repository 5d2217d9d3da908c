"""The recorded courses pass every check of a run, as strictly as the answers of a model, and play for their goals."""

import shutil
from pathlib import Path

import pytest

from domain.authors import kind_of
from domain.course.notation import other_notations
from domain.request import LearningRequest, Preferences
from nodes.authors.briefs import IntentBrief, TutorialBrief
from nodes.authors.port import AuthorByGoal
from nodes.offline.author import OfflineAuthor
from nodes.offline.playback import course_for
from nodes.offline.recordings import FOLDER, RecordedCourse, courses, parts_of, read_course, with_lesson
from tests.nodes.offline.plans import first_brief
from tests.support.recorded import MAX_CONCEPTS, play, preferences_for

COURSES = {course.key: course for course in courses()}
every_course = pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
GO = COURSES["go-backend"]


@every_course
async def test_a_course_passes_every_check(course: RecordedCourse) -> None:
    played = await play(course)
    assert played.findings == []
    assert len(played.lessons()) == len(course.concepts) <= MAX_CONCEPTS
    assert all(len(plan.lessons) == 1 for plan in played.book.concepts)


@every_course
async def test_a_course_keeps_to_the_words_of_its_glossary(course: RecordedCourse) -> None:
    played = await play(course)
    assert [other_notations(lesson.content, played.book.glossary) for lesson in played.lessons()] == [
        [] for _ in course.concepts
    ]


@every_course
def test_a_course_plays_for_each_of_its_goals(course: RecordedCourse) -> None:
    for goal in course.file.goals:
        assert course_for(Preferences(learning_goal=f" {goal.upper()}. "), MAX_CONCEPTS, None) == course
    assert kind_of(course.author) == "recording"


@every_course
def test_every_file_of_a_course_is_used(course: RecordedCourse) -> None:
    stems = {path.stem for path in (FOLDER / course.key).glob("*.md")}
    assert stems == {concept.stem for concept in course.concepts.values()}


def test_a_course_plays_only_where_it_fits() -> None:
    preferences = preferences_for(GO)
    hours = preferences.available_hours_per_week
    assert course_for(preferences, MAX_CONCEPTS, weeks=GO.hours / hours + 0.1) == GO
    assert course_for(preferences, MAX_CONCEPTS, weeks=GO.hours / hours - 0.1) is None
    assert course_for(preferences, len(GO.concepts) - 1, None) is None
    for other in (
        {"current_level": "advanced"},
        {"primary_language": "de"},
        {"learning_goal": "become a backend engineer in Rust"},
        {"learning_goal": GO.file.title + " and a pilot"},
    ):
        assert course_for(preferences.model_copy(update=other), MAX_CONCEPTS, None) is None


async def test_the_author_is_of_the_kind_of_what_it_plays() -> None:
    author = OfflineAuthor()
    assert isinstance(author, AuthorByGoal)
    playing = author.for_goal(preferences_for(GO), MAX_CONCEPTS, None)
    assert (author.kind, playing.kind, playing.name) == ("rules", "recording", author.name)
    assert author.for_goal(Preferences(learning_goal="learn Rust"), MAX_CONCEPTS, None) is author
    answer = await playing.write(IntentBrief(request=LearningRequest(preferences=preferences_for(GO))))
    assert answer.model == GO.author == "recorded from a chat model in December 2026"


async def test_what_a_course_does_not_hold_is_written_by_rules() -> None:
    playing = OfflineAuthor(course=GO)
    titles = {"roadmap_title": GO.file.title}
    own = await playing.write(first_brief("learn Go", TutorialBrief, "errors  as VALUES", **titles))
    new = await playing.write(first_brief("learn Go", TutorialBrief, "Generics", **titles))
    elsewhere = await playing.write(first_brief("learn Go", TutorialBrief, "Errors as values"))
    assert [own.model, new.model, elsewhere.model] == [GO.author, "offline", "offline"]


def test_a_lesson_is_put_back_without_a_change_of_the_rest(tmp_path: Path) -> None:
    path = FOLDER / "go-backend" / "01-toolchain.md"
    assert with_lesson(path, parts_of(path)[1]) == path.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("+++\n", "", "it needs three"),
        ('difficulty = "easy"', "difficulty = easy", "Invalid value"),
        ('difficulty = "easy"', 'difficulty = "soft"', "difficulty"),
        ('difficulty = "easy"', 'difficulty = "easy"\nunknown = 1', "unknown"),
        ('question_type = "single_choice"', 'question_type = "guess"', "questions.0.question_type"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    folder = tmp_path / "go-backend"
    shutil.copytree(FOLDER / "go-backend", folder)
    path = folder / "01-toolchain.md"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ValueError, match=f"^01-toolchain.md.*{problem}"):
        read_course(folder)
