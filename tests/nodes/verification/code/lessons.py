"""Small lessons and quizzes with code."""

from domain.contents import Question, Quiz, Tutorial


def lesson(*blocks: str) -> Tutorial:
    """Return a tutorial of these parts, each a fence as `python run` and its code, or prose."""
    content = "\n\n".join(_fence(block) for block in blocks)
    return Tutorial(title="T", summary="S", content=content, estimated_completion_time=30, language="en")


def _fence(block: str) -> str:
    info, separator, code = block.partition("\n")
    return f"```{info}\n{code}\n```" if separator else block


def output_question(code: str, options: list[str], key: int, words: str = "What does this code print?") -> Question:
    return Question(
        question_id="q1",
        question_type="single_choice",
        question=f"{words}\n\n```python\n{code}\n```",
        options=options,
        correct_answer=[key],
        explanation="It is printed.",
        difficulty="easy",
    )


def quiz(*questions: Question) -> Quiz:
    numbered = [
        question.model_copy(update={"question_id": f"q{number}"}) for number, question in enumerate(questions, start=1)
    ]
    return Quiz(questions=numbered)
