"""The parts of revision `0004_platform`, each for both directions. The revision determines their order."""
