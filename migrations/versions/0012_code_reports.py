"""What became of the code of a version, beside it. A column that needs no rewrite: nothing waits for it."""

from alembic import op

from migrations.locks import lock
from migrations.tables import drop_if_empty, exists

revision = "0012_code_reports"
down_revision = "0011_course"

KEPT = "kept_code_reports"
"""Table for reports, which older columns cannot hold, from a downgrade to the next upgrade."""


def upgrade() -> None:
    lock(op.get_bind(), "content_versions")
    op.execute("ALTER TABLE content_versions ADD COLUMN code_report JSONB")
    if exists(KEPT):
        op.execute(f"""
            UPDATE content_versions v SET code_report = k.code_report FROM {KEPT} k
            WHERE (v.roadmap_id, v.concept_id, v.content_type, v.version)
                = (k.roadmap_id, k.concept_id, k.content_type, k.version);
            DROP TABLE {KEPT};
        """)


def downgrade() -> None:
    lock(op.get_bind(), "content_versions")
    op.execute(f"""
        CREATE TABLE {KEPT} AS
            SELECT roadmap_id, concept_id, content_type, version, code_report FROM content_versions
            WHERE code_report IS NOT NULL;
        ALTER TABLE content_versions DROP COLUMN code_report;
    """)
    drop_if_empty(KEPT)
