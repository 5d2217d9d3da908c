"""The time for which workers held a task: the duration of a run, without waiting in the queue or for a review.

The row holds the sum of earlier periods (`held_seconds`) and the start of the current one (`held_since`). Every
statement that changes the worker of a task also updates the sum (repository/runs/tasks.py), so that it stays correct
across takeovers and resumes.
"""

from typing import Final

_LAST_SEEN: Final = """(SELECT CASE WHEN w.alive_until > clock_timestamp() THEN clock_timestamp()
    ELSE w.alive_until - make_interval(secs => w.timeout) END FROM workers w WHERE w.worker_id = t.worker_id)"""
"""When the worker of a task `t` was last known to be alive: now, or when it last renewed an expired lease."""

HELD: Final = f"""(t.held_seconds + CASE WHEN t.held_since IS NULL THEN 0 ELSE CAST(greatest(extract(
    epoch FROM coalesce({_LAST_SEEN}, t.updated_at) - t.held_since), 0) AS double precision) END)"""
"""Seconds for which workers have held a task `t`; a dead worker counts until its last renewal."""
