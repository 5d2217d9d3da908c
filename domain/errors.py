"""The error tree. Each message says what is wrong and what to do; one table maps it to exit codes (cli/app.py),
another one to statuses of HTTP (backend/errors.py).

RoadmapError
|-- InvalidInput        the caller's input cannot be used
|   `-- Misconfigured       the settings of this process cannot be used: only its operator can do something
|-- NotFound            there is no such roadmap, task or concept
|-- Conflict            the rows forbid it now: already active, wrong state, version moved on
|   `-- LimitReached        the caller has as much as is allowed
|-- Unavailable         something outside does not answer
|   |-- DatabaseUnavailable
|   |   |-- DatabaseBusy      another transaction held a lock for too long
|   |   `-- DatabaseStopped   on purpose: nobody waits for it
|   |-- UnknownFormat         what is stored was written by another version of this program
|   `-- ModelUnavailable
|       `-- ModelDenied       key, permission, quota: no call can succeed, so the run ends, resumable
|-- Superseded          another attempt owns the task; whoever sees this stops without a trace
`-- RunFailed           the run cannot reach its goal; the message becomes the task's error_message
    |-- AuthorBroken    an exception came out of the author's own code
    |-- AnswerRejected  an author's answers failed their check as often as is allowed
    `-- BudgetSpent     the run would spend more than ROADMAP_BUDGET
"""


class RoadmapError(Exception):
    """What is wrong, in one line, for the person who caused it."""


class InvalidInput(RoadmapError):
    """The caller's input cannot be used."""


class Misconfigured(InvalidInput):
    """The settings of this process cannot be used."""


class NotFound(RoadmapError):
    """There is no such roadmap, task or concept."""


class Conflict(RoadmapError):
    """The rows forbid it now; `task_id` of the task in the way, where there is one."""

    def __init__(self, message: str, *, task_id: str | None = None) -> None:
        super().__init__(message)
        self.task_id = task_id


class LimitReached(Conflict):
    """The caller has as much as is allowed; `retry_after`: seconds until he may try again."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(RoadmapError):
    """Something outside does not answer."""


class DatabaseUnavailable(Unavailable):
    """PostgreSQL cannot be reached or used."""


class DatabaseBusy(DatabaseUnavailable):
    """Another transaction held a lock for too long."""


class DatabaseStopped(DatabaseUnavailable):
    """Somebody stopped the embedded database on purpose."""


class UnknownFormat(Unavailable):
    """What is stored has a form that this version does not read."""


class ModelUnavailable(Unavailable):
    """The author's model cannot be reached or used."""


class ModelDenied(ModelUnavailable):
    """The provider lets nobody in with this key, permission or quota."""


class Superseded(RoadmapError):
    """Another attempt owns the task."""


class RunFailed(RoadmapError):
    """The run cannot reach its goal."""


class AuthorBroken(RunFailed):
    """An exception came out of the author's own code."""


class AnswerRejected(RunFailed):
    """An author's answers failed their check as often as is allowed."""


class BudgetSpent(RunFailed):
    """The run would spend more than it may."""
