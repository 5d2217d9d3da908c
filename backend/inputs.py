"""Inputs from paths, queries and headers."""

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
        description="Requests with the same key and body start one run and get the same answer.",
    ),
]


def _storable(kind: str) -> AfterValidator:
    """Answer 404 to ids with characters that PostgreSQL cannot store: nothing can have such an id."""

    def check(identifier: str) -> str:
        if "\x00" in identifier or any("\ud800" <= char <= "\udfff" for char in identifier):
            raise NotFound(f"There is no such {kind}.")
        return identifier

    return AfterValidator(check)


RoadmapId = Annotated[str, Path(description="Id of a roadmap."), _storable("roadmap")]
ConceptId = Annotated[str, Path(description="Id of a concept, like `c-1-2-3`."), _storable("concept")]
StageId = Annotated[str, Path(description="Id of a stage, like `s-1`."), _storable("stage")]
TaskId = Annotated[str, Path(description="Id of a run."), _storable("task")]
WebhookId = Annotated[str, Path(description="Id of a webhook."), _storable("webhook")]
DeliveryId = Annotated[str, Path(description="Id of a webhook delivery."), _storable("delivery")]
UserFilter = Annotated[UserId | None, Query(description="Only those of this user.")]
RoadmapFilter = Annotated[Word | None, Query(description="Only runs of this roadmap.")]
VERSION: Final = Query(ge=1, le=2_000_000_000, description="Number of a version; the newest by default.")
Version = Annotated[int | None, VERSION]


def zone_of(text: str) -> str | None:
    """Return the time zone that a browser named, or None if it is not valid: dates are then those of UTC."""
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
    """Return the context of a request that starts or changes a run.

    `owner`: the user whose rows it may change, None for all. `key` and `body` identify a repeated request.
    """
    once = None
    if key is not None:
        once = Once(caller.user_id, key, _hash(request, body))
    max_active = settings.http_active_runs if caller.authenticated else None
    return Terms(
        owner=owner,
        most_active=max_active,
        once=once,
        trace=request.state.trace,
        by=caller.user_id,
        time_zone=time_zone,
    )


def _hash(request: Request, body: BaseModel | None) -> str:
    """Return a hash of method, path and body: two requests with the same key must have the same."""
    parts = [request.method, request.scope["path"], None if body is None else body.model_dump(mode="json")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def decision_of(approved: bool, feedback: str, *, by: str, round: int | None) -> Decision:
    """Return the decision on a review. Raises InvalidInput that names the invalid field."""
    try:
        return Decision(approved=approved, feedback=feedback, by=by, round=round)
    except ValidationError as error:
        detail = error.errors()[0]
        field = ".".join(str(part) for part in detail["loc"]) or "feedback"
        raise InvalidInput(f"{field}: {detail['msg'].removeprefix('Value error, ')}.") from error
