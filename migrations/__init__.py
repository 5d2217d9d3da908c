"""Migrations from the legacy schema to the present one; repository/db/schema.py runs them.

Revisions import nothing from the product: they repeat names and tables, so that later changes cannot alter them. Each
can be run again after an interruption. A downgrade deletes only data that the next upgrade creates again; data without
a column stays in a table `kept_...` until then. `0004_platform` is large: its parts are in `migrations/platform`.
"""
