"""Evidence about models at their endpoints, shared by all processes.

A row is replaced or deleted only by a process that has seen its version, so that the evidence of two processes survives
both. A version is the id of the transaction that wrote the row: one that was deleted and written again has another.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from repository.db.database import Database, Session, execute

_FRESH: Final = "found_at > clock_timestamp() - make_interval(secs => :ttl)"

_READ: Final = text(f"""
    SELECT evidence, version, greatest(extract(epoch FROM clock_timestamp() - found_at), 0) AS age
    FROM model_abilities
    WHERE model = :model AND address = :address AND parameters = :parameters AND {_FRESH}""")
# A row that is too old counts as none: any process may replace it.
_WRITE: Final = text(f"""
    INSERT INTO model_abilities AS known (model, address, parameters, evidence, version)
    VALUES (:model, :address, :parameters, CAST(:evidence AS jsonb), CAST(CAST(pg_current_xact_id() AS text) AS bigint))
    ON CONFLICT (model, address, parameters) DO UPDATE SET evidence = excluded.evidence, version = excluded.version,
        found_at = CASE WHEN known.version = :version AND known.{_FRESH} THEN known.found_at ELSE excluded.found_at END
    WHERE known.version = :version OR NOT known.{_FRESH}
    RETURNING version""")
_FORGET: Final = text("""
    DELETE FROM model_abilities
    WHERE model = :model AND address = :address AND parameters = :parameters AND version = :version""")


class EvidenceRow(NamedTuple):
    """Evidence that is fresh enough to count."""

    evidence: dict[str, Any]
    version: int
    age_seconds: float


class ModelAbilities:
    """The table as the store of an author. `ttl`: how long evidence counts."""

    def __init__(self, database: Database, ttl: timedelta) -> None:
        self._database = database
        self._ttl = ttl.total_seconds()

    async def read(self, model: str, address: str, parameters: str) -> EvidenceRow | None:
        """Return the evidence about a model at an address with the extra parameters of this digest."""
        async with self._database.transaction() as session:
            row = (await execute(session, _READ, self._values(model, address, parameters))).one_or_none()
        return None if row is None else EvidenceRow(row.evidence, row.version, float(row.age))

    async def write(
        self, model: str, address: str, parameters: str, evidence: Mapping[str, Any], version: int
    ) -> int | None:
        """Replace the evidence of `version` (0: none). Return its new version; None if another process wrote first."""
        values = {**self._values(model, address, parameters), "evidence": json.dumps(evidence), "version": version}
        async with self._database.transaction() as session:
            return await _written(session, values)

    async def forget(self, model: str, address: str, parameters: str, version: int) -> None:
        """Delete the evidence if it is still of `version`."""
        values = {"model": model, "address": address, "parameters": parameters, "version": version}
        async with self._database.transaction() as session:
            await execute(session, _FORGET, values)

    def _values(self, model: str, address: str, parameters: str) -> dict[str, Any]:
        return {"model": model, "address": address, "parameters": parameters, "ttl": self._ttl}


async def _written(session: Session, values: Mapping[str, Any]) -> int | None:
    version: int | None = (await execute(session, _WRITE, values)).scalar_one_or_none()
    return version
