"""Tables, named constraints and indexes. A test holds them against the migrations (`alembic check`)."""
