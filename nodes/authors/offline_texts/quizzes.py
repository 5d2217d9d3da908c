"""Writes the quiz of a concept; what it asks stands in the tutorial or is sound study practice."""

from collections.abc import Sequence

from domain.contents import Question, Quiz
from domain.framework import Difficulty
from nodes.authors.offline_texts.library import terms_by_name
from nodes.authors.offline_texts.shape import QuizWords
from nodes.authors.offline_texts.subject_matter import Matter, matter_of
from nodes.authors.offline_texts.words import capital, pick, pick_some
from nodes.authors.port import QuizBrief


def write_quiz(brief: QuizBrief) -> Quiz:
    matter = matter_of(brief)
    words = matter.reading.wording.quiz
    difficulty = brief.concept.difficulty
    questions = [
        _terms(matter, words),
        _scenario(matter),
        _statement(matter, words),
        _finished(matter, words, difficulty),
        _advice(matter, words),
    ]
    kept = _moved(questions if matter.seed % 3 else questions[:4])
    return Quiz(
        questions=[question.model_copy(update={"question_id": f"q{n}"}) for n, question in enumerate(kept, start=1)]
    )


def _moved(questions: list[Question]) -> list[Question]:
    """The same questions; where all right answers would stand at one place, the last one moves."""
    places = {q.correct_answer[0] for q in questions if q.question_type == "single_choice"}
    if len(places) > 1:
        return questions
    last = next(q for q in reversed(questions) if q.question_type == "single_choice")
    moved = {
        "options": [*last.options[1:], last.options[0]],
        "correct_answer": [(last.correct_answer[0] - 1) % len(last.options)],
    }
    return [q.model_copy(update=moved) if q is last else q for q in questions]


def _terms(matter: Matter, words: QuizWords) -> Question:
    """Key terms of this concept against those of its neighbours in the curriculum."""
    join = matter.reading.wording.join
    mine = {term.casefold() for term in matter.terms}
    groups = [
        join(terms[:3])
        for name, terms in terms_by_name(matter.reading).items()
        if len(terms) > 1 and name != matter.concept and not mine & {term.casefold() for term in terms}
    ]
    spare = [term for term in words.spare_terms if term.casefold() not in mine]
    groups += [join(spare[place : place + 2]) for place in range(0, 6, 2)]
    right = join(matter.terms[:3])
    wrong = [group for group in dict.fromkeys(groups) if group.casefold() != right.casefold()]
    near = wrong[: max(3, len(wrong) - 3)]  # the spare groups only where the curriculum has too few
    question, why = words.terms
    return _ask(
        question.format(c=matter.concept),
        [right],
        pick_some(near, 3, matter.seed >> 7),
        why.format(c=matter.concept, terms=join(matter.terms)),
        matter.seed >> 1,
        "easy",
    )


def _scenario(matter: Matter) -> Question:
    choice = pick(matter.practice.choices, matter.seed >> 6)
    question, right, *wrong = (
        text.format(**matter.places()) for text in (choice.question, choice.right, *choice.wrong)
    )
    return _ask(question, [right], wrong, choice.why, matter.seed >> 2)


def _statement(matter: Matter, words: QuizWords) -> Question:
    statement = pick(matter.practice.statements, matter.seed >> 3)
    return Question(
        question_id="q",
        question_type="true_false",
        question=statement.text,
        options=list(words.yes_no),
        correct_answer=[0 if statement.true else 1],
        explanation=statement.why,
        difficulty="easy",
    )


def _finished(matter: Matter, words: QuizWords, difficulty: Difficulty) -> Question:
    question, why = words.finished
    right = [
        capital(exercise.done.format(**matter.places(number))) for number, exercise in enumerate(matter.exercises[:2])
    ]
    wrong = pick_some(words.shallow, 2 + matter.seed % 2, matter.seed >> 5)
    return _ask(question.format(c=matter.concept), right, wrong, why, matter.seed >> 4, difficulty)


def _advice(matter: Matter, words: QuizWords) -> Question:
    question, why = words.advice
    right, *others = matter.mistakes
    wrong = [mistake.mistake for mistake in others[:3]]
    return _ask(question.format(c=matter.concept), [capital(right.better)], wrong, why, matter.seed >> 6)


def _ask(
    question: str, right: Sequence[str], wrong: Sequence[str], why: str, seed: int, difficulty: Difficulty = "medium"
) -> Question:
    """A question whose right options stand where the seed puts them among the wrong ones."""
    options = list(wrong)
    for number, option in enumerate(right):
        options.insert((seed >> (3 * number)) % (len(options) + 1), option)
    return Question(
        question_id="q",
        question_type="single_choice" if len(right) == 1 else "multiple_choice",
        question=question,
        options=options,
        correct_answer=sorted(options.index(option) for option in right),
        explanation=why,
        difficulty=difficulty,
    )
