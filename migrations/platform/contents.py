"""Content rows for the concepts of legacy frameworks, with the statuses stored in the frameworks."""

from alembic import op


def _with_statuses_below(inner: str, key: str, outer: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION pg_temp.{outer}(list jsonb, said jsonb) RETURNS jsonb LANGUAGE sql AS $$
            SELECT coalesce(jsonb_agg(
                CASE WHEN jsonb_typeof(item -> '{key}') = 'array'
                    THEN jsonb_set(item, '{{{key}}}', pg_temp.{inner}(item -> '{key}', said)) ELSE item END
                ORDER BY nth), '[]')
            FROM jsonb_array_elements(list) WITH ORDINALITY AS items (item, nth)
        $$;
    """


# `said` is {concept id: {field: status}}.
CONCEPTS = """
    CREATE OR REPLACE FUNCTION pg_temp.concepts(list jsonb, said jsonb) RETURNS jsonb LANGUAGE sql AS $$
        SELECT coalesce(jsonb_agg(
            CASE WHEN said ? (item ->> 'concept_id') THEN item || (said -> (item ->> 'concept_id')) ELSE item END
            ORDER BY nth), '[]')
        FROM jsonb_array_elements(list) WITH ORDINALITY AS items (item, nth)
    $$;
"""
MODULES = _with_statuses_below("concepts", "concepts", "modules")
STAGES = _with_statuses_below("modules", "modules", "stages")
SAID = """
    SELECT roadmap_id, jsonb_object_agg(concept_id, statuses) AS said FROM (
        SELECT roadmap_id, concept_id, jsonb_object_agg(CASE content_type WHEN 'tutorial' THEN 'content_status'
            WHEN 'resources' THEN 'resources_status' ELSE 'quiz_status' END, status) AS statuses
        FROM concept_contents GROUP BY roadmap_id, concept_id
    ) AS of_concepts GROUP BY roadmap_id
"""


def read_from_frameworks() -> None:
    """Insert missing rows. Rows that a downgrade kept have versions, and are newer than the framework."""
    op.execute("""
        INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, last_error, updated_at)
        SELECT m.roadmap_id, concept ->> 'concept_id', kind.content_type,
            CASE WHEN said.word IN ('completed', 'failed', 'pending') THEN said.word
                WHEN said.word IN ('', 'generating') THEN 'pending' ELSE 'failed' END,
            CASE WHEN said.word = 'failed' THEN 'failed in the legacy system'
                WHEN said.word NOT IN ('', 'completed', 'generating', 'pending')
                    THEN 'the legacy system left the unknown status ' || quote_literal(said.word) END,
            m.updated_at
        FROM roadmap_metadata m
            CROSS JOIN LATERAL jsonb_path_query(m.framework_data, '$.stages[*].modules[*].concepts[*]') AS concept
            CROSS JOIN (VALUES ('tutorial', 'content_status'), ('resources', 'resources_status'),
                ('quiz', 'quiz_status')) AS kind (content_type, field)
            CROSS JOIN LATERAL (SELECT lower(btrim(coalesce(concept ->> kind.field, ''))) AS word) AS said
        WHERE m.framework_version > 0 AND octet_length(concept ->> 'concept_id') BETWEEN 1 AND 1000
        ON CONFLICT (roadmap_id, concept_id, content_type) DO NOTHING
    """)


def write_into_frameworks() -> None:
    """Write the statuses into the frameworks, and delete the rows that hold nothing else.

    A content that has a version keeps its row.
    """
    op.execute("UPDATE concept_contents SET status = 'completed' WHERE version > 0 AND status <> 'completed'")
    op.execute(CONCEPTS + MODULES + STAGES)
    op.execute(f"""
        UPDATE roadmap_metadata r SET framework_data =
            jsonb_set(framework_data, '{{stages}}', pg_temp.stages(framework_data -> 'stages', written.said))
        FROM ({SAID}) AS written
        WHERE r.roadmap_id = written.roadmap_id AND jsonb_typeof(framework_data -> 'stages') = 'array'
    """)
    op.execute("DELETE FROM concept_contents WHERE version = 0")
