"""The only SQL. Functions take the session of a transaction that their caller opened."""
