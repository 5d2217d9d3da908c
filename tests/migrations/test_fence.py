"""hold_task: who owns a task may write, nobody else."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.errors import Error

from tests.migrations.conftest import Fresh
from tests.migrations.killing import until

HOLD = "SELECT public.hold_task(%s, %s)"


@pytest.fixture(scope="module")
def url(shared: Fresh, migrated: str) -> str:
    url = shared(migrated)
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO roadmap_tasks (task_id, user_id, status, attempt) VALUES ('t12', 'u', 'processing', 2),"
            " ('taken', 'u', 'processing', 1)"
        )
    return url


def test_the_present_attempt_is_let_in_as_often_as_it_comes(url: str) -> None:
    with psycopg.connect(url) as one, psycopg.connect(url) as two:
        for connection in (one, two, one):
            connection.execute(HOLD, ("t12", 2))


@pytest.mark.parametrize(
    ("task", "attempt", "reason"),
    [
        ("t12", 1, "task t12 belongs to attempt 2, not to 1"),
        ("t12", 3, "task t12 belongs to attempt 2, not to 3"),
        ("t12", None, "task t12 belongs to attempt 2, not to <NULL>"),
        ("gone", 0, "task gone is gone"),
        ("gone", None, "task gone is gone"),
    ],
)
def test_another_attempt_or_a_task_that_is_gone_is_not_let_in(
    url: str, task: str, attempt: int | None, reason: str
) -> None:
    with psycopg.connect(url) as connection, pytest.raises(Error) as caught:
        connection.execute(HOLD, (task, attempt))
    assert (caught.value.sqlstate, caught.value.diag.message_primary) == ("RM001", reason)


def test_an_owner_superseded_while_it_waited_for_the_lock_does_not_slip_through(url: str) -> None:
    def write_as_the_old_owner() -> str | None:
        try:
            with psycopg.connect(url) as connection:
                connection.execute(HOLD, ("taken", 1))
        except Error as error:
            return error.sqlstate
        return None

    with (
        psycopg.connect(url) as successor,
        psycopg.connect(url, autocommit=True) as looker,
        ThreadPoolExecutor() as pool,
    ):
        successor.execute("SELECT pg_advisory_xact_lock(hashtextextended('taken', 0))")
        old_owner = pool.submit(write_as_the_old_owner)
        until(looker, "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        successor.execute("UPDATE roadmap_tasks SET attempt = 2 WHERE task_id = 'taken'")
        successor.commit()
        assert old_owner.result() == "RM001"


def test_a_takeover_waits_until_the_write_of_the_old_owner_is_committed(url: str) -> None:
    with psycopg.connect(url) as owner, psycopg.connect(url) as successor:
        owner.execute(HOLD, ("t12", 2))
        taken = successor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('t12', 0))").fetchone()
        assert taken == (False,)
        owner.commit()
        taken = successor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('t12', 0))").fetchone()
        assert taken == (True,)


def test_the_fence_holds_with_the_search_path_of_the_saver(url: str) -> None:
    with psycopg.connect(url, options="-c search_path=checkpoint") as connection:
        connection.execute(HOLD, ("t12", 2))
