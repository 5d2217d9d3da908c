"""Who a token belongs to. One Authority for each ROADMAP_AUTH; each says no with Refused."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from domain.errors import InvalidInput, RoadmapError
from orchestrator.settings import Settings

if TYPE_CHECKING:
    from orchestrator.orchestrator import Orchestrator


class Refused(RoadmapError):
    """The token opens nothing."""


@dataclass(frozen=True, slots=True)
class Identity:
    user_id: str
    role: str


class Authority(Protocol):
    """Says who a caller is."""

    open_to_all: bool

    async def open(self, orchestrator: "Orchestrator") -> None: ...

    async def identify(self, token: str) -> Identity:
        """Raises Refused."""
        ...


class OpenToAll:
    """ROADMAP_AUTH=none: whoever can reach the server may do everything."""

    open_to_all = True

    async def open(self, orchestrator: "Orchestrator") -> None:
        """Needs nothing."""

    async def identify(self, token: str) -> Identity:  # noqa: ARG002
        raise Refused("This server knows no tokens.")


def authority(settings: Settings) -> Authority:
    """Raises InvalidInput for settings that do not go together."""
    match settings.auth:
        case "none":
            return OpenToAll()
        case _:
            raise InvalidInput("ROADMAP_AUTH: not yet")
