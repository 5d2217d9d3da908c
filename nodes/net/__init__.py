"""The world outside, looked at with suspicion: whether links lead somewhere, and what a search finds."""
