"""Rules about running text, for contents of every type."""
