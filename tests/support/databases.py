"""Databases for tests: created from a template in some hundredths of a second."""

from itertools import count
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

TEMPLATE = "roadmap_template"

_numbers = count(1)


def url_of(server_url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def connect(server_url: str) -> psycopg.Connection:
    """A connection that can create and drop databases."""
    return psycopg.connect(server_url, autocommit=True)


def create_database(server_url: str, name: str | None = None, *, template: str = TEMPLATE) -> str:
    """The name of the new database."""
    with connect(server_url) as connection:
        return create(connection, name, template=template)


def drop_database(server_url: str, name: str) -> None:
    with connect(server_url) as connection:
        drop(connection, name)


def create(connection: psycopg.Connection, name: str | None = None, *, template: str = TEMPLATE) -> str:
    """The name of the new database."""
    name = name or f"test_{next(_numbers)}"
    # Files are copied in half the time that it takes to write every page to the log.
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return name


def drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
