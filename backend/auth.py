"""Authentication and permissions of callers. All rules are here: routes take a `Caller` and pass its scopes on.

| role     | reads | starts, cancels, resumes, bins | answers reviews | acts for other users | operations |
| -------- | ----- | ------------------------------ | --------------- | -------------------- | ---------- |
| learner  | own   | own                            | own             | no                   | no         |
| reviewer | all   | own                            | all             | no                   | no         |
| service  | all   | all                            | all             | yes                  | no         |
| admin    | all   | all                            | all             | no                   | yes        |
"""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from backend.errors import forbidden, unauthorized
from backend.middleware.unknown_input import refuse_unknown_input
from backend.server.connections import EXTENSION
from domain.vocabulary import Role
from orchestrator.access.auth import Authority, Refused
from repository.db.database import Database

COOKIE: Final = "roadmap_token"
"""Cookie with the token of a browser, which cannot send a header: set at login, HttpOnly and SameSite=Strict."""

SECURE_PREFIX: Final = "__Host-"
"""Prefix under https: browsers accept such a cookie from this host only, so no other site can plant one."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The user behind a request. With ROADMAP_AUTH=none it is any user of this machine, who may do everything."""

    user_id: str
    role: Role
    authenticated: bool = True

    @property
    def reads(self) -> str | None:
        """The user whose rows the caller may read; None for all users."""
        return self.user_id if self.role is Role.LEARNER else None

    @property
    def writes(self) -> str | None:
        """The user whose runs and roadmaps the caller may change; None for all users."""
        return self.user_id if self.role in {Role.LEARNER, Role.REVIEWER} else None

    @property
    def reviews(self) -> str | None:
        """The user whose reviews the caller may answer; None for all users."""
        return self.reads

    @property
    def operates(self) -> bool:
        """Whether the caller may read metrics and use the operations page."""
        return self.role is Role.ADMIN

    def acting_for(self, user_id: str | None) -> str:
        """Return the user to act for: `user_id` of the request, else the caller.

        Raises Problem 403 if the role does not allow to act for another user.
        """
        if user_id is None or user_id == self.user_id:
            return self.user_id
        if self.role is Role.SERVICE or not self.authenticated:
            return user_id
        raise forbidden("Only the role service may act for another user: leave out user_id.")


LOCAL_USER: Final = Caller("local", Role.ADMIN, authenticated=False)


async def authenticate(authority: Authority, token: str | None, database: Database) -> Caller:
    """Return the caller that a token identifies. Raises Problem 401."""
    if authority.open_to_all:
        return LOCAL_USER
    if not token:
        raise unauthorized("Send a token: Authorization: Bearer ...")
    try:
        identity = await authority.identify(token, database)
    except Refused as error:
        raise unauthorized(str(error)) from error
    return Caller(identity.user_id, identity.role)


async def caller(request: Request) -> Caller:
    """Authenticate a request and count it: the dependency of every route that needs a caller.

    Raises Problem 401, LimitReached, and the errors of `refuse_unknown_input`.
    """
    state = request.app.state
    identity = await authenticate(state.authority, token_of(request), state.orchestrator.database)
    request.state.caller = identity
    mark_identified = request.scope.get("extensions", {}).get(EXTENSION)
    if mark_identified is not None:
        mark_identified()
    state.rates.count(identity.user_id)
    refuse_unknown_input(request)
    return identity


def token_of(request: Request) -> str | None:
    """Return the token of a request, from its header or from the cookie that the pages use."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None
    # backend/middleware/http_guard.py refuses requests of other sites that bring the cookie along.
    return request.cookies.get(cookie_name(request, COOKIE))


def cookie_name(request: Request, name: str) -> str:
    """Return the full name of one of our cookies on this connection."""
    return SECURE_PREFIX + name if request.url.scheme == "https" else name


async def operator(identity: Annotated[Caller, Depends(caller)]) -> Caller:
    """Require the role admin: the dependency of routes for operators. Raises Problem 403."""
    if not identity.operates:
        raise forbidden("This requires the role admin.")
    return identity


CallerDep = Annotated[Caller, Depends(caller)]
OperatorDep = Annotated[Caller, Depends(operator)]
