"""`roadmap pace`: hours a week and deadline of a roadmap, and what is left of it today."""

import os
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.stdio import print_json, print_text
from cli.session import ask
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.learners.pace import PaceView

_LOCAL_TIME: Final = Path("/etc/localtime")
_ZONE: Final = re.compile(r"zoneinfo/(?:posix/|right/)?(?P<name>.+)$")


def pace(
    roadmap_id: RoadmapId,
    hours_per_week: Annotated[
        str | None, typer.Option(metavar="N", help="From now on: hours of study a week, 1 to 168.")
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="From now on: a date, or as `in 3 months`; '' takes it away."),
    ] = None,
    json: Json = False,
) -> None:
    """Show or change hours a week and deadline of a roadmap. Nothing is written again, and no model is asked."""
    identifier, weekly = validate_id(roadmap_id, "roadmap"), _number(hours_per_week)

    async def answer(orchestrator: "Orchestrator") -> "PaceView":
        from orchestrator.commands.request_context import Terms
        from orchestrator.learners.pace import PaceChange

        if weekly is None and deadline is None:
            return await orchestrator.paces.read(identifier)
        terms = Terms(time_zone=local_zone())
        return await orchestrator.paces.change(identifier, PaceChange(weekly, deadline), terms=terms)

    found = ask(answer)
    if json:
        print_json(found.model_dump(mode="json"))
        return
    for line in _lines(found):
        print_text(line)


def local_zone() -> str:
    """Of this machine: a name of the IANA database, or an offset where it has none."""
    from domain.pace.pace import read_zone

    named = [os.environ.get("TZ", "").removeprefix(":")]
    if found := _ZONE.search(os.path.realpath(_LOCAL_TIME)):
        named.append(found["name"])
    for name in filter(None, named):
        try:
            read_zone(name)
        except InvalidInput:
            continue
        return name
    offset = datetime.now().astimezone().strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 1 <= number <= 168:
        raise InvalidInput("--hours-per-week: must be a number from 1 to 168")
    return number


def _lines(found: "PaceView") -> list[str]:
    from rendering.text.pace_text import misunderstood, until
    from rendering.text.text import counted, hours

    lines = [f"{hours(found.hours_per_week)} a week, {hours(found.hours_left)} left"]
    lines[0] += f": {counted(found.weeks_needed, 'week')}, as of {found.today} in {found.time_zone}."
    if found.deadline is not None and found.deadline < found.today:
        lines.append(f"The deadline, {found.deadline}, is past.")
    elif found.deadline is not None:
        lines.append(f"Deadline: {until(found.deadline, found.today)}.")
        if not found.in_time:
            takes = f"it takes {hours(found.hours_needed)} a week" if found.hours_needed else "no time is left"
            lines.append(f"What is left does not fit: {takes}.")
    elif found.deadline_words:
        lines.append(f"Deadline not understood: {misunderstood(found.deadline_words)}.")
    return lines
