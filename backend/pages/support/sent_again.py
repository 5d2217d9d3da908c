"""The form of a refused request on the page that says why: nothing that was typed is lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rendering.languages.translation import N_, _

LABELS: Final = {
    "learning_goal": N_("Your goal"),
    "career_background": N_("Background"),
    "primary_language": N_("Language"),
    "target_deadline": N_("Deadline"),
    "available_hours_per_week": N_("Hours a week"),
    "instructions": N_("What should change?"),
    "feedback": N_("What should change?"),
    "note": N_("My note"),
    "words": N_("What is wrong?"),
    "title": N_("Title"),
}
UNSHOWN: Final = frozenset({"csrf", "time_zone", "back", "attempt", "part"})


@dataclass(frozen=True, slots=True)
class SentField:
    name: str
    value: str
    label: str
    visible: bool
    """Whether it holds words that a person typed, which can be changed before the form is sent again."""


def sent_again(pairs: Iterable[tuple[str, str]]) -> list[SentField]:
    """Return the fields of a form without its token. Words are visible, choices are not."""
    return [
        SentField(name, value, _(LABELS[name]) if name in LABELS else _label(name), _is_typed(name, value))
        for name, value in pairs
        if name != "csrf"
    ]


def _is_typed(name: str, value: str) -> bool:
    return name not in UNSHOWN and bool(value.strip()) and (name in LABELS or len(value.split()) > 1)


def _label(name: str) -> str:
    words = name.replace("_", " ").replace(":", " ").strip()
    return words[:1].upper() + words[1:60]
