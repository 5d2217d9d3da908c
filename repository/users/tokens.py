"""Tokens of the HTTP API. Only their hashes are stored, which cannot be used to authenticate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import col, select

from domain.errors import NotFound
from domain.vocabulary import Role
from repository.db.database import Session, execute
from repository.tables.users import TokenRow

_USE: Final = text("""
    SELECT token_id, user_id, role,
        coalesce(last_used_at < clock_timestamp() - interval '1 minute', true) AS is_use_outdated
    FROM api_tokens WHERE token_hash = :token_hash AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > clock_timestamp())""")
_VALID: Final = text("""
    SELECT token_hash FROM api_tokens WHERE token_hash = ANY(:hashes) AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > clock_timestamp())""")
_UPDATE_USE: Final = text("UPDATE api_tokens SET last_used_at = clock_timestamp() WHERE token_id = :token_id")
_REVOKE: Final = text("""
    UPDATE api_tokens SET revoked_at = coalesce(revoked_at, clock_timestamp()) WHERE token_id = :token_id""")


async def create_token(
    session: Session, token_id: str, token_hash: str, user_id: str, role: Role, expires_at: datetime | None
) -> TokenRow:
    """Insert a token."""
    row = TokenRow(token_id=token_id, token_hash=token_hash, user_id=user_id, role=role, expires_at=expires_at)
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


async def use_token(session: Session, token_hash: str) -> tuple[str, str] | None:
    """Return (user, role) of a valid token, else None; update the time of its last use once a minute."""
    row: Any = (await execute(session, _USE, {"token_hash": token_hash})).one_or_none()
    if row is None:
        return None
    if row.is_use_outdated:
        await execute(session, _UPDATE_USE, {"token_id": row.token_id})
    return row.user_id, row.role


async def valid_hashes(session: Session, hashes: Sequence[str]) -> Sequence[str]:
    """Return those of `hashes` whose token is valid, without updating the time of its last use."""
    return (await execute(session, _VALID, {"hashes": list(hashes)})).scalars().all()


async def list_tokens(session: Session, user_id: str | None = None) -> Sequence[TokenRow]:
    """Return the tokens of a user or of all users, newest first."""
    statement = select(TokenRow).order_by(col(TokenRow.created_at).desc(), col(TokenRow.token_id).desc())
    if user_id is not None:
        statement = statement.where(TokenRow.user_id == user_id)
    return (await session.exec(statement)).all()


async def revoke_token(session: Session, token_id: str) -> TokenRow:
    """Revoke a token; do nothing if it already is. Raises NotFound."""
    if not (await execute(session, _REVOKE, {"token_id": token_id})).rowcount:
        raise NotFound(f"There is no token {token_id}; `roadmap token list` shows them.")
    return (await session.exec(select(TokenRow).where(TokenRow.token_id == token_id))).one()
