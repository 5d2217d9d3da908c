"""What a roadmap is: vocabulary, shapes, identities, checks. No I/O, no framework beyond pydantic."""
