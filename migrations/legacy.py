"""Conversion of legacy values that the present types of the columns do not accept."""

import os
from zoneinfo import ZoneInfo

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

TIMEZONE = "ROADMAP_LEGACY_TIMEZONE"
UNKNOWN_TIME = "TIMESTAMPTZ '1970-01-01 00:00:00+00'"
"""Time for rows without one: earlier than all others, and recognizable as invented."""


class BadTimezone(Exception):
    """The value of the setting is not a time zone. The message says what to set."""


def timezone() -> str:
    """Return the time zone of the naive times of the legacy system. Raises BadTimezone."""
    name = os.environ.get(TIMEZONE) or "Asia/Shanghai"
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadTimezone(
            f"{TIMEZONE}: there is no time zone {name!r}; give a name like 'Asia/Shanghai' or 'UTC'"
        ) from error
    return name


def known_timezone() -> str:
    """Return the same time zone, checked against those that the server knows. Raises BadTimezone."""
    name = timezone()
    try:
        with op.get_bind().begin_nested():
            op.get_bind().execute(text("SELECT now() AT TIME ZONE CAST(:name AS text)"), {"name": name})
    except DBAPIError as error:
        raise BadTimezone(
            f"{TIMEZONE}: the database server knows no time zone {name!r}; give it another name"
        ) from error
    return name


def create_to_jsonb() -> None:
    """Create `pg_temp.to_jsonb_or_text(json)`, which never fails.

    JSONB refuses NUL characters and lone surrogates, which are stripped, and numbers beyond numeric: such a
    document is kept as text under `legacy_text`. The JSON value null becomes NULL.
    """
    op.execute(
        text(r"""
        CREATE OR REPLACE FUNCTION pg_temp.to_jsonb_or_text(document json) RETURNS jsonb LANGUAGE plpgsql AS $$
        DECLARE
            said text := document::text;
        BEGIN
            BEGIN
                RETURN nullif(said::jsonb, 'null');
            EXCEPTION WHEN data_exception THEN NULL;
            END;
            -- An escape counts after an even number of backslashes only: \\u0000 is text that shows a backslash.
            said := regexp_replace(said, '(?<!\\)((\\\\)*)\\u0000', '\1', 'g');
            said := regexp_replace(
                said, '(?<!\\)((\\\\)*)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])', '\1', 'g');
            said := regexp_replace(
                said, '(?<!\\u[dD][89abAB][0-9a-fA-F]{2})(?<!\\)((\\\\)*)\\u[dD][c-fC-F][0-9a-fA-F]{2}', '\1', 'g');
            RETURN said::jsonb;
        EXCEPTION WHEN data_exception THEN
            RETURN jsonb_build_object('legacy_text', document::text);
        END $$
    """)
    )


def as_json(column: str) -> str:
    """Return the expression that converts such a JSONB column back to legacy JSON."""
    kept = f"jsonb_typeof({column}) = 'object' AND {column} ? 'legacy_text'"
    return f"CASE WHEN {kept} THEN CAST({column} ->> 'legacy_text' AS json) ELSE CAST({column} AS json) END"
