"""Evidence about models at their endpoints: the approach that worked, and their room in tokens.

Evidence replaces guesses. It is kept in a store for other processes, and forgotten after a week or when the approach
fails before it has worked in this process, since servers are reconfigured. The store only saves refusals: a failure of
it ends no call.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple, Protocol

from domain.logs import get_log
from domain.text.secrets import redact_url
from nodes.authors.abilities.approach import Approach, Unusable, after_refusal, after_unusable, other_transport

_log = get_log(__name__)

MIN_WINDOW: Final = 1024
"""Tokens of prompt and answer below which a model cannot be used."""
_STRICT: Final = re.compile(r"https://(?:api\.openai\.com|[\w-]+\.api\.openai\.com|[\w-]+\.openai\.azure\.com)(?:/|$)")
"""Addresses of providers that hold models to strict schemas."""
EVIDENCE_TTL: Final = timedelta(days=7)
STORE_TIMEOUT_SECONDS: Final = 5.0
MAX_EXPLORING_SECONDS: Final = 60.0
"""Seconds for which calls wait for the first answer of a model, so that not all of them try what one can try."""


class Endpoint(NamedTuple):
    """A model at an address, with its extra parameters: the subject of evidence."""

    model: str
    """As `provider:name`."""
    address: str
    """Empty where the integration does not say."""
    parameters: str
    """Digest of the extra parameters that are sent along; empty without any."""


class StoredEvidence(Protocol):
    """A row of the store."""

    @property
    def evidence(self) -> dict[str, Any]: ...

    @property
    def version(self) -> int: ...

    @property
    def age_seconds(self) -> float: ...


class AbilityStore(Protocol):
    """Keeps evidence for other processes. Rows have versions: only the writer that has seen a version replaces it."""

    async def read(self, model: str, address: str, parameters: str) -> StoredEvidence | None:
        """Return the evidence, unless it is older than EVIDENCE_TTL."""
        ...

    async def write(
        self, model: str, address: str, parameters: str, evidence: Mapping[str, Any], version: int
    ) -> int | None:
        """Replace the evidence of `version` (0: none). Return the new version, None where another process wrote."""
        ...

    async def forget(self, model: str, address: str, parameters: str, version: int) -> None:
        """Delete the evidence of `version`."""
        ...


@dataclass(slots=True)
class Ability:
    """The evidence about a model at an endpoint."""

    approach: Approach = field(default_factory=Approach)
    """The one that works, else the next one to try."""
    works: bool = False
    """Whether the approach has brought an answer in this process."""
    remembered: bool = False
    """Whether the approach has worked for some process, as the store says."""
    window: int | None = None
    """Tokens of prompt and answer together."""
    answer_limit: int | None = None
    """Tokens of an answer, where the model allows less than the window."""
    version: int = 0
    """Of the row in the store; 0: none."""
    since: float | None = None
    """When the evidence was found, in seconds of the clock."""
    exhausted: bool = False
    """Whether every approach has failed since the last answer."""
    exploring: asyncio.Event | None = None
    """Set when the call that tries an approach has ended."""

    @property
    def has_worked(self) -> bool:
        return self.works or self.remembered

    def take_limits(self, evidence: Mapping[str, Any]) -> None:
        """Take over the limits of a stored row where they are lower."""
        self.window = _lower(self.window, _tokens(evidence.get("window")))
        self.answer_limit = _lower(self.answer_limit, _tokens(evidence.get("answer_limit")))

    def as_json(self) -> dict[str, Any]:
        return {"approach": self.approach.as_json(), "window": self.window, "answer_limit": self.answer_limit}


@dataclass(slots=True)
class Abilities:
    """The evidence of one process, by model."""

    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    store: AbilityStore | None = None
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, Ability] = field(default_factory=dict)

    def of(self, model: str) -> Ability:
        """Return what is known about a model, which is nothing once the evidence is too old."""
        known = self._known.get(model)
        if known is None:
            known = self._known[model] = Ability(self._first_approach(model))
        if known.since is not None and self.clock() - known.since > EVIDENCE_TTL.total_seconds():
            known = self._known[model] = Ability(self._first_approach(model), version=known.version)
        return known

    def _first_approach(self, model: str) -> Approach:
        """Return the approach without evidence: strict schemas for providers that are known to have them."""
        return Approach(strict=bool(_STRICT.match(self._endpoint(model).address)))

    def smallest_window(self, models: Iterable[str]) -> int | None:
        """Return the smallest known context window of some models."""
        return min((window for model in models if (window := self.of(model).window) is not None), default=None)

    async def recall(self, model: str) -> None:
        """Take over what other processes have found out, unless the model has worked in this one."""
        known = self.of(model)
        if known.works:
            return
        stored = await self._read(model)
        if known.works or stored is None or stored.version == known.version:
            return
        known.version = stored.version  # also of a row that is not understood, so that it can be replaced
        approach = Approach.read(stored.evidence.get("approach"))
        if approach is not None:
            known.approach, known.remembered = approach, True
            known.since = self.clock() - stored.age_seconds
            known.take_limits(stored.evidence)

    @asynccontextmanager
    async def turn(self, model: str) -> AsyncIterator[Ability]:
        """Hold during one call. While no approach is known to work, calls wait for the one that tries the next."""
        await self.recall(model)
        deadline = self.clock() + MAX_EXPLORING_SECONDS
        while (known := self.of(model)).exploring is not None and not known.has_worked:
            remaining = deadline - self.clock()
            if remaining <= 0:
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(remaining):
                    await known.exploring.wait()
        if known.has_worked or known.exploring is not None:
            yield known
            return
        known.exploring = ended = asyncio.Event()
        try:
            yield known
        finally:
            known.exploring = None
            ended.set()

    async def succeeded(self, model: str, used: Approach, *, tokens: int) -> None:
        """Record an answer that fits its shape. `tokens`: of prompt and answer, as reported; 0 where unknown."""
        known = self.of(model)
        changed = not known.works
        if changed:
            known.approach, known.works, known.exhausted = used, True, False
            known.since = self.clock() if known.since is None else known.since
        if known.window is not None and tokens > known.window:
            known.window, changed = None, True
        if changed:
            await self._write(model, known)

    async def refused(self, model: str, used: Approach, words: str) -> bool:
        """Record a refusal; return whether the call is due again at once, in another approach."""
        return await self._failed(model, used, after_refusal(used, words))

    async def unusable(self, model: str, used: Approach, reason: Unusable) -> None:
        """Record an answer that cannot be used: before the first success, the next try uses another approach."""
        following = after_unusable(used, reason)
        if following is not None or reason is not Unusable.CUT_SHORT:  # a long answer says nothing about the others
            await self._failed(model, used, following)

    async def unreadable(self, model: str, used: Approach) -> bool:
        """Record a response outside of the protocol: the server may send streams only, or none.

        Return whether the call is due again at once.
        """
        following = other_transport(used)
        return await self._failed(model, used, following) and following.stream

    async def has_room(self, model: str, *, window: int | None = None, answer_limit: int | None = None) -> None:
        """Record a limit that a refusal named; limits only become lower."""
        known = self.of(model)
        before = (known.window, known.answer_limit)
        known.window = _lower(known.window, None if window is None else max(window, MIN_WINDOW))
        known.answer_limit = _lower(known.answer_limit, answer_limit)
        known.since = self.clock() if known.since is None else known.since
        if known.works and before != (known.window, known.answer_limit):
            await self._write(model, known)

    async def _failed(self, model: str, used: Approach, following: Approach | None) -> bool:
        """Step down from the approach that a call used; a late failure of an earlier approach changes nothing.

        Below the last approach the evidence is forgotten, so that the next request begins at the top.
        """
        known = self.of(model)
        if known.works:
            return known.approach != used
        if known.approach != used:
            return True
        known.approach = following or self._first_approach(model)
        known.exhausted = known.exhausted or following is None
        if known.remembered:
            known.remembered = False
            await self._forget(model, known)
        return following is not None

    async def _read(self, model: str) -> StoredEvidence | None:
        """Return the evidence of the store; None also while it fails."""
        if self.store is None:
            return None
        try:
            async with asyncio.timeout(STORE_TIMEOUT_SECONDS):
                return await self.store.read(*self._endpoint(model))
        except Exception as error:
            _log_failure(error)
            return None

    async def _write(self, model: str, known: Ability) -> None:
        if self.store is None:
            return
        endpoint = self._endpoint(model)
        try:
            async with asyncio.timeout(STORE_TIMEOUT_SECONDS):
                version = await self.store.write(*endpoint, known.as_json(), known.version)
                if version is None and (stored := await self.store.read(*endpoint)) is not None:
                    # Another process wrote first. Its approach stays, since it works too; the lower limits count.
                    known.take_limits(stored.evidence)
                    limits = {"window": known.window, "answer_limit": known.answer_limit}
                    version = await self.store.write(*endpoint, {**stored.evidence, **limits}, stored.version)
                known.version = version or known.version
        except Exception as error:
            _log_failure(error)

    async def _forget(self, model: str, known: Ability) -> None:
        """Delete the row that this process has seen, and no other."""
        if self.store is None:
            return
        try:
            async with asyncio.timeout(STORE_TIMEOUT_SECONDS):
                await self.store.forget(*self._endpoint(model), known.version)
        except Exception as error:
            _log_failure(error)

    def _endpoint(self, model: str) -> Endpoint:
        return self.endpoints.get(model, Endpoint(model, "", ""))


def endpoint(model: str, address: str | None, extra: Mapping[str, Any]) -> Endpoint:
    """Return the endpoint of a model. Its address and its parameters may hold secrets, which no row gets."""
    digest = sha256(json.dumps(extra, sort_keys=True).encode()).hexdigest() if extra else ""
    return Endpoint(model, redact_url(address) if address else "", digest)


def _log_failure(error: Exception) -> None:
    _log.warning("model abilities not stored", reason=f"{type(error).__name__}: {error}"[:300])


def _lower(first: int | None, second: int | None) -> int | None:
    return min((number for number in (first, second) if number is not None), default=None)


def _tokens(stored: object) -> int | None:
    """Return a stored number of tokens; None for anything else."""
    return stored if isinstance(stored, int) and not isinstance(stored, bool) and stored > 0 else None
