"""The HTML pages. Like the API they use the orchestrator and contain no rules of their own."""
