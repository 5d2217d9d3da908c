"""The reader of a page, and what the reader may do with a roadmap now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageReader:
    """The user who looks at a page."""

    user_id: str
    signed_in: bool
    operates: bool


@dataclass(frozen=True, slots=True)
class Permissions:
    """What may be done with a roadmap, by its state and the rights of the reader."""

    owns: bool
    """Whether the reader may change it and its runs, whatever its state."""
    binned: bool
    accepted: bool
    """Whether its structure is accepted."""
    changing: bool
    """Whether a live run makes or changes its structure."""
    working: bool
    """Whether any live run works on it."""

    @property
    def writes(self) -> bool:
        """Contents may be requested."""
        return self.owns and self.accepted and not self.binned

    @property
    def modifies(self) -> bool:
        return self.writes and not self.changing

    @property
    def bins(self) -> bool:
        return self.owns and not self.binned and not self.working

    @property
    def restores(self) -> bool:
        return self.owns and self.binned
