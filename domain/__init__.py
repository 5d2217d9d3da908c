"""The domain: vocabulary, shapes, identities and checks of roadmaps. No I/O, no framework beyond pydantic."""
