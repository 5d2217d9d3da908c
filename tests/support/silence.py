"""Sessions of processes that were stopped half-way."""

import psycopg


def silent_after_a_flush(url: str, application_name: str) -> psycopg.Connection:
    """Hold the lock of task t-1 in a transaction that counts as idle, without the server's time limit for it."""
    connection = psycopg.connect(url, application_name=application_name)
    connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('t-1', 0))")
    connection.pgconn.enter_pipeline_mode()
    connection.pgconn.send_flush_request()
    connection.pgconn.flush()
    return connection


def silent_in_mid_statement(url: str, application_name: str, user_id: str = "ann") -> psycopg.Connection:
    """Holds the locks of task t-1, roadmaps, contents and a user's turn; active, for its statement has not ended."""
    connection = psycopg.connect(url, application_name=application_name)
    connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('t-1', 0))")
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"requests of {user_id}"])
    connection.execute("SELECT FROM roadmap_metadata FOR SHARE")
    connection.execute("SELECT FROM concept_contents FOR UPDATE")
    connection.pgconn.enter_pipeline_mode()
    connection.pgconn.send_prepare(b"half", b"SELECT 1")
    connection.pgconn.send_flush_request()
    connection.pgconn.flush()
    return connection
