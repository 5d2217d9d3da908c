"""Averages over the ledger: the tokens and seconds of a call, by model and step."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.ledger.calls import ACCEPTED, TRY

MAX_CALLS: Final = 5_000
"""The newest calls of the ledger, which averages are taken over."""
MIN_CALLS: Final = 5
"""Fewer calls make no average."""


@dataclass(frozen=True, slots=True)
class StepAverage:
    model: str
    step: str
    tokens_in: float
    tokens_out: float
    seconds: float
    tries: float
    """Answers for each one that was accepted."""


_AVERAGES: Final = text(f"""
    SELECT model, step, avg(tokens_in) AS tokens_in, avg(tokens_out) AS tokens_out, avg(latency) AS seconds,
        count(*) / greatest(1.0, count(*) FILTER (WHERE outcome = '{ACCEPTED}')) AS tries
    FROM (SELECT * FROM model_calls ORDER BY call_id DESC LIMIT {MAX_CALLS}) AS newest
    WHERE position('{TRY}' in key) = 0 AND model = ANY(:models)
    GROUP BY model, step HAVING count(*) >= {MIN_CALLS}""")


async def step_averages(session: Session, models: list[str]) -> list[StepAverage]:
    """Return the averages of these models, by model and step, where the ledger has enough calls."""
    rows = await execute(session, _AVERAGES, {"models": models})
    return [
        StepAverage(
            row.model,
            row.step,
            float(row.tokens_in),
            float(row.tokens_out),
            float(row.seconds),
            min(3.0, float(row.tries)),
        )
        for row in rows
    ]
