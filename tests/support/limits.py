"""The time limit of everything that a test waits for."""

from typing import Final

HANG_SECONDS: Final = 240.0
"""Only a hang takes so long, also on a machine where eight other processes are busy. Tests assert no shorter time: how
long something takes is measured by bench, chaos and tests marked soak, which have the machine to themselves."""

LEASE_SECONDS: Final = 4.0
"""Lease of processes in tests: long enough for a live one to renew it beside eight busy processes."""
