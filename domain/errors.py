"""The tree of errors. Every message says what is wrong and what to do.

cli/app.py maps errors to exit codes, backend/errors.py to HTTP statuses.

RoadmapError
|-- InvalidInput        the caller's input cannot be used
|   `-- Misconfigured       the settings of this process cannot be used; only its operator can fix that
|-- NotFound            there is no such roadmap, task or concept
|-- Conflict            not possible in the current state: already active, wrong status, newer version
|   `-- LimitReached        the caller has reached a limit
|-- Unavailable         an external system does not answer
|   |-- DatabaseUnavailable
|   |   |-- DatabaseBusy      another transaction held a lock for too long
|   |   `-- DatabaseStopped   stopped on purpose, so that waiting makes no sense
|   |-- UnknownFormat         stored data was written by another version of this program
|   `-- ModelUnavailable
|       `-- ModelDenied       key, permission, quota: no call can succeed, so the run ends, resumable
|-- Superseded          another attempt owns the task; the run stops and writes nothing more
`-- RunFailed           the run cannot reach its goal; the message becomes the task's error_message
    |-- AuthorBroken    the author's own code raised an exception
    |-- AnswerRejected  too many answers of the author failed their check
    `-- BudgetSpent     the run would exceed ROADMAP_BUDGET
"""


class RoadmapError(Exception):
    """Base class; the message is one line for the user."""


class InvalidInput(RoadmapError):
    """The caller's input cannot be used."""


class Misconfigured(InvalidInput):
    """The settings of this process cannot be used."""


class NotFound(RoadmapError):
    """The roadmap, task, concept or other object does not exist."""


class Conflict(RoadmapError):
    """The request conflicts with the current state; `task_id`: the conflicting task, if there is one."""

    def __init__(self, message: str, *, task_id: str | None = None) -> None:
        super().__init__(message)
        self.task_id = task_id


class LimitReached(Conflict):
    """The caller has reached a limit; `retry_after`: seconds until another try makes sense."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(RoadmapError):
    """An external system does not answer."""


class DatabaseUnavailable(Unavailable):
    """PostgreSQL cannot be reached or used."""


class DatabaseBusy(DatabaseUnavailable):
    """Another transaction held a lock for too long."""


class DatabaseStopped(DatabaseUnavailable):
    """The embedded database was stopped on purpose."""


class UnknownFormat(Unavailable):
    """Stored data has a format that this version cannot read."""


class ModelUnavailable(Unavailable):
    """The author's model cannot be reached or used."""


class ModelDenied(ModelUnavailable):
    """The provider refuses the key, its permissions or its quota."""


class Superseded(RoadmapError):
    """Another attempt owns the task."""


class RunFailed(RoadmapError):
    """The run cannot reach its goal."""


class AuthorBroken(RunFailed):
    """The author's own code raised an exception."""


class AnswerRejected(RunFailed):
    """Too many answers of an author failed their check."""


class BudgetSpent(RunFailed):
    """The run would exceed its budget."""
