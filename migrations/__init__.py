"""The way of the database from the legacy schema to the present one. repository/db/schema.py runs it.

Revisions stand alone: they repeat the words and tables they mean, so that they mean the same in ten years.
Each can be run again after it was cut off. A downgrade deletes only what the next upgrade makes again; what it has no
column for stays in a table `kept_...` until then. `0004_platform` is large and has its parts in `migrations/platform`.
"""
