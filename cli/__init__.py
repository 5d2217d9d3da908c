"""The command `roadmap`: reads arguments, asks the orchestrator, writes answers. Imports are late."""
