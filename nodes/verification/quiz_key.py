"""A second reader answers a quiz that has its lesson but not its key; the two are compared.

This finds what a reader knows better than the key. The same model may be wrong twice.
"""

from collections.abc import Sequence
from functools import partial

from domain.checks.findings import Finding, breaking, doubt
from domain.content_types import objections_to
from domain.contents import MIN_QUESTIONS, KeyAnswer, Question, Quiz, QuizKey
from domain.quizzes.grading import opened
from domain.quizzes.options import with_ordered_options
from domain.vocabulary import Step
from nodes.authors.briefs import ContentBrief, QuizKeyBrief
from nodes.context import RunContext
from nodes.ledger.requests import AuthorRequest, Verdict
from nodes.verification.second_reader import ask_second_reader

RULE = "look.key"


async def examine_key(context: RunContext, brief: ContentBrief[Quiz], order: int, quiz: Quiz) -> Verdict[Quiz]:
    """Have a second reader answer the quiz, and leave out the questions on which the two disagree.

    Where too few would be left, they stay, with a doubt each. So does a quiz that was not answered. To skip a question
    is not to disagree.
    """
    answers = await read_key(context, brief, order, quiz.questions)
    if isinstance(answers, Finding):
        return Verdict(quiz, noted=[answers])
    disputed = disagreements(quiz, answers)
    if not disputed:
        return Verdict(quiz)
    left_out = {finding.part for finding in disputed}
    agreed = [question for question in quiz.questions if question.question_id not in left_out]
    rest = Quiz(questions=agreed)
    if len(agreed) >= MIN_QUESTIONS and not objections_to(rest):
        return Verdict(rest, removed=disputed)
    return Verdict(quiz, doubts=disputed)


async def read_key(
    context: RunContext, brief: ContentBrief[Quiz], order: int, questions: Sequence[Question]
) -> QuizKey | Finding:
    """Return the answers of a second reader to some questions, or the doubt that there are none.

    The reader sees the options in an order that code chooses: many authors put the right one first.
    """
    shown = with_ordered_options(Quiz(questions=list(questions)), brief.concept.concept_id).questions
    request = AuthorRequest(
        Step.SECOND_LOOK,
        QuizKeyBrief(
            preferences=brief.preferences,
            concept=brief.concept,
            questions=list(map(opened, shown)),
            lesson=brief.lesson,
            lesson_hash=brief.lesson_hash,
        ),
        breaking("key.options", partial(_check_key, questions)),
        subject=(brief.concept.concept_id, brief.content_type),
        order=order,
        reuses_rounds=True,
    )
    answers = await ask_second_reader(context.ledger, request)
    return answers if isinstance(answers, Finding) else _in_order_of(questions, shown, answers)


def _in_order_of(questions: Sequence[Question], shown: Sequence[Question], key: QuizKey) -> QuizKey:
    """Return answers to questions that were shown with their options in another order, as answers to the questions."""
    places = {
        new.question_id: [old.options.index(option) for option in new.options]
        for old, new in zip(questions, shown, strict=True)
    }
    return QuizKey(
        answers=[
            answer.model_copy(update={"correct_answer": [places[answer.question_id][n] for n in answer.correct_answer]})
            for answer in key.answers
            if answer.question_id in places
        ]
    )


def disagreements(quiz: Quiz, key: QuizKey) -> list[Finding]:
    """Return a doubt for each question to which the second reader has another answer than its key."""
    answers = {answer.question_id: answer for answer in key.answers}
    return [
        doubt(
            RULE,
            f"Question {number}: a second reader answers {_named(other)}, the key says {question.correct_answer}. Mend "
            "the question, its options or its key.",
            question.question_id,
        )
        for number, question in enumerate(quiz.questions, start=1)
        if (other := answers.get(question.question_id)) and _disagrees(other, question.correct_answer)
    ]


def _named(answer: KeyAnswer) -> str:
    return str(sorted(set(answer.correct_answer)))


def _disagrees(other: KeyAnswer, key: list[int]) -> bool:
    return bool(other.correct_answer) and set(other.correct_answer) != set(key)


def _check_key(questions: Sequence[Question], key: QuizKey) -> list[str]:
    options = {question.question_id: len(question.options) for question in questions}
    return [
        f"There is no option {index} of a question {answer.question_id}."
        for answer in key.answers
        for index in answer.correct_answer
        if not 0 <= index < options.get(answer.question_id, 0)
    ][:5]
