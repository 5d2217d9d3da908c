"""For how long workers held a task: what a run is said to have taken. Waiting in the queue or for a review is not it.

The row keeps the sum (`held_seconds`) and since when the present worker has it (`held_since`); every change of who
runs it adds up, in its own statement (repository/runs/tasks.py), so that the sum is true across takeovers and resumes.
"""

from typing import Final

_LAST_SEEN: Final = """(SELECT CASE WHEN w.alive_until > clock_timestamp() THEN clock_timestamp()
    ELSE w.alive_until - make_interval(secs => w.timeout) END FROM workers w WHERE w.worker_id = t.worker_id)"""
"""When the worker of a task `t` was alive for sure: now, or at the last renewal of a lease that has run out."""

HELD: Final = f"""(t.held_seconds + CASE WHEN t.held_since IS NULL THEN 0 ELSE CAST(greatest(extract(
    epoch FROM coalesce({_LAST_SEEN}, t.updated_at) - t.held_since), 0) AS double precision) END)"""
"""Seconds for which workers held a task `t`, up to now; a dead one no longer than to its last renewal."""
