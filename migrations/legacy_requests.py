"""Retries of the legacy system, which `user_request` describes: copied into columns, and back."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

SINGLE = {"retry_tutorial": "tutorial", "retry_resources": "resources", "retry_quiz": "quiz"}
PAGE = 5000
"""Rows that one statement examines; it locks those that it changes."""

# A page is cut before its rows are filtered: the other way round, each page is a scan of the whole table.
_PAGE = """
    WITH page AS MATERIALIZED (
        SELECT task_id, user_request::text AS request, task_type, concept_id, content_type
        FROM roadmap_tasks WHERE task_id > :after ORDER BY task_id LIMIT :size
    )
    SELECT edge.task_id AS last, found.*
    FROM (SELECT max(task_id) AS task_id FROM page) AS edge LEFT JOIN page AS found ON {condition}
"""
_SAYING_RETRY = text(_PAGE.format(condition="""task_type = 'creation' AND request ~ '"(retry_|modification)'"""))
_TYPED = text(_PAGE.format(condition="task_type <> 'creation'"))
_MARK = text("""
    UPDATE roadmap_tasks t
    SET task_type = said.task_type, concept_id = said.concept_id, content_type = said.content_type
    FROM unnest(CAST(:ids AS text[]), CAST(:types AS text[]), CAST(:concepts AS text[]), CAST(:contents AS text[]))
        AS said (task_id, task_type, concept_id, content_type)
    WHERE t.task_id = said.task_id
""")
_WRITE = text("""
    UPDATE roadmap_tasks t SET user_request = CAST(said.request AS json)
    FROM unnest(CAST(:ids AS text[]), CAST(:requests AS text[])) AS said (task_id, request)
    WHERE t.task_id = said.task_id
""")

Kind = tuple[str, str | None, str | None]
"""Task type, concept id, content type."""


def mark_retries(connection: Connection) -> None:
    """Set the type of rows whose request is a retry (in autocommit, so that rows are locked only briefly)."""
    for page in _pages(connection, _SAYING_RETRY):
        kinds = {row.task_id: kind for row in page if (kind := kind_of(_parsed(row.request)))}
        if kinds:
            types, concepts, contents = (list(column) for column in zip(*kinds.values(), strict=True))
            connection.execute(_MARK, {"ids": list(kinds), "types": types, "concepts": concepts, "contents": contents})


def write_types_into_requests(connection: Connection) -> None:
    """Write the type of each task into its request, so that an upgrade finds it again (in autocommit)."""
    for page in _pages(connection, _TYPED):
        said = {}
        for row in page:
            request, kind = _parsed(row.request), (row.task_type, row.concept_id, row.content_type)
            if kind_of(request) != kind:
                said[row.task_id] = json.dumps(_saying(request, kind))
        connection.execute(_WRITE, {"ids": list(said), "requests": list(said.values())})


def kind_of(request: Any) -> Kind | None:
    """Return the kind of a request; None if it has no type, or is a single retry without a valid content."""
    task_type = request.get("type") if isinstance(request, dict) else None
    if task_type in ("retry_batch", "modification"):
        return task_type, None, None
    if not isinstance(task_type, str) or task_type not in SINGLE:
        return None
    concept_id, content_type = request.get("concept_id"), request.get("content_type") or SINGLE[task_type]
    if not _storable(concept_id) or content_type != SINGLE[task_type]:
        return None
    return task_type, concept_id, SINGLE[task_type]


def _saying(request: Any, kind: Kind) -> dict[str, Any]:
    whole = request if isinstance(request, dict) else {} if request is None else {"request": request}
    words = zip(("type", "concept_id", "content_type"), kind, strict=True)
    return whole | {name: word for name, word in words if word is not None}


def _pages(connection: Connection, query: TextClause) -> Iterator[list[Row[Any]]]:
    after: str | None = ""
    while after is not None:
        page = connection.execute(query, {"after": after, "size": PAGE}).all()
        after = page[0].last
        yield [row for row in page if row.task_id is not None]


def _parsed(request: str | None) -> Any:
    return None if request is None else json.loads(request)


def _storable(word: Any) -> bool:
    return isinstance(word, str) and word != "" and not re.search("[\0\ud800-\udfff]", word)
