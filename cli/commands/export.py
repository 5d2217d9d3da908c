"""`roadmap export`: write a roadmap to one file, atomically."""

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, assert_never

import typer

from cli.inputs import validate_id
from cli.options import Json, Language, RoadmapId
from cli.output.stdio import echo_err, print_json
from cli.session import with_orchestrator
from domain.errors import InvalidInput
from rendering.text.text import one_line

STDOUT: Final = "-"
UNSUPPORTED_EXTENSIONS: Final = frozenset({".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub", ".tex", ".json"})
"""Extensions of other formats: refused even with --format, since the file would not be what its name promises."""


class FileFormat(StrEnum):
    """Format of an exported roadmap."""

    MARKDOWN = "markdown"
    HTML = "html"


FORMATS: Final = {
    ".md": FileFormat.MARKDOWN,
    ".markdown": FileFormat.MARKDOWN,
    ".html": FileFormat.HTML,
    ".htm": FileFormat.HTML,
}
"""File extension -> format."""


def export(
    roadmap_id: RoadmapId,
    format: Annotated[FileFormat | None, typer.Option(help="Default: by the extension of FILE, else markdown.")] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write to this file and replace it; `-` is stdout.")
    ] = STDOUT,
    notes: Annotated[bool, typer.Option(help="With your own notes.")] = True,
    language: Annotated[
        Language, typer.Option(help="Language of headings and notes that the program adds.")
    ] = Language.ENGLISH,
    json: Json = False,
) -> None:
    """Export a roadmap as one Markdown or HTML file."""
    identifier = validate_id(roadmap_id, "roadmap")
    file_format = _choose_format(output, format)
    document = _render(identifier, file_format, language, notes=notes)
    if output != STDOUT:
        write_whole(output, document)
    if json:
        destination = {"file": None, "document": document.decode()} if output == STDOUT else {"file": output}
        print_json(
            {
                "roadmap_id": identifier,
                "format": file_format,
                "bytes": len(document),
                **destination,
            }
        )
    elif output == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(document)  # the document declares UTF-8, whatever the encoding of the terminal
        sys.stdout.buffer.flush()
    else:
        echo_err(f"Wrote {output}")


def _choose_format(output: str, option: FileFormat | None) -> FileFormat:
    """Return the format of `option`, else of the file's extension. Raises InvalidInput for an unsupported one."""
    extension = Path(output).suffix.lower()
    if extension in UNSUPPORTED_EXTENSIONS or (option is None and extension and extension not in FORMATS):
        known = ", ".join(FORMATS)
        raise InvalidInput(
            f"{one_line(output)!r}: cannot export to {one_line(extension)!r}. Use one of {known}"
            f"{'' if extension in UNSUPPORTED_EXTENSIONS else ', or give --format'}."
        )
    if output.endswith("/"):
        raise InvalidInput(f"cannot write {one_line(output)!r}: it is a folder; name a file")
    return option or FORMATS.get(extension, FileFormat.MARKDOWN)


def _render(roadmap_id: str, file_format: FileFormat, language: Language, *, notes: bool) -> bytes:
    from orchestrator.commands.requests import DEFAULT_USER
    from rendering.documents.html_document import html_document
    from rendering.documents.markdown_document import roadmap_document
    from rendering.languages.translation import read_in

    manuscript = with_orchestrator(
        lambda orchestrator: orchestrator.roadmaps.export(roadmap_id, notes_of=DEFAULT_USER if notes else None)
    )
    with read_in(language):
        match file_format:
            case FileFormat.MARKDOWN:
                document = roadmap_document(manuscript)
            case FileFormat.HTML:
                document = html_document(manuscript)
            case _ as unreachable:
                assert_never(unreachable)
    return f"{document.rstrip()}\n".encode()


def write_whole(output: str, document: bytes) -> None:
    """Replace a file atomically; write straight into anything else, such as a pipe or /dev/stdout.

    Raises InvalidInput if the target cannot be opened, OSError if writing fails midway. Both keep the old file.
    """
    target = Path(os.path.realpath(output))
    replaced = target.is_file() or not target.exists()
    path = target.with_name(f".roadmap-export-{os.getpid()}.part") if replaced else target
    try:
        descriptor = os.open(path, os.O_WRONLY | (os.O_CREAT | os.O_EXCL if replaced else 0), 0o666)
    except OSError as error:
        raise InvalidInput(f"cannot write {one_line(output)!r}: {error.strerror}") from error
    try:
        with open(descriptor, "wb") as file:
            file.write(document)
        if replaced:
            if target.exists():
                shutil.copymode(target, path)
            path.replace(target)
    except BaseException:
        if replaced:
            path.unlink(missing_ok=True)
        raise
