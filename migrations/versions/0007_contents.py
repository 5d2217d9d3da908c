"""Each concept of a legacy framework gets its content rows, with the status that is written in the framework."""

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"

WITH_STATUSES = """
    CREATE OR REPLACE FUNCTION pg_temp.with_statuses(roadmap text, framework jsonb) RETURNS jsonb LANGUAGE sql AS $$
        WITH said AS (
            SELECT concept_id, jsonb_object_agg(CASE content_type WHEN 'tutorial' THEN 'content_status'
                WHEN 'resources' THEN 'resources_status' ELSE 'quiz_status' END, status) AS statuses
            FROM public.concept_contents WHERE roadmap_id = roadmap GROUP BY concept_id
        )
        SELECT jsonb_set(framework, '{stages}', (
            SELECT coalesce(jsonb_agg(CASE jsonb_typeof(s -> 'modules') WHEN 'array' THEN jsonb_set(s, '{modules}', (
                SELECT coalesce(jsonb_agg(CASE jsonb_typeof(m -> 'concepts') WHEN 'array' THEN jsonb_set(m, '{concepts}', (
                    SELECT coalesce(jsonb_agg(c || coalesce(said.statuses, '{}') ORDER BY nth), '[]')
                    FROM jsonb_array_elements(m -> 'concepts') WITH ORDINALITY AS concepts (c, nth)
                        LEFT JOIN said ON said.concept_id = c ->> 'concept_id'
                )) ELSE m END ORDER BY nth), '[]')
                FROM jsonb_array_elements(s -> 'modules') WITH ORDINALITY AS modules (m, nth)
            )) ELSE s END ORDER BY nth), '[]')
            FROM jsonb_array_elements(framework -> 'stages') WITH ORDINALITY AS stages (s, nth)
        ))
    $$
"""


def upgrade() -> None:
    # Rows that are there already have versions: a downgrade left them, and they know better.
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


PAGE = """
    WITH page AS (
        SELECT roadmap_id FROM roadmap_metadata WHERE roadmap_id > :after ORDER BY roadmap_id LIMIT 500
    ), written AS (
        UPDATE roadmap_metadata r SET framework_data = pg_temp.with_statuses(r.roadmap_id, r.framework_data)
        FROM page WHERE r.roadmap_id = page.roadmap_id AND jsonb_typeof(r.framework_data -> 'stages') = 'array'
            AND EXISTS (SELECT FROM concept_contents c WHERE c.roadmap_id = r.roadmap_id)
    )
    SELECT max(roadmap_id) FROM page
"""


def downgrade() -> None:
    # What has a version is kept with it; of the others, all there is to know stands in the framework again.
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        op.execute("UPDATE concept_contents SET status = 'completed' WHERE version > 0 AND status <> 'completed'")
        op.execute(WITH_STATUSES)
        after: str | None = ""
        while after is not None:
            after = connection.execute(text(PAGE), {"after": after}).scalar()
        op.execute("DELETE FROM concept_contents WHERE version = 0")
