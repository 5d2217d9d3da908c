"""The pages that people look at. They read through the orchestrator, as the API does, and hold no rule of their own."""
