"""The HTTP backend: routes thin over the orchestrator, one place for who may do what, one for errors."""
