"""The parts of revision `0004_platform`. Each changes one thing in both directions; the revision says in which order."""
