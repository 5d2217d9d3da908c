"""What the templates are given: frozen, complete, made of what the orchestrator's readers tell."""
