"""The parts of revision `0004_platform`, each for one thing in both directions. The revision says in which order."""
