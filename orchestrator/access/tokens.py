"""Opaque tokens: `rmo_` and 256 random bits. Shown once, when created; the database holds their hash."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from domain.errors import InvalidInput
from domain.identity import new_task_id
from domain.request import usable_user_id
from domain.vocabulary import Role
from repository.db.database import Database
from repository.runs.workers import database_now
from repository.tables.users import TokenRow
from repository.users import tokens

PREFIX: Final = "rmo_"


class NewToken(NamedTuple):
    """A token in plain text and its row."""

    token: str
    row: TokenRow


def hash_of(token: str) -> str:
    """Return the hash that is stored. It needs no salt: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


async def create_token(database: Database, user_id: str, role: Role, expires_at: datetime | None = None) -> NewToken:
    """Create a token for a user. Raises InvalidInput for an expiry in the past and an unusable user id."""
    usable_user_id(user_id, "--user")
    token = PREFIX + secrets.token_urlsafe(32)
    async with database.transaction() as session:
        if expires_at is not None and expires_at <= await database_now(session):
            raise InvalidInput("--expires: that time has passed already")
        row = await tokens.create_token(session, new_task_id(), hash_of(token), user_id, role, expires_at)
    return NewToken(token, row)


async def list_tokens(database: Database, user_id: str | None = None) -> Sequence[TokenRow]:
    """Return the tokens of a user, or of all users."""
    return await database.persist(lambda session: tokens.list_tokens(session, user_id))


async def revoke_token(database: Database, token_id: str) -> TokenRow:
    """Revoke a token; it is refused from the next request on. Raises NotFound."""
    return await database.persist(lambda session: tokens.revoke_token(session, token_id))
