"""What comes in by paths, queries and headers."""

import hashlib
import json
from typing import Annotated, Any, Final

from fastapi import Header, Path, Query, Request
from pydantic import AfterValidator, BaseModel, ValidationError

from backend.auth import Caller
from domain.editing.review import Decision
from domain.errors import InvalidInput, NotFound
from domain.pace.pace import read_zone
from domain.request import UserId, Word
from orchestrator import Settings
from orchestrator.commands.request_context import Once, Terms

VISIBLE: Final = r"^[\x21-\x7e]+$"
MAX_ATTEMPT_ID_LENGTH: Final = 200
"""Characters."""

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=VISIBLE,
        max_length=255,
        description="Several requests with one key and body are one run, and get one answer.",
    ),
]


def _possible(kind: str) -> AfterValidator:
    """PostgreSQL stores no NUL, so nothing is called like that: as unknown as any other id."""

    def check(identifier: str) -> str:
        if "\x00" in identifier or any("\ud800" <= char <= "\udfff" for char in identifier):
            raise NotFound(f"There is no such {kind}.")
        return identifier

    return AfterValidator(check)


RoadmapId = Annotated[str, Path(description="Of a roadmap."), _possible("roadmap")]
ConceptId = Annotated[str, Path(description="Of a concept, as `c-1-2-3`."), _possible("concept")]
TaskId = Annotated[str, Path(description="Of a run."), _possible("task")]
WebhookId = Annotated[str, Path(description="Of a webhook."), _possible("webhook")]
DeliveryId = Annotated[str, Path(description="Of a message to a webhook."), _possible("delivery")]
UserFilter = Annotated[UserId | None, Query(description="Only what belongs to this user.")]
RoadmapFilter = Annotated[Word | None, Query(description="Only runs of this roadmap.")]
VERSION: Final = Query(ge=1, le=2_000_000_000, description="A version; the newest unless given.")
Version = Annotated[int | None, VERSION]


def zone_of(text: str) -> str | None:
    """What a browser says of its time zone; nothing where that is none: days are those of UTC then."""
    try:
        read_zone(text)
    except InvalidInput:
        return None
    return text


def terms_of(
    request: Request,
    caller: Caller,
    settings: Settings,
    *,
    owner: str | None,
    key: str | None = None,
    body: Any = None,
    time_zone: str | None = None,
) -> Terms:
    """The terms of a request that starts a run."""
    once = None
    if key is not None:
        once = Once(caller.user_id, key, _hash(request, body))
    most = settings.http_active_runs if caller.authenticated else None
    return Terms(
        owner=owner,
        most_active=most,
        once=once,
        trace=request.state.trace,
        by=caller.user_id,
        time_zone=time_zone,
    )


def _hash(request: Request, body: BaseModel | None) -> str:
    """Of all that the request says: where to, and what."""
    said = [request.method, request.scope["path"], None if body is None else body.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def decision_of(approved: bool, feedback: str, *, by: str, round: int | None) -> Decision:
    """A person's answer to a review. Raises InvalidInput that names the field."""
    try:
        return Decision(approved=approved, feedback=feedback, by=by, round=round)
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(str(part) for part in wrong["loc"]) or "feedback"
        raise InvalidInput(f"{field}: {wrong['msg'].removeprefix('Value error, ')}.") from error
