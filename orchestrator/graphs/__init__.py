"""Graphs: which steps, in which order. Uncompiled; the runner brings the checkpointer."""
