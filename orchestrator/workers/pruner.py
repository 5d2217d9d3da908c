"""Prune checkpoints, stored answers and events of old runs, in small transactions beside live ones.

On demand (`roadmap prune`), and slowly by every worker. docs/operations.md says what stays and what a pruned run can
still do.
"""

import asyncio
import random
from typing import Final

from domain.errors import DatabaseUnavailable
from domain.logs import get_log
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.runs.retention import Ages, Pruned, count_prunable, page_of_due_tasks, prune_tasks

TASKS_PER_TRANSACTION: Final = 20
"""Tasks of one transaction: one with 1,000 concepts has some 6,000 events."""

_log = get_log(__name__)


def ages_of(settings: Settings, older_than: float | None = None) -> Ages:
    """Return the ages of the settings; `older_than`, in days, replaces all of them."""
    return Ages(settings.keep_runs, settings.keep_events) if older_than is None else Ages(older_than, older_than)


async def prune(database: Database, ages: Ages, *, dry_run: bool = False, pause: float = 0.0) -> Pruned:
    """Go once through all tasks and return what was removed; with `dry_run`, what would be.

    `pause`: seconds between two transactions, to leave the database to others. Interrupted at any moment, what was
    done stays done. Raises DatabaseUnavailable.
    """
    done, after = Pruned(), ""
    while True:
        async with database.transaction() as session:
            page = await page_of_due_tasks(session, ages, after=after)
        for start in range(0, len(page.due), TASKS_PER_TRANSACTION):
            async with database.transaction() as session:
                some = page.due[start : start + TASKS_PER_TRANSACTION]
                done += await (count_prunable if dry_run else prune_tasks)(session, some, ages)
            await asyncio.sleep(pause)
        if page.last is None:
            return done
        after = page.last
        await asyncio.sleep(pause)


async def keep_pruning(database: Database, settings: Settings) -> None:
    """Prune every ROADMAP_PRUNE_EVERY hours, until cancelled. Workers take random turns; pruning twice is harmless."""
    while settings.prune_every:
        await asyncio.sleep(settings.prune_every * 3600 * random.uniform(0.5, 1))
        try:
            pruned = await prune(database, ages_of(settings), pause=0.1)
        except DatabaseUnavailable as error:
            _log.info("pruning failed", reason=str(error))
        except Exception as error:
            _log.error("pruning failed", exc_info=error)
        else:
            if pruned != Pruned():
                _log.info("pruned", checkpoints=pruned.checkpoints, answers=pruned.answers, events=pruned.events)
