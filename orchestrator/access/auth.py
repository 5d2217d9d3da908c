"""Authentication: which user a token belongs to. There is one Authority for each value of ROADMAP_AUTH."""

import json
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from domain.errors import InvalidInput, RoadmapError
from domain.request import usable_user_id
from domain.vocabulary import Role
from orchestrator.access.tokens import PREFIX, hash_of
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.users import tokens as repository_tokens

MAX_TOKEN_LENGTH: Final = 8192
MIN_SECRET_BYTES: Final = 32
"""Bytes of a secret for HS256 (RFC 7518)."""


class Refused(RoadmapError):
    """The token is not accepted."""


@dataclass(frozen=True, slots=True)
class Identity:
    """An authenticated user."""

    user_id: str
    role: Role


class Authority(Protocol):
    """Identifies callers by their tokens."""

    open_to_all: bool
    """Whether callers need no token."""

    async def identify(self, token: str, database: Database) -> Identity:
        """Return the user of a token. Raises Refused."""
        ...

    async def valid(self, tokens: Set[str], database: Database) -> Set[str]:
        """Return those of `tokens` that are still accepted."""
        ...


class OpenToAll:
    """ROADMAP_AUTH=none: every caller may do everything."""

    open_to_all = True

    async def identify(self, token: str, database: Database) -> Identity:  # noqa: ARG002
        raise Refused("This server does not use tokens.")

    async def valid(self, tokens: Set[str], database: Database) -> Set[str]:  # noqa: ARG002
        return tokens


class OpaqueTokens:
    """ROADMAP_AUTH=token: opaque tokens, stored as hashes. A revoked token is refused from the next request on."""

    open_to_all = False

    async def identify(self, token: str, database: Database) -> Identity:
        if token.startswith(PREFIX) and len(token) < MAX_TOKEN_LENGTH:
            user = await database.persist(lambda session: repository_tokens.use_token(session, hash_of(token)))
            if user is not None:
                return Identity(user[0], Role(user[1]))
        raise Refused("The token is unknown, expired or revoked.")

    async def valid(self, tokens: Set[str], database: Database) -> Set[str]:
        hashes = {hash_of(token): token for token in tokens}
        valid = await database.persist(lambda session: repository_tokens.valid_hashes(session, list(hashes)))
        return {hashes[token_hash] for token_hash in valid}


class Jwt:
    """ROADMAP_AUTH=jwt: tokens that another system signs. `sub` is the user, `role` the role (default: learner)."""

    open_to_all = False

    def __init__(self, algorithm: str, keys: dict[str | None, Any], issuer: str | None, audience: str | None) -> None:
        """`keys` by their id; the key under None verifies tokens that name no key."""
        self._algorithm = algorithm
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    async def identify(self, token: str, database: Database) -> Identity:  # noqa: ARG002
        import jwt

        if len(token) > MAX_TOKEN_LENGTH:
            raise Refused("The token is too long.")
        try:
            claims = jwt.decode(
                token,
                self._key(jwt.get_unverified_header(token).get("kid")),
                algorithms=[self._algorithm],  # never the one that the token names
                issuer=self._issuer,
                audience=self._audience,
                options={"require": ["exp", "sub"], "verify_aud": self._audience is not None},
            )
            user_id = usable_user_id(claims["sub"], "sub")
            return Identity(user_id, Role(claims.get("role", Role.LEARNER)))
        except jwt.ExpiredSignatureError as error:
            raise Refused("The token has expired.") from error
        except jwt.PyJWTError as error:
            raise Refused("This server does not accept the token.") from error
        except InvalidInput as error:
            raise Refused(f"The user of the token is not valid: {error}") from error
        except (ValueError, TypeError) as error:
            raise Refused("The user or the role of the token is not valid.") from error

    async def valid(self, tokens: Set[str], database: Database) -> Set[str]:
        valid = set()
        for token in tokens:
            with suppress(Refused):
                await self.identify(token, database)
                valid.add(token)
        return valid

    def _key(self, kid: Any) -> Any:
        named = isinstance(kid, str) and len(self._keys) > 1
        key = self._keys.get(kid if named else None)
        if key is None:
            raise Refused("The token was signed with an unknown key.")
        return key


def authority(settings: Settings) -> Authority:
    """Return the authority of these settings. Raises InvalidInput for settings that contradict each other."""
    match settings.auth:
        case "none":
            return OpenToAll()
        case "token":
            return OpaqueTokens()
        case "jwt":
            return Jwt(settings.jwt_algorithm, _keys(settings), settings.jwt_issuer, settings.jwt_audience)


def _keys(settings: Settings) -> dict[str | None, Any]:
    if (settings.jwt_key is None) == (settings.jwt_jwks is None):
        raise InvalidInput("ROADMAP_AUTH=jwt needs either ROADMAP_JWT_KEY or ROADMAP_JWT_JWKS: set one of them.")
    if settings.jwt_key is not None:
        return {None: _one_key(settings.jwt_algorithm, settings.jwt_key.get_secret_value())}
    return _keys_of_file(settings)


def _one_key(algorithm: str, key: str) -> Any:
    if algorithm == "HS256":
        if len(key.encode()) < MIN_SECRET_BYTES:
            raise InvalidInput(f"ROADMAP_JWT_KEY: a secret of HS256 has {MIN_SECRET_BYTES} bytes or more.")
        if "-----BEGIN" in key:
            raise InvalidInput("ROADMAP_JWT_KEY is a public key: set ROADMAP_JWT_ALGORITHM to RS256 or ES256.")
        return key
    import jwt

    try:
        return _fitting(algorithm, jwt.get_algorithm_by_name(algorithm).prepare_key(key))
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise InvalidInput(f"ROADMAP_JWT_KEY is not a public key for {algorithm} in PEM.") from error


def _fitting(algorithm: str, key: Any) -> Any:
    """Refuse a private key: it could sign tokens, and does not belong on this server. Raises InvalidInput."""
    if hasattr(key, "private_bytes"):
        raise InvalidInput(f"ROADMAP_JWT_KEY is a private key: {algorithm} needs its public key here.")
    return key


def _keys_of_file(settings: Settings) -> dict[str | None, Any]:
    """Read the keys of the setting's kind from a JWKS file; others are ignored. Raises InvalidInput."""
    import jwt

    if settings.jwt_algorithm == "HS256":
        raise InvalidInput("ROADMAP_JWT_JWKS has public keys: set ROADMAP_JWT_ALGORITHM to RS256 or ES256.")
    path = settings.jwt_jwks
    assert path is not None
    family = {"RS256": "RSA", "ES256": "EC"}[settings.jwt_algorithm]
    try:
        entries = [entry for entry in json.loads(path.read_text())["keys"] if entry.get("kty") == family]
        keys: dict[str | None, Any] = {
            entry.get("kid"): _fitting(settings.jwt_algorithm, jwt.PyJWK(entry, settings.jwt_algorithm).key)
            for entry in entries
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
        raise InvalidInput(f"ROADMAP_JWT_JWKS: {path} cannot be read as a set of keys.") from error
    if not keys:
        raise InvalidInput(f"ROADMAP_JWT_JWKS: {path} has no key for {settings.jwt_algorithm}.")
    return {None: next(iter(keys.values()))} if len(keys) == 1 else keys
