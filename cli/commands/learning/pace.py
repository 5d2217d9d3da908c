"""`roadmap pace`: show or change the hours per week and the deadline of a roadmap."""

import os
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.inputs import validate_id
from cli.options import Json, RoadmapId
from cli.output.stdio import print_json, print_text
from cli.session import with_orchestrator
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.learners.pace import PaceView

_LOCAL_TIME: Final = Path("/etc/localtime")
_ZONE: Final = re.compile(r"zoneinfo/(?:posix/|right/)?(?P<name>.+)$")


def pace(
    roadmap_id: RoadmapId,
    hours_per_week: Annotated[
        str | None, typer.Option(metavar="N", help="New hours of study per week, 1 to 168.")
    ] = None,
    deadline: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="New deadline: a date, or e.g. `in 3 months`; '' removes it."),
    ] = None,
    json: Json = False,
) -> None:
    """Show or change hours per week and deadline. Contents stay as they are; no model is called."""
    identifier, weekly = validate_id(roadmap_id, "roadmap"), _number(hours_per_week)

    async def read_or_change(orchestrator: "Orchestrator") -> "PaceView":
        from orchestrator.commands.request_context import Terms
        from orchestrator.learners.pace import PaceChange

        if weekly is None and deadline is None:
            return await orchestrator.paces.read(identifier)
        terms = Terms(time_zone=local_zone())
        return await orchestrator.paces.change(identifier, PaceChange(weekly, deadline), terms=terms)

    view = with_orchestrator(read_or_change)
    if json:
        print_json(view.model_dump(mode="json"))
        return
    for line in _lines(view):
        print_text(line)


def local_zone() -> str:
    """Return the time zone of this machine: an IANA name, or a UTC offset if it has none."""
    from domain.pace.pace import read_zone

    candidates = [os.environ.get("TZ", "").removeprefix(":")]
    if match := _ZONE.search(os.path.realpath(_LOCAL_TIME)):
        candidates.append(match["name"])
    for name in filter(None, candidates):
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


def _lines(view: "PaceView") -> list[str]:
    from rendering.text.pace_text import misunderstood, until
    from rendering.text.text import counted, hours

    lines = [f"{hours(view.hours_per_week)} a week, {hours(view.hours_left)} left"]
    lines[0] += f": {counted(view.weeks_needed, 'week')}, as of {view.today} in {view.time_zone}."
    if view.deadline is not None and view.deadline < view.today:
        lines.append(f"The deadline, {view.deadline}, is past.")
    elif view.deadline is not None:
        lines.append(f"Deadline: {until(view.deadline, view.today)}.")
        if not view.in_time:
            takes = f"it takes {hours(view.hours_needed)} a week" if view.hours_needed else "no time is left"
            lines.append(f"What is left does not fit: {takes}.")
    elif view.deadline_words:
        lines.append(f"Deadline not understood: {misunderstood(view.deadline_words)}.")
    return lines
