"""The course book beside the structure, and hashes that tell from which lesson a quiz was made.

The columns need no rewrite: nothing waits for them.
"""

from alembic import op

from migrations.locks import lock
from migrations.tables import drop_if_empty, exists

revision = "0011_course"
down_revision = "0010_wishes"

KEPT_BOOKS = "kept_course_books"
KEPT_HASHES = "kept_content_hashes"
"""Tables for books and hashes, which older columns cannot hold, from a downgrade to the next upgrade."""


def upgrade() -> None:
    lock(op.get_bind(), "roadmap_metadata", "framework_versions", "content_versions")
    op.execute("""
        ALTER TABLE roadmap_metadata ADD COLUMN course_book JSONB;
        ALTER TABLE framework_versions ADD COLUMN course_book JSONB;
        ALTER TABLE content_versions ADD COLUMN payload_hash TEXT, ADD COLUMN lesson_hash TEXT;
    """)
    if exists(KEPT_BOOKS):
        op.execute(f"""
            UPDATE roadmap_metadata r SET course_book = k.course_book FROM {KEPT_BOOKS} k
            WHERE (r.roadmap_id, r.framework_version) = (k.roadmap_id, k.version);
            UPDATE framework_versions f SET course_book = k.course_book FROM {KEPT_BOOKS} k
            WHERE (f.roadmap_id, f.version) = (k.roadmap_id, k.version);
            DROP TABLE {KEPT_BOOKS};
        """)
    if exists(KEPT_HASHES):
        op.execute(f"""
            UPDATE content_versions v SET payload_hash = k.payload_hash, lesson_hash = k.lesson_hash
            FROM {KEPT_HASHES} k
            WHERE (v.roadmap_id, v.concept_id, v.content_type, v.version)
                = (k.roadmap_id, k.concept_id, k.content_type, k.version);
            DROP TABLE {KEPT_HASHES};
        """)


def downgrade() -> None:
    lock(op.get_bind(), "roadmap_metadata", "framework_versions", "content_versions")
    op.execute(f"""
        CREATE TABLE {KEPT_BOOKS} AS
            SELECT roadmap_id, framework_version AS version, course_book FROM roadmap_metadata
            WHERE course_book IS NOT NULL
            UNION ALL
            SELECT roadmap_id, version, course_book FROM framework_versions WHERE course_book IS NOT NULL;
        CREATE TABLE {KEPT_HASHES} AS
            SELECT roadmap_id, concept_id, content_type, version, payload_hash, lesson_hash FROM content_versions
            WHERE payload_hash IS NOT NULL OR lesson_hash IS NOT NULL;
        ALTER TABLE roadmap_metadata DROP COLUMN course_book;
        ALTER TABLE framework_versions DROP COLUMN course_book;
        ALTER TABLE content_versions DROP COLUMN payload_hash, DROP COLUMN lesson_hash;
    """)
    drop_if_empty(KEPT_BOOKS)
    drop_if_empty(KEPT_HASHES)
