"""Limits of what tests wait for, and of what they may find."""

from typing import Final

HANG_SECONDS: Final = 240.0
"""Only a hang takes so long, also on a machine where eight other processes are busy. Tests assert no shorter time: how
long something takes is measured by bench, chaos and tests marked soak, which have the machine to themselves."""

LEASE_SECONDS: Final = 4.0
"""Lease of processes in tests: long enough for a live one to renew it beside eight busy processes."""
CONCURRENT_CALLS: Final = 3
"""Calls at once of a process in end-to-end tests."""
MAX_REPEATED_CALLS: Final = 3 * CONCURRENT_CALLS
"""Calls that a kill may repeat: those in flight and, on a busy machine, twice as many answers that wait for a commit.
None of them was committed; `bought_again` finds those that were."""
