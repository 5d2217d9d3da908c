from sqlalchemy import text

from repository.db.database import Database, execute
from repository.users.idempotency import StoredKey, note

SWEEP = """
    CREATE FUNCTION sweep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours';
        RETURN NULL;
    END $$"""
AFTER_EACH_LOOK = "CREATE TRIGGER sweep AFTER INSERT ON idempotency_keys FOR EACH STATEMENT EXECUTE FUNCTION sweep()"


async def test_a_stored_key_returns_its_request(database: Database) -> None:
    for body, task in (("a", "t-1"), ("b", "t-2")):
        async with database.transaction() as session:
            noted = await note(session, "ann", "k", body, task)
    assert noted == StoredKey("a", "t-1")


async def test_a_key_that_is_forgotten_in_the_moment_it_comes_again_is_new(database: Database) -> None:
    async with database.transaction() as session:
        await note(session, "ann", "k", "a", "t-1")
        await execute(session, text("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'"), {})
        for statement in (SWEEP, AFTER_EACH_LOOK):
            await execute(session, text(statement), {})
    async with database.transaction() as session:
        assert await note(session, "ann", "k", "b", "t-2") is None
    async with database.transaction() as session:
        assert await note(session, "ann", "k", "b", "t-3") == StoredKey("b", "t-2")
