"""`roadmap stage-test` and `roadmap cards`: practice from what is written already, without a model."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.stdio import echo_err, print_json, print_text
from cli.session import with_orchestrator
from rendering.text.text import one_line

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.learners.practice import Flashcards, StageResult, StageTest


def stage_test(
    roadmap_id: RoadmapId,
    stage_id: Annotated[str, typer.Argument(metavar="STAGE_ID", help="ID of a stage, such as s-1 for the first.")],
    attempt: Annotated[int, typer.Option(min=1, max=1_000_000, help="Another attempt has other questions.")] = 1,
    key: Annotated[bool, typer.Option("--key", help="Show the correct answers too.")] = False,
    json: Json = False,
) -> None:
    """Show a test of a stage: questions of its quizzes, mixed with some of earlier stages."""
    roadmap, stage = validate_id(roadmap_id, "roadmap"), validate_id(stage_id, "stage")

    async def read(orchestrator: "Orchestrator") -> "tuple[StageTest, StageResult | None]":
        from orchestrator.commands.requests import DEFAULT_USER
        from orchestrator.learners.practice import StageAnswer

        shown = await orchestrator.practice.stage_test(roadmap, stage, DEFAULT_USER, attempt=attempt)
        if not key:
            return shown, None
        skipped = [StageAnswer(one.concept_id, one.version, one.question_id) for one in shown.questions]
        return shown, await orchestrator.practice.grade_stage_test(roadmap, stage, skipped)

    shown, result = with_orchestrator(read)
    if json:
        print_json(_as_json(shown, result))
        return
    print_text(f"Test of the stage {one_line(shown.stage_name)}, attempt {attempt}")
    for number, question in enumerate(shown.questions, start=1):
        print_text(f"\n{number}. {question.question.strip()}  [{one_line(question.concept_name)}]")
        for letter, option in enumerate(question.options):
            print_text(f"   {_letter(letter)}. {one_line(option)}")
    if result is not None:
        print_text("\nAnswers")
        for number, mark in enumerate(result.marks, start=1):
            right = ", ".join(map(_letter, mark.correct_answer))
            print_text(f"{number}. {right}: {one_line(mark.explanation)}")


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def _as_json(shown: "StageTest", result: "StageResult | None") -> dict[str, Any]:
    answers = None
    if result is not None:
        answers = [
            {**mark.model_dump(include={"concept_id", "question_id", "correct_answer", "explanation"})}
            for mark in result.marks
        ]
    return {**shown.model_dump(mode="json"), "answers": answers}


def cards(roadmap_id: RoadmapId, json: Json = False) -> None:
    """Show cards for repetition: the terms and misconceptions of the course book."""
    roadmap = validate_id(roadmap_id, "roadmap")

    async def read(orchestrator: "Orchestrator") -> "Flashcards":
        return await orchestrator.practice.cards(roadmap)

    made = with_orchestrator(read)
    if json:
        print_json(made.model_dump(mode="json"))
        return
    for card in made.cards:
        front = one_line(card.front)
        if card.kind == "misconception":
            front = f"Misconception: {front}  [{one_line(card.concept_name or card.concept_id or '')}]"
        print_text(f"{front}\n    {one_line(card.back)}")
    if not made.cards:
        echo_err("This roadmap has no cards: they are made from its course book, which it does not have.")
