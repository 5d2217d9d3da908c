"""Tables, named constraints and indexes. A test compares them with the migrations (`alembic check`)."""
