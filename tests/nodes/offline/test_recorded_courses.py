"""The recorded courses pass every check of a run, as strictly as the answers of a model."""

from functools import partial

import pytest

from domain.checks import check_draft, check_framework
from domain.checks.course import check_book, check_plans
from domain.checks.findings import Finding, Kind
from domain.content_types import check_content
from domain.course.book import CourseBook
from domain.course.drafts import numbered, plans_by_concept, shared_part
from domain.framework import Framework
from domain.identity import identify
from domain.request import LearningRequest, Preferences
from nodes.authors.port import (
    Author,
    ConceptPlansBrief,
    CourseBookBrief,
    FrameworkBrief,
    IntentBrief,
    QuizBrief,
    ResourcesBrief,
    StructureReviewBrief,
    TutorialBrief,
)
from nodes.contents.briefs import content_brief, expected_of, neighbours
from nodes.offline.author import OfflineAuthor
from nodes.offline.recordings import RecordedCourse, courses
from tests.nodes.offline.plans import draft_for

MAX_CONCEPTS = 12


def preferences_for(course: RecordedCourse) -> Preferences:
    return Preferences(learning_goal=course.file.goals[0], current_level=course.file.levels[0])


def author_of(course: RecordedCourse) -> OfflineAuthor:
    return OfflineAuthor(course=course)
