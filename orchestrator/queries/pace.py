"""The pace of a run and of a roadmap as it is stored. Rows of older versions have none: their request is read."""

from datetime import UTC

from domain.pace.pace import Pace, stored_pace
from repository.db.database import Session
from repository.runs import tasks
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow


def pace_of_task(task: TaskRow) -> Pace:
    """Return the pace as it was when the run was requested; it stays the same when the run is resumed."""
    request = tasks.request_of(task)
    return stored_pace(request.get("pace"), request.get("preferences"), task.created_at.astimezone(UTC).date())


async def pace_of_roadmap(session: Session, roadmap: RoadmapRow) -> Pace:
    """Return the present pace; for an older roadmap, what its first request asked for on its day."""
    request = {} if roadmap.pace else await tasks.first_request(session, roadmap.roadmap_id)
    return stored_pace(roadmap.pace, request, roadmap.created_at.astimezone(UTC).date())
