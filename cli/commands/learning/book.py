"""`roadmap book`: show the course book of a roadmap, or of a run that waits for review."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.stdio import print_json, print_markdown
from cli.session import with_orchestrator
from domain.errors import NotFound

if TYPE_CHECKING:
    from domain.course.book import CourseBook
    from domain.framework import Framework
    from orchestrator import Orchestrator


def book(
    roadmap_id: RoadmapId,
    version: Annotated[int | None, typer.Option(metavar="N", min=1, help="Version of the structure.")] = None,
    task: Annotated[str | None, typer.Option(metavar="TASK_ID", help="Show the book that this run proposes.")] = None,
    json: Json = False,
) -> None:
    """Show the course book: glossary, example, tools, project, and the plan of each concept.

    To edit the book under review, save it with --json, change the file, and give it to `roadmap review --book`.
    """
    from rendering.documents.book_document import book_document

    identifier = validate_id(roadmap_id, "roadmap")
    task_id = None if task is None else validate_id(task, "task")

    async def read(orchestrator: "Orchestrator") -> "tuple[CourseBook | None, Framework | None]":
        accepted = (await orchestrator.roadmap(identifier)).framework
        if task_id is None:
            return await orchestrator.structures.book(identifier, version), accepted
        framework, book = await orchestrator.structures.under_review(task_id)
        return book, framework

    found, framework = with_orchestrator(read)
    if found is None:
        raise NotFound(f"{identifier} has no course book{'' if version is None else f' in version {version}'}")
    if json:
        print_json(found.model_dump(mode="json"))
    else:
        print_markdown(book_document(found, framework))
