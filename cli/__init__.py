"""The command `roadmap`: reads arguments, asks the orchestrator, writes answers. What a module needs is imported late."""
