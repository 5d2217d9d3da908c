"""`roadmap export`: a whole roadmap as one file, written whole or not at all."""

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, assert_never

import typer

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.output import echo_err, print_json
from cli.session import ask
from domain.errors import InvalidInput
from rendering.text.text import one_line

STDOUT: Final = "-"
NOT_WRITTEN: Final = frozenset({".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub", ".tex", ".json"})
"""Extensions that promise something else than Markdown or HTML, whatever --format says."""


class FileFormat(StrEnum):
    """What a roadmap is exported as."""

    MARKDOWN = "markdown"
    HTML = "html"


FORMATS: Final = {
    ".md": FileFormat.MARKDOWN,
    ".markdown": FileFormat.MARKDOWN,
    ".html": FileFormat.HTML,
    ".htm": FileFormat.HTML,
}
"""Extension of the file -> what is written into it."""


def export(
    roadmap_id: RoadmapId,
    format: Annotated[
        FileFormat | None, typer.Option(help="Unless given, as the extension of FILE says, else markdown.")
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write there; what it held is replaced.")
    ] = STDOUT,
    json: Json = False,
) -> None:
    """Write a roadmap as one file: Markdown, or a page of its own."""
    identifier = validate_id(roadmap_id, "roadmap")
    wanted = _format_of(output, format)
    document = _document(identifier, wanted)
    if output != STDOUT:
        write_whole(output, document)
    if json:
        where = {"file": None, "document": document.decode()} if output == STDOUT else {"file": output}
        print_json({"roadmap_id": identifier, "format": wanted, "bytes": len(document), **where})
    elif output == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(document)  # UTF-8, as the document says, whatever the terminal speaks
        sys.stdout.buffer.flush()
    else:
        echo_err(f"Written: {output}")


def _format_of(output: str, given: FileFormat | None) -> FileFormat:
    """What is written: as `given`, else as the name of the file says. Raises InvalidInput for other names."""
    extension = Path(output).suffix.lower()
    if extension in NOT_WRITTEN or (given is None and extension and extension not in FORMATS):
        known = ", ".join(FORMATS)
        raise InvalidInput(
            f"{one_line(output)!r}: a roadmap is not written as {one_line(extension)!r}. Name the file {known}"
            f"{'' if extension in NOT_WRITTEN else ', or give --format'}."
        )
    if output.endswith("/"):
        raise InvalidInput(f"cannot write {one_line(output)!r}: give the name of a file in that folder")
    return given or FORMATS.get(extension, FileFormat.MARKDOWN)


def _document(roadmap_id: str, wanted: FileFormat) -> bytes:
    from rendering.documents.html_document import html_document
    from rendering.documents.markdown_document import roadmap_document

    manuscript = ask(lambda orchestrator: orchestrator.roadmaps.export(roadmap_id))
    match wanted:
        case FileFormat.MARKDOWN:
            document = roadmap_document(manuscript)
        case FileFormat.HTML:
            document = html_document(manuscript)
        case _ as unreachable:
            assert_never(unreachable)
    return f"{document.rstrip()}\n".encode()


def write_whole(output: str, document: bytes) -> None:
    """A reader sees the old file or the new one. What is no file (a pipe, /dev/stdout) is written to as it is.

    Raises InvalidInput where nothing can be written, OSError where it ended half-way; the old file is there then.
    """
    target = Path(os.path.realpath(output))
    replaced = target.is_file() or not target.exists()
    written = target.with_name(f".roadmap-export-{os.getpid()}.part") if replaced else target
    try:
        descriptor = os.open(written, os.O_WRONLY | (os.O_CREAT | os.O_EXCL if replaced else 0), 0o666)
    except OSError as error:
        raise InvalidInput(f"cannot write {one_line(output)!r}: {error.strerror}") from error
    try:
        with open(descriptor, "wb") as file:
            file.write(document)
        if replaced:
            if target.exists():
                shutil.copymode(target, written)
            written.replace(target)
    except BaseException:
        if replaced:
            written.unlink(missing_ok=True)
        raise
