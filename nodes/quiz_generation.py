"""A quiz for every concept of the run, made from its lesson."""

from typing import Final

from langgraph.runtime import Runtime

from domain.course.lesson_use import LessonUse
from domain.parts import with_question_ids
from domain.quizzes.options import with_ordered_options
from nodes.authors.briefs import QuizBrief
from nodes.contents.content_step import Generator, make_contents
from nodes.context import RunContext
from nodes.state import RunState
from nodes.verification.examination import look_at_quiz
from nodes.verification.second_look import second_look

QUIZ: Final = Generator(
    QuizBrief,
    look=look_at_quiz,
    reread=second_look,
    finish=with_ordered_options,
    identify=with_question_ids,
    lesson=LessonUse.REQUIRED,
)


async def quiz_generation(state: RunState, runtime: Runtime[RunContext]) -> RunState:
    """request -> content rows"""
    return await make_contents(state, runtime, QUIZ)
