"""Sessions of processes that were stopped half-way."""

import psycopg


def silent_in_mid_statement(url: str, application_name: str) -> psycopg.Connection:
    """Holds the lock of task t-1 and owes the server the end of its statement, so that it counts as active."""
    connection = psycopg.connect(url, application_name=application_name)
    connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('t-1', 0))")
    connection.pgconn.enter_pipeline_mode()
    connection.pgconn.send_prepare(b"half", b"SELECT 1")
    connection.pgconn.send_flush_request()
    connection.pgconn.flush()
    return connection
