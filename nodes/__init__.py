"""The steps of a run: (state, runtime) -> update. Which step follows which is the orchestrator's business."""
