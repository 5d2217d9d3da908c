"""Who calls, and what he may do. Routes ask for `Depends(caller)` and pass `scope` on; the rules stand here alone.

| role     | sees            | starts, cancels, resumes, bins | answers reviews | acts for other users | operations |
| -------- | --------------- | ------------------------------ | --------------- | -------------------- | ---------- |
| learner  | own             | own                            | own             | no                   | no         |
| reviewer | everything      | own                            | everybody's     | no                   | no         |
| service  | everything      | everybody's                    | everybody's     | yes                  | no         |
| admin    | everything      | everybody's                    | everybody's     | no                   | yes        |
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
"""Holds a token where a browser cannot send a header: set by the login page, HttpOnly and SameSite=Strict."""

SECURE_PREFIX: Final = "__Host-"
"""Under https: a browser takes such a cookie only from this very host, so that no other site can plant one."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request. With ROADMAP_AUTH=none it is whoever sits at this machine, who may do everything."""

    user_id: str
    role: Role
    authenticated: bool = True

    @property
    def reads(self) -> str | None:
        """Whose rows he sees: a user's, or None for everybody's."""
        return self.user_id if self.role is Role.LEARNER else None

    @property
    def writes(self) -> str | None:
        """Whose runs and roadmaps he may change, likewise."""
        return self.user_id if self.role in {Role.LEARNER, Role.REVIEWER} else None

    @property
    def reviews(self) -> str | None:
        """Whose reviews he may answer, likewise."""
        return self.reads

    @property
    def operates(self) -> bool:
        """Whether metrics and the pages of operations are for him."""
        return self.role is Role.ADMIN

    def acting_for(self, user_id: str | None) -> str:
        """Whose a new roadmap is. Raises Problem 403 where a body names somebody else."""
        if user_id is None or user_id == self.user_id:
            return self.user_id
        if self.role is Role.SERVICE or not self.authenticated:
            return user_id
        raise forbidden("Only the role service may act for another user: leave user_id away.")


ANYBODY: Final = Caller("local", Role.ADMIN, authenticated=False)


async def authenticate(authority: Authority, token: str | None, database: Database) -> Caller:
    """The caller behind a token. Raises Problem 401."""
    if authority.open_to_all:
        return ANYBODY
    if not token:
        raise unauthorized("Send a token: Authorization: Bearer ...")
    try:
        identity = await authority.identify(token, database)
    except Refused as error:
        raise unauthorized(str(error)) from error
    return Caller(identity.user_id, identity.role)


async def caller(request: Request) -> Caller:
    """The dependency of every route that is not for everybody.

    Raises Problem 401, LimitReached, and what `refuse_unknown_input` does.
    """
    state = request.app.state
    found = await authenticate(state.authority, token_of(request), state.orchestrator.database)
    request.state.caller = found
    identified = request.scope.get("extensions", {}).get(EXTENSION)
    if identified is not None:
        identified()
    state.rates.count(found.user_id)
    refuse_unknown_input(request)
    return found


def token_of(request: Request) -> str | None:
    """Return the token that came with a request, in its header or in the cookie of the pages."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None
    return request.cookies.get(
        cookie_name(request, COOKIE)
    )  # other sites cannot make a browser send it: backend/middleware/http_guard.py refuses them


def cookie_name(request: Request, name: str) -> str:
    """What a cookie of ours is called on this connection."""
    return SECURE_PREFIX + name if request.url.scheme == "https" else name


async def operator(found: Annotated[Caller, Depends(caller)]) -> Caller:
    """For routes of operations. Raises Problem 403."""
    if not found.operates:
        raise forbidden("This is for the role admin.")
    return found


CallerDep = Annotated[Caller, Depends(caller)]
OperatorDep = Annotated[Caller, Depends(operator)]
