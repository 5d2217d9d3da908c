"""The graphs: which steps run, in which order. Uncompiled: the runner adds the checkpointer."""
