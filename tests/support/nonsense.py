"""Nonsense of all kinds, to feed readers of outside text with, and what they may say to it."""

from typing import Final

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

fuzzed = hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], database=None)

ANYTHING: Final = st.text(st.characters(codec=None), max_size=60)  # NUL and lone surrogates too

DEEP: Final = "[" * 100_000

LONG_NUMBER: Final = "9" * 5000

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANYTHING, inner, max_size=4),
    max_leaves=12,
)


def one_line(error: Exception) -> None:
    says_something(error)
    assert "\n" not in str(error)


def says_something(error: Exception) -> None:
    assert str(error).strip()


def near(*words: str) -> st.SearchStrategy[str]:
    """Text that looks like what its reader wants, in pieces."""
    return st.lists(st.sampled_from(words) | st.text(max_size=4), max_size=8).map("".join) | ANYTHING
